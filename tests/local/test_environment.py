"""What the processes of a stack, and the shells that join it, find in their environment."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL, make_url

from include.local import environment
from include.local.config import (
    FROM_RUN_ENV,
    ISP_CONNECTION,
    METADATA,
    OWNER_CONNECTION,
    SCREENS_CONNECTION,
    Config,
    outside,
)
from include.local.postgres import plain
from include.local.processes import MARK
from include.sandbox.population import DUE_DAYS


def _for(home: Path, **inherited: str) -> dict[str, str]:
    return environment.for_processes(Config(home=home), inherited, "isp", "platform", "metadata")


def test_the_secrets_of_a_home_are_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    names = ["AIRFLOW__CORE__FERNET_KEY", "AIRFLOW__API__SECRET_KEY", "AIRFLOW__API_AUTH__JWT_SECRET"]
    first, again = _for(tmp_path / "a"), _for(tmp_path / "a")
    other = _for(tmp_path / "b")
    assert [first[name] for name in names] == [again[name] for name in names]
    assert len({env[name] for env in (first, other) for name in names}) == 6
    assert environment.password(tmp_path / "a") == environment.password(tmp_path / "a")
    for kept in (tmp_path / "a" / "secrets.json", environment.password_file(tmp_path / "a")):
        assert kept.stat().st_mode & 0o777 == 0o600


def test_a_file_of_secrets_that_was_cut_short_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text('{"AIRFLOW__CORE__FERN')
    assert _for(tmp_path)["AIRFLOW__CORE__FERNET_KEY"]


def test_nobody_comes_in_unasked_and_nothing_listens_outside_whatever_the_shell_says(tmp_path: Path) -> None:
    everywhere = "0.0.0.0"  # noqa: S104, to see it refused
    found = _for(tmp_path, AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS="True", AIRFLOW__API__HOST=everywhere)
    assert found["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS"] == "False"
    assert found["AIRFLOW__API__HOST"] == "127.0.0.1"


def test_no_process_has_the_login_of_whoever_migrates(tmp_path: Path) -> None:
    given = {OWNER_CONNECTION: "owner", SCREENS_CONNECTION: "theirs"}
    found = _for(tmp_path, **given)
    assert OWNER_CONNECTION not in found
    assert found[SCREENS_CONNECTION] == "theirs"
    ours = environment.for_processes(Config(home=tmp_path), given, "isp", "platform", "metadata", "ours")
    assert ours[SCREENS_CONNECTION] == "ours"


def test_a_tuning_from_outside_is_kept(tmp_path: Path) -> None:
    assert _for(tmp_path)["MULTITV_STANDARD_BILLING_POLL_SECONDS"] == "2"
    assert _for(tmp_path, MULTITV_STANDARD_BILLING_POLL_SECONDS="9")["MULTITV_STANDARD_BILLING_POLL_SECONDS"] == "9"


def test_a_proxy_of_the_machine_is_kept_off_the_loopback_address(tmp_path: Path) -> None:
    assert _for(tmp_path, NO_PROXY="intranet")["NO_PROXY"] == "intranet,127.0.0.1,localhost"


def test_run_env_gives_a_shell_back_what_was_written_whatever_the_characters(tmp_path: Path) -> None:
    values = _for(tmp_path / "it's a home") | {ISP_CONNECTION: json.dumps({"password": "a'b\"c $HOME `id` \\"})}
    run_env = tmp_path / "run.env"
    environment.write_run_env(run_env, values, {}, "postgresql://x")
    printed = subprocess.run(
        ["/bin/sh", "-c", '. "$0" && env -0', str(run_env)], capture_output=True, text=True, check=True, env={}
    ).stdout
    found = dict(line.split("=", 1) for line in printed.split("\0") if line)
    for name in ("AIRFLOW_HOME", ISP_CONNECTION, METADATA, "AIRFLOW__CORE__DAGS_FOLDER", "AIRFLOW__CORE__FERNET_KEY"):
        assert found[name] == values[name]
    assert found["ISP_DB_URI"] == "postgresql://x"
    assert MARK not in found, "what a person starts in that shell is not ours to end"
    assert run_env.stat().st_mode & 0o777 == 0o600


def test_the_due_days_of_the_demo_are_served_and_those_of_a_real_isp_are_its_own(tmp_path: Path) -> None:
    assert _for(tmp_path)["MULTITV_DUE_DAYS"] == DUE_DAYS
    assert _for(tmp_path, MULTITV_DUE_DAYS="7")["MULTITV_DUE_DAYS"] == "7"
    real = Config(home=tmp_path, isp_connection="isp")
    assert "MULTITV_DUE_DAYS" not in environment.for_processes(real, {}, "isp", "platform", "metadata")


def test_a_start_from_a_shell_that_sourced_run_env_sees_only_what_was_set_from_outside(tmp_path: Path) -> None:
    inherited = {ISP_CONNECTION: "isp", "MULTITV_DUE_DAYS": "7"}
    values = _for(tmp_path, **inherited)
    run_env = tmp_path / "run.env"
    environment.write_run_env(run_env, values, inherited, "postgresql://x")
    printed = subprocess.run(
        ["/bin/sh", "-c", '. "$0" && env -0', str(run_env)], capture_output=True, text=True, check=True, env=inherited
    ).stdout
    found = outside(dict(line.split("=", 1) for line in printed.split("\0") if line))
    assert FROM_RUN_ENV not in found
    assert {name: value for name, value in found.items() if name.startswith(("AIRFLOW", "MULTITV"))} == inherited


def test_airflow_reaches_the_embedded_database_by_the_connection(
    database_url: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from multitv.database.engine import connection_url

    monkeypatch.setenv("AIRFLOW_CONN_A_COPY_OF_ISP_DB", environment.isp_connection(database_url))
    written = connection_url("a_copy_of_isp_db").render_as_string(hide_password=False)
    for url in (make_url(written), database_url):
        with psycopg.connect(plain(url)) as connection:
            assert connection.info.dbname == database_url.database
