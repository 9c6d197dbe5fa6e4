"""What runs our code starts when the ISP's database has exactly the schema that this code needs."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from include.local import postgres
from include.local.postgres import Server
from multitv.database import wait as waiting
from multitv.database.engine import SchemaMissing, engine_for, place
from multitv.database.migrate import migrate
from multitv.database.roles import SCREENS
from multitv.database.schema import OldNumbering, SchemaAhead
from multitv.database.wait import wait
from tests.database.conftest import HEAD, NEXT, Release
from tests.support.databases import own_database

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def told(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, waiting.log.name)
    return caplog


def said(told: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in told.records if record.name == waiting.log.name]


def tables(engine: Engine) -> int:
    with engine.connect() as connection:
        statement = "select count(*) from pg_tables where schemaname not in ('pg_catalog', 'information_schema')"
        return int(connection.exec_driver_sql(statement).scalar_one())


def set_version(engine: Engine, version: str) -> None:
    with engine.begin() as connection:
        connection.execute(text("update schema_migration set version_num = :version"), {"version": version})


def test_a_migrated_database_is_not_waited_for(engine: Engine, told: pytest.LogCaptureFixture) -> None:
    wait(engine, timeout=0)
    assert said(told) == [f"{place(engine.url)}, has the schema of this release"]


@pytest.mark.parametrize(
    ("start", "seen"),
    [
        ("nothing", f"its schema is at no version, and this release needs {NEXT}"),
        ("tables", f"its schema is at {HEAD}, and this release needs {NEXT}"),
        ("texts", "its functions, views and triggers are of another release, an older or a newer one"),
    ],
)
def test_new_code_waits_until_somebody_has_migrated_to_its_version(
    empty: Engine, release: Release, told: pytest.LogCaptureFixture, start: str, seen: str
) -> None:
    if start == "texts":
        release.migration("create table tv.novelty ()")
    if start != "nothing":
        migrate(empty)
    if start == "texts":
        release.edit("functions/web/tv.cell.sql", "'''' || written", "'*' || written")
    else:
        release.migration("create table tv.novelty ()")
    with ThreadPoolExecutor(1) as pool:
        waits = pool.submit(wait, empty, timeout=60, poll=0.05)
        time.sleep(0.5)
        assert not waits.done()
        migrate(empty)
        waits.result(timeout=10)
    messages = said(told)
    assert len(messages) == 2, "a reason is told once, however often it is looked at"
    assert seen in messages[0]


def test_a_migration_that_is_under_way_does_not_count(empty: Engine, release: Release) -> None:
    migrate(empty)
    release.migration("create table tv.novelty ()")
    with empty.begin() as connection:
        connection.execute(text("update schema_migration set version_num = :next"), {"next": NEXT})
        with pytest.raises(SchemaMissing, match=f"is at {HEAD}"):
            wait(empty, timeout=0)


def test_a_text_that_changed_is_waited_for_and_the_message_says_what_to_do(empty: Engine, release: Release) -> None:
    migrate(empty)
    wait(empty, timeout=0)
    release.edit("triggers/billing/billing.run.sql", "-- Runs", "-- All runs")
    with pytest.raises(
        SchemaMissing, match=r"functions, views and triggers are of another.*`python -m multitv\.release`"
    ):
        wait(empty, timeout=0)


def test_a_database_of_the_old_numbering_is_not_waited_for(empty: Engine) -> None:
    with empty.begin() as connection:
        connection.exec_driver_sql("create table schema_version (version_num text)")
    began = time.monotonic()
    with pytest.raises(OldNumbering, match="Make a new database"):
        wait(empty, timeout=60)
    assert time.monotonic() - began < 30, "no migration will come"


def test_waiting_ends_with_cause_and_next_step_and_migrates_nothing(empty: Engine) -> None:
    with pytest.raises(SchemaMissing) as raised:
        wait(empty, timeout=0.2, poll=0.05)
    message = str(raised.value)
    for part in (
        place(empty.url),
        "is not ready after 0 s",
        f"needs {HEAD}",
        "run-airflow-migrations",
        "multitv.release",
    ):
        assert part in message
    assert tables(empty) == 0


@pytest.mark.parametrize("version", ["9999", "0bad"])
def test_old_code_does_not_start_on_the_schema_of_a_newer_release(engine: Engine, version: str) -> None:
    set_version(engine, version)
    began = time.monotonic()
    with pytest.raises(SchemaAhead, match=f"at version {version}.*knows none after {HEAD}.*Deploy the newer release"):
        wait(engine, timeout=60)
    assert time.monotonic() - began < 30, "waiting does not take a migration back"
    with pytest.raises(SchemaAhead, match=f"at version {version}"):
        migrate(engine)


def test_a_database_that_comes_later_is_waited_for(
    server: Server, migrated: str, told: pytest.LogCaptureFixture
) -> None:
    with own_database(server) as later:
        name = str(later.url.database)
        postgres.drop(server, name)
        with ThreadPoolExecutor(1) as pool:
            waits = pool.submit(wait, later, timeout=60, poll=0.05)
            time.sleep(0.5)
            assert not waits.done()
            postgres.database(server, name, template=migrated)
            waits.result(timeout=10)
        assert f'database "{name}" does not exist' in told.text


@pytest.mark.parametrize(
    ("login", "cause"),
    [("isp@127.0.0.1:9", "Connection refused"), ("isp@nowhere.invalid", "nowhere.invalid")],
)
def test_an_unreachable_database_is_waited_for_and_the_message_says_why(login: str, cause: str) -> None:
    with pytest.raises(SchemaMissing, match=f"(?s)database isp, is not ready after 0 s: .*{cause}"):
        wait(engine_for(f"postgresql+psycopg://{login}/isp"), timeout=0.1, poll=0.05)


def test_who_may_not_read_the_version_is_told_so(empty: Engine) -> None:
    migrate(empty)
    with empty.begin() as connection:
        connection.exec_driver_sql("create role stranger login")
    try:
        with pytest.raises(SchemaMissing, match="permission denied for table schema_migration"):
            wait(engine_for(empty.url.set(username="stranger")), timeout=0)
    finally:
        with empty.begin() as connection:
            connection.exec_driver_sql("drop role stranger")


def run(
    repository: Path, tmp_path: Path, environment: Mapping[str, str], *command: str
) -> subprocess.CompletedProcess[str]:
    """Run a command, waiting for a second if none is said, as a pod does: without the address of Airflow's database."""
    values = {"PATH": os.environ["PATH"], "PYTHONPATH": str(repository / "plugins"), "AIRFLOW_HOME": str(tmp_path)}
    command = command or ("multitv.database.wait", "--timeout", "1")
    return subprocess.run(
        [sys.executable, "-m", *command], env=values | dict(environment), capture_output=True, text=True, timeout=120
    )


