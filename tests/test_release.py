"""What a release prepares, on a real metadata database: by two at once, again, and after a failure in the middle."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Engine

from include.local import environment, postgres
from include.local.postgres import Server
from multitv.beenius import pool
from multitv.database.engine import engine_for
from multitv.database.wait import wait
from multitv.installation import REPOSITORY
from multitv.release import AirflowNotMigrated, migrate_airflow
from tests.support.concurrency import waiting

UNREACHABLE = "postgresql+psycopg2://airflow@127.0.0.1:9/airflow"


@dataclass(frozen=True)
class Release:
    """A release on databases of its own."""

    metadata: Engine
    isp: Engine
    environment: Mapping[str, str]

    def start(self, **overrides: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "multitv.release"]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, env={**self.environment, **overrides}, stdout=pipe, stderr=pipe, text=True)

    def run(self, **overrides: str) -> tuple[int, str]:
        """Return the exit code and what was logged."""
        process = self.start(**overrides)
        logged = process.communicate(timeout=200)[1]
        return process.returncode, logged

    def pools(self) -> list[Any]:
        with self.metadata.connect() as connection:
            return list(
                connection.exec_driver_sql(
                    "select slots, description, include_deferred from slot_pool where pool = 'beenius'"
                ).all()
            )

    def change(self, statement: str) -> None:
        with self.metadata.begin() as connection:
            connection.exec_driver_sql(statement)


NEW_POOL = [(pool.SLOTS, pool.DESCRIPTION, False)]


@pytest.fixture(scope="module")
def release(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Release]:
    """Prepared once already, by two at once, from nothing."""
    metadata, isp = postgres.database(server, "release_airflow"), postgres.database(server, "release_isp")
    values = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(REPOSITORY / "plugins"),
        "AIRFLOW_HOME": str(tmp_path_factory.mktemp("airflow")),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": environment.metadata_url(metadata),
        "AIRFLOW_CONN_ISP_DB": environment.isp_connection(isp),
    }
    release = Release(engine_for(metadata.set(drivername="postgresql+psycopg")), engine_for(isp), values)
    both = [release.start() for _ in range(2)]
    logged = [process.communicate(timeout=200)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], "\n".join(logged)
    yield release
    for name in ("release_airflow", "release_isp"):
        postgres.drop(server, name)


@pytest.mark.proof
def test_two_at_once_make_both_schemas_and_one_pool(release: Release) -> None:
    wait(release.isp, timeout=0)
    assert release.pools() == NEW_POOL


def test_the_pool_of_event_driven_runs_is_made_too(release: Release) -> None:
    with release.metadata.connect() as connection:
        slots = connection.exec_driver_sql("select slots from slot_pool where pool = 'beenius_changes'").scalar_one()
    assert slots == pool.CHANGES_SLOTS


@pytest.mark.proof
def test_a_tuned_pool_is_left_alone(release: Release) -> None:
    release.change(
        "update slot_pool set slots = 11, description = 'ours', include_deferred = true where pool = 'beenius'"
    )
    code, logged = release.run()
    assert (code, release.pools()) == (0, [(11, "ours", True)]), logged
    assert "stays as it is" in logged


@pytest.mark.proof
def test_a_pool_that_somebody_makes_at_the_same_moment_is_left_alone(release: Release) -> None:
    release.change("delete from slot_pool where pool = 'beenius'")
    with release.metadata.begin() as rival:
        rival.exec_driver_sql("insert into slot_pool (pool, slots, include_deferred) values ('beenius', 7, false)")
        process = release.start()
        deadline = time.monotonic() + 60
        # For the transaction of the rival to end.
        while not waiting(release.metadata, "transactionid"):
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.1)
    logged = process.communicate(timeout=60)[1]
    assert (process.returncode, release.pools()) == (0, [(7, None, False)]), logged


@pytest.mark.proof
def test_what_failed_in_the_middle_is_made_up_for_by_the_next_run(release: Release) -> None:
    release.change("delete from slot_pool where pool = 'beenius'")
    code, logged = release.run(AIRFLOW_CONN_ISP_DB="postgres://isp@127.0.0.1:9/isp")
    assert (code, release.pools()) == (1, [])
    assert "database isp, is not available" in logged
    code, logged = release.run()
    assert (code, release.pools()) == (0, NEW_POOL), logged


def test_nothing_of_ours_is_migrated_if_airflow_is_not(release: Release, server: Server) -> None:
    untouched = postgres.database(server, "release_untouched")
    code, logged = release.run(
        AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=UNREACHABLE, AIRFLOW_CONN_ISP_DB=environment.isp_connection(untouched)
    )
    assert code == 1
    assert "`airflow db migrate` ended with 1" in logged
    with engine_for(untouched).connect() as connection:
        assert (
            connection.exec_driver_sql("select count(*) from pg_tables where schemaname = 'public'").scalar_one() == 0
        )
    postgres.drop(server, "release_untouched")


def test_a_bad_setting_is_refused_before_anything_is_changed(release: Release) -> None:
    code, logged = release.run(
        MULTITV_PIN_KEYS="not-a-key", AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=UNREACHABLE, AIRFLOW_CONN_ISP_DB=""
    )
    assert code == 1
    assert "MULTITV_PIN_KEYS: key 1 of 1 is not a Fernet key" in logged
    assert "not-a-key" not in logged
    assert "airflow db migrate" not in logged


@pytest.mark.parametrize(("codes", "fails"), [([0], False), ([1, 0], False), ([1, 1], True)])
def test_airflow_is_migrated_at_the_second_try_if_another_release_came_between(
    monkeypatch: pytest.MonkeyPatch, codes: list[int], fails: bool
) -> None:
    """Two at once seldom meet where Airflow has no lock, so here its command fails as it does then."""
    left = list(codes)
    monkeypatch.setattr(subprocess, "run", lambda command, check: subprocess.CompletedProcess(command, left.pop(0)))
    with pytest.raises(AirflowNotMigrated) if fails else nullcontext():
        migrate_airflow()
    assert left == []
