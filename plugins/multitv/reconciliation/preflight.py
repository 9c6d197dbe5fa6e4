"""Checks what a reconciliation needs of this Airflow, before it does anything: pool, connections, keys."""

from __future__ import annotations

import logging

import requests
from airflow.configuration import conf

from multitv.beenius.hook import platform_client
from multitv.beenius.pool import BEENIUS_POOL, POOL_PATH, POOLS
from multitv.database.engine import task_engine
from multitv.errors import PermanentError
from multitv.reconciliation.pins import Pins
from multitv.settings import Settings

log = logging.getLogger(__name__)

_EXECUTION = "/execution"
_SCREENS = "/multitv"
_SECONDS = 10


class PoolMissing(PermanentError):
    """There is no pool of our name, or it has no slots: tasks in it would wait for ever."""


def check_setup(settings: Settings, pool: str = BEENIUS_POOL) -> None:
    """Raise BadConnection, MissingConnection, MissingPinKey or PoolMissing, each saying what to do."""
    platform_client(settings).close()
    task_engine()
    Pins(settings.pin_keys)
    require_pool(_api_server(), pool)


def require_pool(api_server: str, pool: str = BEENIUS_POOL) -> None:
    """Raise PoolMissing if the pool of the tasks that write to the platform is missing, or has no slots.

    Tasks have no access to Airflow's database, so the api-server is asked. Goes on if that cannot tell.
    """
    address = f"{api_server}{_SCREENS}{POOL_PATH}/{'' if pool == BEENIUS_POOL else pool}"
    try:
        answer = requests.get(address, timeout=_SECONDS)
        slots = answer.json()["slots"]
    except (requests.RequestException, ValueError, LookupError, TypeError) as error:
        log.warning("Whether the pool %s exists is not known: %s does not tell (%r).", pool, address, error)
        return
    if slots is None or slots == 0:
        cause = "does not exist" if slots is None else "has no slots"
        raise PoolMissing(
            f"Airflow's pool {pool} {cause}, and tasks in it would wait for ever. Nothing was read or written. "
            f"Run `python -m multitv.release`, or make the pool under Admin > Pools ({POOLS[pool][0]} slots, deferred "
            "tasks not included); then clear this task."
        )


def _api_server() -> str:
    """Return the address of the api-server, by which tasks reach it."""
    given = conf.get("core", "execution_api_server_url", fallback="") or conf.get("api", "base_url", fallback="")
    return str(given).rstrip("/").removesuffix(_EXECUTION)
