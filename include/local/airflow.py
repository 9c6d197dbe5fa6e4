"""Starts Airflow on one machine: migrates its metadata, starts its four components, waits until they are ready."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.exc import ProgrammingError

from include.local.processes import Process, ProcessFailed
from include.local.rest import Api, moment
from multitv.database.engine import engine_for

COMPONENTS = {
    "api-server": ("--host", "127.0.0.1"),
    # Their log servers would listen on every address, and are not needed: the api-server reads the logs from disk.
    "scheduler": ("--skip-serve-logs",),
    "dag-processor": (),
    "triggerer": ("--skip-serve-logs",),
}
# A slow machine with a cold disk takes minutes; longer than this means that something is broken.
MIGRATE_SECONDS = 600.0
READY_SECONDS = 600.0


class AirflowNotReady(ProcessFailed):
    """Airflow did not come up, or a DAG file cannot be imported."""


def command(*arguments: str) -> list[str]:
    """Return the command line of a command of Airflow."""
    return [sys.executable, "-m", "include.local.preloaded", *arguments]


def start_migrating(environment: Mapping[str, str], logs: Path) -> Process:
    """Start a process that migrates the metadata database to this version of Airflow and then ends."""
    return Process.start("airflow-db-migrate", command("db", "migrate"), environment, logs)


def start(environment: Mapping[str, str], logs: Path) -> list[Process]:
    """Start the four components."""
    return [Process.start(name, command(name, *arguments), environment, logs) for name, arguments in COMPONENTS.items()]


def migrated(metadata: URL, note: Path) -> bool:
    """Return whether `note_migration` has recorded this very database at this version of Airflow."""
    try:
        noted = json.loads(note.read_text())
    except (OSError, ValueError):
        return False
    return bool(noted == _state(metadata))


def note_migration(metadata: URL, note: Path) -> None:
    """Record the schema version of the metadata, because asking Airflow itself costs seconds at each start."""
    note.write_text(json.dumps(_state(metadata)) + "\n")


def wait_until_up(api: Api, since: float, check: Callable[[], None]) -> None:
    """Wait until every component has reported itself healthy after `since` (seconds since the epoch).

    Calls `check` meanwhile. Raises AirflowNotReady after READY_SECONDS, and whatever `check` raises.
    """
    deadline = time.monotonic() + READY_SECONDS
    while missing := _missing(api, since):
        check()
        if time.monotonic() > deadline:
            raise AirflowNotReady(f"Not healthy after {READY_SECONDS:.0f} s: {', '.join(missing)}. See the logs.")
        time.sleep(0.25)


def wait_until_parsed(api: Api, folder: Path, since: float, check: Callable[[], None]) -> list[str]:
    """Wait until every DAG file in `folder` has been parsed after `since`, and return the DAG ids.

    `since` is in seconds since the epoch. Raises AirflowNotReady with the stack trace if a file cannot be imported, or
    after READY_SECONDS.
    """
    deadline = time.monotonic() + READY_SECONDS
    while True:
        errors = [error for error in api.import_errors() if moment(error["timestamp"]) >= since]
        if errors:
            raise AirflowNotReady(
                "\n".join(f"{error['filename']} cannot be imported:\n{error['stack_trace']}" for error in errors)
            )
        parsed = [dag for dag in api.dags() if moment(dag["last_parsed_time"]) >= since]
        waiting = _dag_files(folder) - {dag["relative_fileloc"] for dag in parsed}
        if not waiting:
            return sorted(dag["dag_id"] for dag in parsed)
        check()
        if time.monotonic() > deadline:
            raise AirflowNotReady(
                f"Not parsed after {READY_SECONDS:.0f} s: {', '.join(sorted(waiting))}. See the dag-processor's log."
            )
        time.sleep(0.25)


def _missing(api: Api, since: float) -> list[str]:
    health = api.health()
    if health is None:
        return ["api-server"]
    return [
        name
        for name in ("scheduler", "dag_processor", "triggerer")
        if health[name]["status"] != "healthy" or moment(health[name][f"latest_{name}_heartbeat"]) < since
    ]


def _dag_files(folder: Path) -> set[str]:
    """Return the files that Airflow takes for DAG files, by its own heuristic."""
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*.py")
        if all(word in path.read_bytes().lower() for word in (b"dag", b"airflow"))
    }


def _state(metadata: URL) -> dict[str, str] | None:
    engine = engine_for(metadata)
    try:
        with engine.connect() as connection:
            revision = connection.exec_driver_sql("select version_num from alembic_version").scalar_one_or_none()
    except ProgrammingError:
        return None
    return {"airflow": version("apache-airflow-core"), "revision": str(revision)}
