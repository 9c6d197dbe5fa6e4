"""Brings the catalogue of a given platform for a demo population: `python -m include.local.first_catalogue`.

Does what tv_catalog_sync does, without Airflow's components, and prints the device types, which no table keeps.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping

from include.local.config import PLATFORM_CONNECTION
from multitv.errors import MultiTVError


class NoCatalogue(MultiTVError):
    """The catalogue of the given platform could not be brought."""


def bring_catalogue(environment: Mapping[str, str]) -> list[str]:
    """Sync the catalogue in a stack's environment, and return the uids of the device types. Raises NoCatalogue.

    Runs this module in another process, because only Airflow can parse a connection, and importing it takes seconds.
    """
    asked = subprocess.run(
        [sys.executable, "-m", __name__], env=dict(environment), capture_output=True, text=True, check=False
    )
    if asked.returncode:
        raise NoCatalogue(
            f"The catalogue of the platform in {PLATFORM_CONNECTION} could not be read, and a demo population needs "
            f"one; correct the cause and start again, or give DEMO_CLIENTS=0. {asked.stderr.strip()[-1000:]}"
        )
    device_types: list[str] = json.loads(asked.stdout.splitlines()[-1])
    return device_types


def _sync_and_print() -> None:
    from multitv.beenius.hook import BeeniusHook
    from multitv.catalog.fetch import fetch_catalog
    from multitv.catalog.merge import merge_catalog
    from multitv.database.engine import task_engine
    from multitv.quality.catalog import check_catalog
    from multitv.settings import get_settings

    engine, settings = task_engine(), get_settings()
    try:
        sync = fetch_catalog(engine, BeeniusHook().get_conn())
        check_catalog(engine, sync, settings)
        merge_catalog(engine, sync, settings)
        rows: list[Mapping[str, object]] = []
        with BeeniusHook().get_conn() as platform:
            for page in platform.scan("device-types", rows.clear):
                rows += page.rows
    except MultiTVError as error:
        sys.exit(str(error))
    print(json.dumps([uid for row in rows if isinstance(uid := row.get("uid"), str) and uid.strip()]))


if __name__ == "__main__":
    _sync_and_print()
