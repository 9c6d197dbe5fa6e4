"""A night of the profile `backup`: it makes a backup, and both databases are restored into others and counted."""

from __future__ import annotations

import re
import time

from include.local.stack import Say
from multitv.database.engine import engine_for
from tests.compose.docker import DockerFailed, inspect
from tests.compose.stack import Compose

FOLDER = "/opt/airflow/backups"
PROGRAMS = "/usr/lib/postgresql/18/bin"
BACKUP_SECONDS = 180
# Each holds something after the main job.
TABLES = {
    "isp": ("erp.client", "tv.client_package", "tv.client_extra_field", "billing.event", "finance.posting"),
    "airflow": ("dag_run", "task_instance", "ab_user"),
}


def check_backup(stack: Compose, say: Say) -> None:
    """Start the profile, wait for its first backup, restore it as docs/backup.md says, and compare the rows."""
    stack.add_profile("backup")
    stack("build", "backup")
    stack("up", "--detach", "--no-deps", "backup")
    name = _first_backup(stack)
    health = inspect(stack.containers()["backup"])["Config"]["Healthcheck"]["Test"][1:]
    stack("exec", "-T", "backup", *health)
    say(f"A backup was made: {name}")
    for database, owner in (("airflow", "airflow"), ("isp", "multitv_owner")):
        new = f"{database}_restored"
        create = f"create database {new} owner {owner} template template0 encoding 'UTF8'"
        stack("exec", "-T", "postgres", "psql", "--username=postgres", f"--command={create}")
        variable = f"{database.upper()}_DB_URI"
        command = f"{variable}=${{{variable}%/*}}/{new} python -m multitv.backup restore --programs={PROGRAMS} "
        stack("run", "--rm", "--no-deps", "-T", "backup", "bash", "-c", f"{command} {FOLDER}/{name} {database}")
        _compare(stack, database, new, say)


def _first_backup(stack: Compose) -> str:
    deadline = time.monotonic() + BACKUP_SECONDS
    while True:
        try:
            listed = stack("exec", "-T", "backup", "python", "-m", "multitv.backup", "list", f"--folder={FOLDER}")
        except DockerFailed as error:
            listed = str(error)
        if whole := re.search(r"/(multitv-\d+T\d+Z):", listed):
            return whole[1]
        assert time.monotonic() < deadline, listed + stack("logs", "--tail=40", "backup")
        time.sleep(2)


def _compare(stack: Compose, database: str, restored: str, say: Say) -> None:
    """Compare tables in which nothing changes any more."""
    counts = {}
    for name in (database, restored):
        with engine_for(stack.superuser.set(database=name)).connect() as connection:
            counts[name] = {
                table: connection.exec_driver_sql(f"select count(*) from {table}").scalar_one()  # noqa: S608
                for table in TABLES[database]
            }
    assert counts[database] == counts[restored], counts
    assert all(counts[restored].values()), counts
    say(f"Restored as {restored}: {', '.join(f'{table} {rows}' for table, rows in counts[restored].items())}")
