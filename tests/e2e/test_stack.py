"""The stack itself, as a stranger finds it: healthy, its DAGs parsed, reachable from a shell, closed to strangers."""

from __future__ import annotations

import shutil
import stat
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
import requests

if TYPE_CHECKING:
    from tests.e2e.conftest import RunningStack

from include.local.postgres import programs
from include.local.processes import marked


def _in_a_shell(stack: RunningStack, command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", "-c", f". '{stack.home}/run.env' && {command}"],
        cwd=folder,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_every_component_is_healthy(stack: RunningStack) -> None:
    health = stack.api.health()
    assert health is not None
    assert {name: part["status"] for name, part in health.items()} == {
        "metadatabase": "healthy",
        "scheduler": "healthy",
        "triggerer": "healthy",
        "dag_processor": "healthy",
    }


def test_airflow_works_in_any_shell_that_sources_run_env(stack: RunningStack, tmp_path: Path) -> None:
    listed = _in_a_shell(stack, "airflow dags list --output plain", tmp_path)
    assert listed.returncode == 0, listed.stderr
    for dag_id in stack.stack.dag_ids:
        assert dag_id in listed.stdout


# The wheel's is always there; a machine's own may be older.
PSQLS = [str(programs() / "psql"), *filter(None, [shutil.which("psql")])]


@pytest.mark.parametrize("psql", PSQLS)
def test_psql_opens_the_database_of_the_isp(stack: RunningStack, tmp_path: Path, psql: str) -> None:
    counted = _in_a_shell(stack, f'{psql} "$ISP_DB_URI" -Atc "table erp.client" | wc -l', tmp_path)
    assert (counted.returncode, counted.stdout.strip()) == (0, "500"), counted.stderr


def test_run_env_is_for_its_owner_only(stack: RunningStack) -> None:
    for name in ("run.env", "secrets.json", "airflow/passwords.json"):
        assert (stack.home / name).stat().st_mode & 0o777 == 0o600


def test_other_users_of_the_machine_can_read_nothing_of_it(stack: RunningStack) -> None:
    """Clients, PINs, credentials and logs; whoever runs PostgreSQL passes through the home and lists nothing."""
    reachable = [stack.home]
    readable = []
    while reachable:
        folder = reachable.pop()
        assert not folder.stat().st_mode & 0o066, f"others can list {folder}"
        if folder.stat().st_mode & 0o011:
            for path in folder.iterdir():
                mode = path.lstat().st_mode
                if stat.S_ISDIR(mode):
                    reachable.append(path)
                elif stat.S_ISREG(mode) and mode & 0o066 and path.name != ".gitignore":
                    readable.append(path)
    assert readable == []
    assert (stack.home / "sandbox" / "sandbox.sqlite3").stat().st_mode & 0o777 == 0o600
    logs = [path for path in (stack.home / "airflow" / "logs").rglob("*.log") if path.stat().st_mode & 0o077]
    assert logs == []


def test_a_stranger_is_not_let_in(stack: RunningStack) -> None:
    assert requests.get(f"{stack.api.address}/api/v2/dags", timeout=30).status_code == 401
    wrong = {"username": "admin", "password": "admin"}
    assert requests.post(f"{stack.api.address}/auth/token", json=wrong, timeout=30).status_code == 401


def test_nothing_listens_beyond_the_loopback_address(stack: RunningStack) -> None:
    ours = marked(stack.home)
    assert ours
    listening = {
        connection.laddr.ip
        for process in ours
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {"127.0.0.1"}


def test_the_platform_answers(stack: RunningStack) -> None:
    assert requests.get(f"{stack.sandbox.url}/healthz", timeout=30).status_code == 200
