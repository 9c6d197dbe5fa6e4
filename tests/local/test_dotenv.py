"""The environment of the Docker stack: complete, secret, and never written over."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest
from airflow.models.connection import Connection
from cryptography.fernet import Fernet

from include.local import dotenv
from multitv.database.roles import PIPELINE, SCREENS


def values(profiles: list[str]) -> dict[str, str]:
    return dict(line.split("=", 1) for line in dotenv.lines(profiles))


def test_everything_that_the_stack_requires_is_in_it(repository: Path) -> None:
    stack = (repository / "docker-compose.yml").read_text()
    required = set(re.findall(r"\$\{(\w+):\?", stack))
    assert required
    assert required <= set(values([]))


def test_two_files_share_no_secret() -> None:
    first, second = values(["demo", "celery"]), values(["demo", "celery"])
    same = {name for name in first if first[name] == second[name]}
    assert same == {"COMPOSE_PROFILES", "AIRFLOW_EXECUTOR"}
    Fernet(first["AIRFLOW_FERNET_KEY"])
    Fernet(first["MULTITV_PIN_KEYS"])


@pytest.mark.parametrize(("profiles", "executor"), [([], "LocalExecutor"), (["demo", "celery"], "CeleryExecutor")])
def test_the_executor_goes_with_the_profile(profiles: list[str], executor: str) -> None:
    assert values(profiles)["AIRFLOW_EXECUTOR"] == executor
    assert values(profiles)["COMPOSE_PROFILES"] == ",".join(profiles)


def test_each_role_has_a_password_of_its_own() -> None:
    made = values([])
    logins = {
        name: Connection(uri=made[f"AIRFLOW_CONN_ISP_DB{of}"])
        for name, of in (("multitv", "_OWNER"), (PIPELINE, ""), (SCREENS, "_SCREENS"))
    }
    assert {name: login.login for name, login in logins.items()} == {name: name for name in logins}
    assert (logins["multitv"].password, logins[PIPELINE].password, logins[SCREENS].password) == (
        made["POSTGRES_PASSWORD"],
        made["ISP_PIPELINE_PASSWORD"],
        made["ISP_SCREENS_PASSWORD"],
    )


def test_the_demo_knows_its_sandbox() -> None:
    made = values(["demo"])
    connection = Connection(uri=made["AIRFLOW_CONN_BEENIUS_DEFAULT"])
    assert (connection.conn_type, connection.host, connection.port) == ("http", "sandbox", 8090)
    assert connection.password == made["SANDBOX_CLIENT_SECRET"]
    assert connection.extra_dejson == {"operator_uid": "op-demo"}
    assert values([])["AIRFLOW_CONN_BEENIUS_DEFAULT"] == ""


def test_a_file_that_is_there_stays_and_only_its_owner_reads_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / ".env"
    assert dotenv.main(["demo"], path) == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    written = path.read_text()
    assert dotenv.main(["demo"], path) == 1
    assert path.read_text() == written
    assert "stays as it is" in capsys.readouterr().err


def test_an_unknown_profile_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert dotenv.main(["kubernetes"], tmp_path / ".env") == 2
    assert "kubernetes" in capsys.readouterr().err
    assert not (tmp_path / ".env").exists()
