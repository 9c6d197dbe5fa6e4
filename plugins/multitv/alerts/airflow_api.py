"""What alerts ask of Airflow: the address at which people open it, and the states of tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from multitv.alerts.failures import StatesOf


def base_url() -> str:
    """Return the address at which people open Airflow, empty if the configuration has none."""
    from airflow.configuration import conf

    return str(conf.get("api", "base_url", fallback="") or "")


def states_of(ti: Any) -> StatesOf:
    """Return a function that asks Airflow, through a running task, for the states of tasks of a DAG, by run."""

    def states(dag_id: str, task_ids: list[str], run_ids: list[str]) -> Mapping[str, Mapping[str, str | None]]:
        found: Mapping[str, Mapping[str, str | None]] = ti.get_task_states(
            dag_id=dag_id, task_ids=task_ids, run_ids=run_ids
        )
        return found

    return states
