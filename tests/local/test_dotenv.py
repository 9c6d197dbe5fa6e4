"""The environment and the secrets of the Docker stack: complete, secret, and never written over."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest
import yaml
from airflow.models.connection import Connection
from cryptography.fernet import Fernet
from sqlalchemy import make_url

from include.local import dotenv
from include.sandbox.population import DUE_DAYS
from multitv.database.roles import PIPELINE, SCREENS


def test_everything_that_the_stack_requires_is_in_it(repository: Path) -> None:
    stack = (repository / "docker-compose.yml").read_text()
    required = set(re.findall(r"\$\{(\w+):\?", stack))
    assert required
    assert required <= set(dotenv.variables([]))
    assert set(yaml.safe_load(stack)["secrets"]) == set(dotenv.secret_files([]))


def test_two_of_them_share_no_secret() -> None:
    first, second = dotenv.secret_files(["demo", "celery"]), dotenv.secret_files(["demo", "celery"])
    # Alerts are off in both.
    assert {name for name in first if first[name] == second[name]} == {"alert_urls", "heartbeat_url"}
    Fernet(first["fernet_key"])
    Fernet(first["pin_keys"])


def test_no_secret_is_a_variable() -> None:
    profiles = ["demo", "celery", "tls=tv.isp.example"]
    assert dotenv.variables(profiles) == dotenv.variables(profiles), "nothing random"


@pytest.mark.parametrize(("profiles", "executor"), [([], "LocalExecutor"), (["demo", "celery"], "CeleryExecutor")])
def test_the_executor_goes_with_the_profile(profiles: list[str], executor: str) -> None:
    made = dotenv.variables(profiles)
    assert made["AIRFLOW_EXECUTOR"] == executor
    assert made["COMPOSE_PROFILES"] == ",".join(profiles)
    assert made["AIRFLOW_BASE_URL"] == "http://127.0.0.1:8080"
    assert "AIRFLOW_COOKIE_SECURE" not in made


def test_with_tls_people_come_by_the_name_and_cookies_are_secure() -> None:
    assert dotenv.variables(["celery", "tls=tv.isp.example"]) == {
        "COMPOSE_PROFILES": "celery,tls",
        "AIRFLOW_EXECUTOR": "CeleryExecutor",
        "AIRFLOW_BASE_URL": "https://tv.isp.example",
        "AIRFLOW_COOKIE_SECURE": "true",
        "TLS_HOST": "tv.isp.example",
    }


def test_the_demo_serves_the_due_days_of_its_contracts(repository: Path) -> None:
    assert dotenv.variables(["demo"])["MULTITV_DUE_DAYS"] == DUE_DAYS
    story = (repository / "include/sandbox/population/create_story.sql").read_text()
    assert f"array[{DUE_DAYS.replace(',', ', ')}] as list" in story


def test_each_role_has_a_password_of_its_own() -> None:
    made = dotenv.secret_files([])
    logins = {
        name: Connection(uri=made[file])
        for name, file in (("multitv_owner", "isp_db_owner"), (PIPELINE, "isp_db"), (SCREENS, "isp_db_screens"))
    }
    assert {name: login.login for name, login in logins.items()} == {name: name for name in logins}
    assert [login.password for login in logins.values()] == [
        made["owner_password"],
        made["pipeline_password"],
        made["screens_password"],
    ]
    assert make_url(made["airflow_database"]).password == made["airflow_password"]
    assert make_url(made["celery_broker"]).password == made["valkey_password"]
    passwords = [value for name, value in made.items() if name.endswith("_password")]
    assert len(set(passwords)) == len(passwords) == 7


def test_the_demo_knows_its_sandbox() -> None:
    made = dotenv.secret_files(["demo"])
    connection = Connection(uri=made["beenius_default"])
    assert (connection.conn_type, connection.host, connection.port) == ("http", "sandbox", 8090)
    assert connection.password == made["sandbox_client_secret"]
    assert connection.extra_dejson == {"operator_uid": "op-demo"}
    assert dotenv.secret_files([])["beenius_default"] == ""


def test_files_that_are_there_stay_and_only_their_owner_reads_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, folder = tmp_path / ".env", tmp_path / "secrets"
    assert dotenv.main(["demo"], path) == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    # The files are for the users of the containers, and the folder lets nobody else come near them.
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o444}
    written = {file: file.read_text() for file in (path, *folder.iterdir())}
    assert len(written) == 22
    for missing in (None, path):
        if missing is not None:
            missing.unlink()
        assert dotenv.main(["demo"], path) == 1
        assert "stays as it is" in capsys.readouterr().err
    assert {file: file.read_text() for file in folder.iterdir()} == {
        file: content for file, content in written.items() if file != path
    }
    assert not path.exists()


@pytest.mark.parametrize(("profile", "cause"), [("kubernetes", "kubernetes"), ("tls", "tls=tv.isp.example")])
def test_a_wrong_profile_is_named_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], profile: str, cause: str
) -> None:
    assert dotenv.main([profile], tmp_path / ".env") == 2
    assert cause in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
