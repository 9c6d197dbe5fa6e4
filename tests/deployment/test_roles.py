"""The roles and databases that the Docker stack makes on its own PostgreSQL, on a real one."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import URL, text

from include.local import dotenv, postgres
from include.local.postgres import SUPERUSER, Server, programs
from include.sandbox.population.seed import seed
from multitv.database.engine import engine_for
from multitv.database.migrate import migrate
from multitv.database.wait import wait
from tests.support.folders import quick_folder
from tests.support.settings import TODAY

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def fresh() -> Iterator[Server]:
    """A PostgreSQL as the official image makes it: a superuser, and nothing else."""
    with tempfile.TemporaryDirectory(prefix="multitv-tests-", dir=quick_folder()) as folder:
        server = postgres.start(Path(folder) / "postgres")
        try:
            yield server
        finally:
            server.stop()


def make_roles(stack: Any, server: Server, folder: Path) -> None:
    """Run the script of the service `roles` with the secrets of a folder, twice, as two `up` do."""
    service = stack["services"]["roles"]
    [script] = service["command"]
    assert service["entrypoint"] == ["bash", "-euo", "pipefail", "-c"]
    script = script.replace("$$", "$").replace("/run/secrets", str(folder))
    script = script.replace("--host=postgres", f"--host={server.url().query['host']}")
    environment = {"PATH": f"{programs()}{os.pathsep}{os.environ['PATH']}", "POSTGRES_SUPERUSER": SUPERUSER}
    for _ in range(2):
        subprocess.run([*service["entrypoint"], script], env=environment, check=True, timeout=60)


def test_nothing_but_the_roles_is_made_by_a_superuser(stack: Any, fresh: Server, tmp_path: Path) -> None:
    assert dotenv.main(["demo"], tmp_path / ".env") == 0
    make_roles(stack, fresh, tmp_path / "secrets")

    with postgres.connect(fresh) as connection:
        roles = connection.execute("select rolname, rolsuper, rolcreaterole, rolcanlogin, rolpassword from pg_authid")
        made = {name: rest for name, *rest in roles if not name.startswith("pg_")}
        assert made.pop(SUPERUSER)[0] is True
        logins = {"airflow", "multitv_owner", "multitv_pipeline", "multitv_screens"}
        assert set(made) == logins | {"multitv_reader"}
        for name, (superuser, creates_roles, may_log_in, password) in made.items():
            assert (superuser, creates_roles, may_log_in) == (False, False, name in logins), name
            assert (password or "").startswith("SCRAM-SHA-256") is (name in logins), name
        owners = connection.execute("select datname, datdba::regrole::text from pg_database where not datistemplate")
        assert dict(owners.fetchall()) == {SUPERUSER: SUPERUSER, "airflow": "airflow", "isp": "multitv_owner"}

    # What `init` and the population then do as the owner, and tasks as the pipeline.
    def login(role: str) -> URL:
        return fresh.url("isp").set(username=role)

    migrate(engine_for(login("multitv_owner")))
    assert seed(engine_for(login("multitv_owner")), 20, TODAY, seed=1).created
    for role in ("multitv_pipeline", "multitv_screens"):
        wait(engine_for(login(role)), timeout=0)
        with engine_for(login(role)).connect() as connected:
            assert connected.execute(text("select count(*) from erp.client")).scalar_one() == 20


def test_postgresql_takes_what_the_stack_sets(stack: Any, fresh: Server) -> None:
    options = [option.removeprefix("-c").split("=") for option in stack["services"]["postgres"]["command"][1:]]
    with postgres.connect(fresh) as connection:
        for name, value in options:
            # Checked as at a start, and without effect on this one.
            connection.execute(psycopg.sql.SQL("alter system set {} = {}").format(psycopg.sql.Identifier(name), value))
            connection.execute(psycopg.sql.SQL("alter system reset {}").format(psycopg.sql.Identifier(name)))
        with pytest.raises(psycopg.errors.UndefinedObject):
            connection.execute("alter system set shared_bufers = '1GB'")
