"""The Airflow pools of the tasks that write to the platform; their slots limit how many of them run at once."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

log = logging.getLogger(__name__)

BEENIUS_POOL = "beenius"
DESCRIPTION = "Tasks that write to the TV platform at the same time"
# The size of a new pool; the size of an existing pool is the operator's choice.
SLOTS = 4

# Of the event-driven runs, which are not to wait for a full run's tasks.
CHANGES_POOL = "beenius_changes"
CHANGES_DESCRIPTION = "Tasks that write single changes to the TV platform at the same time"
CHANGES_SLOTS = 2

POOLS = {BEENIUS_POOL: (SLOTS, DESCRIPTION), CHANGES_POOL: (CHANGES_SLOTS, CHANGES_DESCRIPTION)}
# Airflow's own, of all other tasks.
DEFAULT_POOL = "default_pool"
# Beneath the address of the screens: how many slots the pool has whose name follows, and what waits for one.
POOL_PATH = "/pool"
SCREENS = "/multitv"
_EXECUTION = "/execution"
_SECONDS = 10


@dataclass(frozen=True)
class PoolState:
    """A pool of Airflow's: its slots, None if there is no such pool, and how many of our tasks wait since when."""

    name: str
    slots: int | None
    waiting: int = 0
    since: datetime | None = None


def state_of(api_server: str, name: str) -> PoolState | None:
    """Ask the api-server for the state of a pool, because tasks have no access to Airflow's database.

    Return None if it does not tell.
    """
    # Neither a DAG file nor the screens need it.
    import requests

    address = f"{api_server}{SCREENS}{POOL_PATH}/{name}"
    try:
        answer = requests.get(address, timeout=_SECONDS).json()
        since = answer.get("since")
        return PoolState(
            name, answer["slots"], int(answer.get("waiting", 0)), datetime.fromisoformat(since) if since else None
        )
    except (requests.RequestException, ValueError, LookupError, TypeError, AttributeError) as error:
        log.warning("The state of the pool %s is not known: %s does not tell (%r).", name, address, error)
        return None


def api_server() -> str:
    """Return the address of the api-server, by which tasks reach it."""
    from airflow.configuration import conf

    given = conf.get("core", "execution_api_server_url", fallback="") or conf.get("api", "base_url", fallback="")
    return str(given).rstrip("/").removesuffix(_EXECUTION)
