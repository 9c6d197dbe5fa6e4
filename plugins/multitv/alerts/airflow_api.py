"""What alerts ask of Airflow: its address for people, the states of tasks, its pools, and failures that were lost."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine

from multitv.alerts.failures import StatesOf
from multitv.alerts.kinds import KnownOfAirflow
from multitv.alerts.lost import LOST_PATH
from multitv.approval import ASKS_NO_MORE
from multitv.beenius.pool import DEFAULT_POOL, POOLS, SCREENS, api_server, state_of
from multitv.database.engine import transaction
from multitv.database.sql import named

log = logging.getLogger(__name__)

# More than the api-server waits for its databases.
_SECONDS = 30
_BILLING, _SAVE = "tv_billing", "save"


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


def have_lost_recorded(address: str) -> bool:
    """Have the api-server record the failed tasks whose callbacks were lost; return whether it did."""
    # A DAG file does not need it.
    import requests

    try:
        requests.post(f"{address}{SCREENS}{LOST_PATH}", timeout=_SECONDS).raise_for_status()
    except requests.RequestException as error:
        # The other alerts are to be told all the same.
        log.warning("Failures whose callbacks were lost are not known: %s did not look (%s).", address, error)
        return False
    return True


def ask(engine: Engine, ti: Any) -> KnownOfAirflow:
    """Ask Airflow, through a running task, what only it knows. Raises DatabaseUnavailable."""
    address = api_server()
    pools = [state_of(address, name) for name in (*POOLS, DEFAULT_POOL)]
    told = tuple(pool for pool in pools if pool)
    return KnownOfAirflow(told if len(told) == len(pools) else None, lost_reviews(engine, ti))


def lost_reviews(engine: Engine, ti: Any) -> tuple[int, ...]:
    """Return the lists that wait for a person and that no run asks about: it was deleted, or ended otherwise.

    None where Airflow does not tell. Raises DatabaseUnavailable.
    """
    with transaction(engine) as connection:
        waiting = list(connection.execute(named("alerts/open_reviews")).scalars())
    if not waiting:
        return ()
    try:
        states = ti.get_task_states(dag_id=_BILLING, task_ids=[_SAVE])
        runs = [run for run, of_run in states.items() if of_run.get(_SAVE) not in ASKS_NO_MORE]
        asked = {ti.xcom_pull(dag_id=_BILLING, task_ids=_SAVE, run_id=run, key="review") for run in runs}
    except Exception as error:  # noqa: BLE001 - the other alerts are to be told all the same
        log.warning("Which lists are still asked about is not known (%s).", type(error).__name__)
        return ()
    # A task that has not asked yet may be about to ask about any of them.
    return () if None in asked else tuple(review for review in waiting if review not in asked)
