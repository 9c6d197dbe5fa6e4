"""A client for the part of Airflow's REST API that starts and follows runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

import requests

from multitv.errors import MultiTVError

FINISHED = frozenset({"success", "failed"})
ENDED = frozenset({"success", "failed", "skipped", "upstream_failed", "removed"})
# How long a call waits for a restarted or overloaded api-server before it counts as failed.
PATIENCE_SECONDS = 60.0


class ApiFailed(MultiTVError):
    """Airflow's API did not answer, or refused a request; the message says why."""


@dataclass(frozen=True)
class TaskState:
    """The latest try of a task in a run. A mapped task has one for each index."""

    task_id: str
    name: str
    map_index: int
    state: str | None
    try_number: int
    seconds: float | None


class Api:
    """Airflow's API at `address`, used as one user. Logs in when needed, and again when the token has expired."""

    def __init__(self, address: str, user: str, password: str, waiting: Callable[[], None] = lambda: None) -> None:
        """`waiting` is called, about twice a second, while Airflow does not answer a call."""
        self.address = address
        self._waiting = waiting
        self._credentials = {"username": user, "password": password}
        self._session = requests.Session()
        # Requests to the loopback address must not go through a proxy that the machine has set.
        self._session.trust_env = False

    def close(self) -> None:
        self._session.close()

    def health(self) -> dict[str, Any] | None:
        """Return the health of Airflow's components, None if the api-server does not answer yet."""
        try:
            answer = self._session.get(f"{self.address}/api/v2/monitor/health", timeout=30)
            body: dict[str, Any] = answer.json()
        except (requests.RequestException, ValueError):
            return None
        return body if answer.ok else None

    def dags(self) -> list[dict[str, Any]]:
        return self._all("/dags", "dags", {"exclude_stale": "true"})

    def import_errors(self) -> list[dict[str, Any]]:
        return self._all("/importErrors", "import_errors")

    def unpause(self, dag_id: str) -> None:
        self._call("PATCH", f"/dags/{quote(dag_id)}", json={"is_paused": False})

    def parse_again(self, dag_id: str) -> None:
        """Have the file of a DAG parsed soon: only then the watchers of a DAG that was unpaused are started."""
        token = self._call("GET", f"/dags/{quote(dag_id)}")["file_token"]
        self._call("PUT", f"/parseDagFile/{quote(token)}")

    def pause(self, dag_id: str) -> None:
        self._call("PATCH", f"/dags/{quote(dag_id)}", json={"is_paused": True})

    def decide(self, dag_id: str, run_id: str, task_id: str, option: str) -> None:
        """Answer the question of a task that waits for a person."""
        path = f"{self._run(dag_id, run_id)}/taskInstances/{quote(task_id)}/-1/hitlDetails"
        self._call("PATCH", path, json={"chosen_options": [option], "params_input": {}})

    def question(self, dag_id: str, run_id: str, task_id: str) -> tuple[str, str]:
        """Return the question, subject and body, of a task that waits for a person."""
        path = f"{self._run(dag_id, run_id)}/taskInstances/{quote(task_id)}/-1/hitlDetails"
        asked = self._call("GET", path)
        return str(asked["subject"]), str(asked["body"])

    def backfill(self, dag_id: str, since: str, until: str) -> None:
        """Create the runs that would have started between two times (RFC 3339), the oldest first."""
        body = {"dag_id": dag_id, "from_date": since, "to_date": until, "max_active_runs": 4, "dag_run_conf": {}}
        self._call("POST", "/backfills", json=body)

    def runs(self, dag_id: str) -> list[str]:
        """Return the ids of all runs of a DAG, the oldest first."""
        found = self._all(f"/dags/{quote(dag_id)}/dagRuns", "dag_runs", {"order_by": "id"})
        return [str(run["dag_run_id"]) for run in found]

    def make_pool(self, name: str, slots: int, description: str) -> None:
        """Create a pool unless one of this name exists."""
        if name not in {pool["name"] for pool in self._all("/pools", "pools")}:
            pool = {"name": name, "slots": slots, "description": description}
            self._call("POST", "/pools", json={**pool, "include_deferred": False})

    def scheduled_run_comes(self, dag_id: str, within: float = 0.0) -> bool:
        """Return whether the scheduler creates a scheduled run within so many seconds, or at once one that was missed.

        Of a paused DAG: whether it would.
        """
        due = self._call("GET", f"/dags/{quote(dag_id)}")["next_dagrun_run_after"]
        return due is not None and moment(due) <= time.time() + within

    def active_run(self, dag_id: str) -> str | None:
        """Return the id of the oldest run that is queued or running, None if there is none."""
        runs = self._all(f"/dags/{quote(dag_id)}/dagRuns", "dag_runs", {"state": ["queued", "running"]})
        return str(min(runs, key=lambda run: moment(run["queued_at"]))["dag_run_id"]) if runs else None

    def trigger(self, dag_id: str, conf: Mapping[str, Any], run_id: str | None = None) -> str:
        """Trigger a run and return its id. Raises ApiFailed, also if a run with this id exists."""
        body: dict[str, Any] = {"logical_date": None, "conf": dict(conf)}
        if run_id is not None:
            body["dag_run_id"] = run_id
        made: str = self._call("POST", f"/dags/{quote(dag_id)}/dagRuns", json=body)["dag_run_id"]
        return made

    def clear(self, dag_id: str, run_id: str, task_id: str, map_index: int | None = None) -> None:
        """Clear a task, or one index of a mapped task, and all tasks downstream, so that they run again."""
        task = task_id if map_index is None else [task_id, map_index]
        chosen = {"dag_run_id": run_id, "task_ids": [task], "only_failed": False, "include_downstream": True}
        self._call("POST", f"/dags/{quote(dag_id)}/clearTaskInstances", json={**chosen, "dry_run": False})

    def asset_events(self, dag_id: str) -> list[dict[str, Any]]:
        """Return the asset events of a DAG, the newest first."""
        return self._all("/assets/events", "asset_events", {"source_dag_id": dag_id, "order_by": "-timestamp"})

    def run_state(self, dag_id: str, run_id: str) -> str:
        state: str = self._call("GET", self._run(dag_id, run_id))["state"]
        return state

    def tasks(self, dag_id: str, run_id: str) -> list[TaskState]:
        """Return every task of a run, in no particular order."""
        return [
            TaskState(
                task["task_id"],
                task["task_display_name"],
                task["map_index"],
                task["state"],
                task["try_number"],
                task["duration"],
            )
            for task in self._all(f"{self._run(dag_id, run_id)}/taskInstances", "task_instances")
        ]

    def log(self, dag_id: str, run_id: str, task_id: str, try_number: int, map_index: int = -1) -> str:
        """Return the log of one try, one line for each event; exceptions with their type and message."""
        lines: list[str] = []
        token = None
        path = f"{self._run(dag_id, run_id)}/taskInstances/{quote(task_id)}/logs/{try_number}"
        while True:
            found = self._call("GET", path, params={"map_index": map_index, "token": token})
            lines += [line for event in found["content"] for line in _lines(event)]
            if not found["content"] or not (token := found.get("continuation_token")):
                return "\n".join(lines)

    def _run(self, dag_id: str, run_id: str) -> str:
        return f"/dags/{quote(dag_id)}/dagRuns/{quote(run_id, safe='')}"

    def _all(self, path: str, name: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while True:
            page = self._call("GET", path, params={**(parameters or {}), "limit": 100, "offset": len(found)})
            found += page[name]
            if not page[name] or len(found) >= page["total_entries"]:
                return found

    def _call(self, method: str, path: str, **arguments: Any) -> Any:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                if "Authorization" not in self._session.headers:
                    self._log_in()
                answer = self._session.request(method, f"{self.address}/api/v2{path}", timeout=60, **arguments)
            # A request that may have been carried out is not sent again: a run would be triggered twice.
            except requests.ConnectionError as error:
                if (method == "POST" and not _unsent(error)) or time.monotonic() > deadline:
                    raise ApiFailed(f"Airflow at {self.address} does not answer: {error}") from error
                self._waiting()
                time.sleep(0.5)
                continue
            except requests.RequestException as error:
                raise ApiFailed(f"{method} {path}: {error}") from error
            if answer.status_code == 401 and time.monotonic() < deadline:
                del self._session.headers["Authorization"]
                continue
            if not answer.ok:
                raise ApiFailed(f"{method} {path}: {answer.status_code} {answer.text[:2000]}")
            return answer.json()

    def _log_in(self) -> None:
        answer = self._session.post(f"{self.address}/auth/token", json=self._credentials, timeout=60)
        if not answer.ok:
            raise ApiFailed(f"Airflow at {self.address} refused our login: {answer.status_code} {answer.text[:500]}")
        self._session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"


def _unsent(error: BaseException | None) -> bool:
    """Return whether the connection was refused, so that nothing can have been carried out."""
    while error is not None and not isinstance(error, ConnectionRefusedError):
        error = error.__cause__ or error.__context__
    return error is not None


def _lines(event: Any) -> list[str]:
    """Return one event of a task's log as text for a person."""
    if isinstance(event, str):
        return [event]
    at = str(event.get("timestamp") or "")[11:19]
    told = f"{at} {str(event.get('level', '')).upper():7} {event['event']}".strip()
    return [told, *(f"{item.get('exc_type')}: {item.get('exc_value')}" for item in event.get("error_detail") or [])]


def moment(text: str | None) -> float:
    """Return a time of the API as seconds since the epoch, 0 for none."""
    return datetime.fromisoformat(text).timestamp() if text else 0.0
