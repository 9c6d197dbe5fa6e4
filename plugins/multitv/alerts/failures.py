"""Tasks that failed for good: recorded when they fail, ended when they end well or a person settles them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Engine

from multitv.database.engine import transaction
from multitv.database.sql import named

# The code of a failure whose callback was lost: of its cause nothing is known.
LOST = "reason_lost"
# The parameters of runs that do only a part, or nothing.
_PARTIAL = ("dry_run", "only")
# The task that serves single changes. A full reconciliation serves what it did not.
_SERVE = {"dag_id": "tv_plan_changes", "task_id": "serve"}
# States of Airflow in which nobody has to look at a task that failed once. A deleted run has none.
_SETTLED = ("success", "skipped", "removed")
# Codes that tell no cause: each task that fails with one is an alert of its own, so that an open one hides no other.
BY_TASK = ("check_failed", LOST, "task_killed", "unexpected_error")


@dataclass(frozen=True)
class Failure:
    """A task that failed and has no retry left. `dag_name` and `task_name` are what people see.

    `task_instance_id` is Airflow's id of the try. Nobody is told of one that `is_over`; it is recorded
    so that it is not taken for a lost one.
    """

    dag_id: str
    dag_name: str
    task_id: str
    task_name: str
    run_id: str
    map_index: int
    due_date: date | None
    code: str
    link: str | None
    failed_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    task_instance_id: str | None = None
    is_over: bool = False

    @property
    def key(self) -> str:
        """The key of its alert, as include/sql/alerts/task_failed.sql makes it."""
        return ":".join((self.code, self.dag_id, self.task_id)) if self.code in BY_TASK else self.code


def record(engine: Engine, *failed: Failure) -> int:
    """Record failures, each once, and return how many were not recorded before. Raises DatabaseUnavailable."""
    with transaction(engine) as connection:
        # In one order, so that two who record the same failures wait for each other and do not deadlock.
        return sum(
            connection.execute(named("alerts/record_failure"), asdict(failure) | {"lost": LOST}).rowcount
            for failure in sorted(failed, key=lambda failure: failure.task_instance_id or "")
        )


def end(
    engine: Engine,
    dag_id: str,
    task_ids: Collection[str],
    run_id: str,
    *,
    task_id: str,
    map_index: int,
    due_date: date | None,
    started_at: datetime | None,
) -> int:
    """End the earlier failures of a task that ended well, and in earlier runs those of the tasks before it.

    With a due date, only those of the same one; of no other run without `started_at`. Return how many.
    Raises DatabaseUnavailable.
    """
    with transaction(engine) as connection:
        return int(
            connection.execute(
                named("alerts/end_failures"),
                {
                    "dag_id": dag_id,
                    "task_id": task_id,
                    "task_ids": list(task_ids),
                    "run_id": run_id,
                    "map_index": map_index,
                    "due_date": due_date,
                    "started_at": started_at,
                },
            ).scalar_one()
        )


StatesOf = Callable[[str, list[str], list[str]], Mapping[str, Mapping[str, str | None]]]


def give_up(engine: Engine, states_of: StatesOf) -> int:
    """End the failures of tasks that a person marked, or whose runs are deleted; return how many.

    `states_of` tells of a DAG, tasks and runs the state of each task, by run. Raises DatabaseUnavailable.
    """
    with transaction(engine) as connection:
        rows = connection.execute(named("alerts/open_failures")).all()
    settled = []
    for dag_id in {row.dag_id for row in rows}:
        of_dag = [row for row in rows if row.dag_id == dag_id]
        states = states_of(dag_id, sorted({row.task_id for row in of_dag}), sorted({row.run_id for row in of_dag}))
        for row in of_dag:
            task = row.task_id if row.map_index < 0 else f"{row.task_id}_{row.map_index}"
            if states.get(row.run_id, {}).get(task, "removed") in _SETTLED:
                settled.append(row.id)
    if settled:
        with transaction(engine) as connection:
            connection.execute(named("alerts/give_up_failures"), {"failures": settled})
    return len(settled)


def did_all(params: Mapping[str, Any] | None) -> bool:
    """Tell whether a run with these parameters does all. Else its end shows nothing about earlier runs."""
    return not any((params or {}).get(name) for name in _PARTIAL)


def end_served(engine: Engine) -> int:
    """End the failures to serve single changes that a full reconciliation has served since; return how many.

    Raises DatabaseUnavailable.
    """
    with transaction(engine) as connection:
        return int(connection.execute(named("alerts/end_served_changes"), _SERVE).scalar_one())