@pytest.mark.proof
def test_the_command_needs_only_the_connection_and_tells_by_its_exit_code(
    empty: Engine, repository: Path, tmp_path: Path
) -> None:
    connection = {"AIRFLOW_CONN_ISP_DB": postgres.plain(empty.url)}
    late = run(repository, tmp_path, connection)
    assert late.returncode == 1
    assert "INFO Waiting up to 1 s for PostgreSQL" in late.stderr
    assert "ERROR PostgreSQL" in late.stderr
    assert "Traceback" not in late.stderr
    assert "alembic" not in late.stdout, "each look at the database would be two lines more"
    migrate(empty)
    ready = run(repository, tmp_path, connection)
    assert (ready.returncode, ready.stderr.count("has the schema of this release")) == (0, 1), ready.stderr


@pytest.mark.proof
def test_the_api_server_waits_with_the_login_of_the_screens(engine: Engine, repository: Path, tmp_path: Path) -> None:
    command = ("multitv.database.wait", "--screens", "--timeout", "1")
    screens = {"AIRFLOW_CONN_ISP_DB_SCREENS": postgres.plain(engine.url.set(username=SCREENS))}
    ready = run(repository, tmp_path, screens, *command)
    assert (ready.returncode, ready.stderr.count("has the schema of this release")) == (0, 1), ready.stderr
    wrong = {"AIRFLOW_CONN_ISP_DB_SCREENS": postgres.plain(engine.url.set(username="nobody_of_ours"))}
    refused = run(repository, tmp_path, wrong | {"AIRFLOW_CONN_ISP_DB": postgres.plain(engine.url)}, *command)
    assert refused.returncode == 1
    assert 'role "nobody_of_ours" does not exist' in refused.stderr


@pytest.mark.proof
def test_the_migration_command_refuses_a_newer_schema_in_one_line(
    engine: Engine, repository: Path, tmp_path: Path
) -> None:
    set_version(engine, "9999")
    ahead = run(repository, tmp_path, {"AIRFLOW_CONN_ISP_DB": postgres.plain(engine.url)}, "multitv.database.migrate")
    assert ahead.returncode == 1
    assert "at version 9999" in ahead.stderr
    assert "Traceback" not in ahead.stderr


@pytest.mark.proof
def test_a_missing_connection_is_not_waited_for(repository: Path, tmp_path: Path) -> None:
    lost = run(repository, tmp_path, {})
    assert lost.returncode == 1
    assert "Airflow has no connection 'isp_db'" in lost.stderr
