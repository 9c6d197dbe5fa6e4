"""Prints the URL of whoever migrates an external ISP's database: `python -m include.local.outside`."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping

from sqlalchemy import URL, make_url

from include.local.config import ISP_CONNECTION, BadConfig


def isp_url(environment: Mapping[str, str]) -> URL:
    """Return the SQLAlchemy URL of isp_db_owner, or else of isp_db, in a stack's environment. Raises BadConfig.

    Runs this module in another process, because only Airflow can parse a connection, and importing it takes seconds.
    """
    asked = subprocess.run(
        [sys.executable, "-m", __name__], env=dict(environment), capture_output=True, text=True, check=False
    )
    if asked.returncode:
        raise BadConfig(f"{ISP_CONNECTION} is no connection to PostgreSQL: {asked.stderr.strip()[-1000:]}")
    return make_url(asked.stdout.splitlines()[-1])


def _print_isp_url() -> None:
    from airflow.sdk import BaseHook

    from multitv.database.engine import CONNECTION_ID, OWNER_CONNECTION_ID, has_connection, url_of

    connection = BaseHook.get_connection(OWNER_CONNECTION_ID if has_connection(OWNER_CONNECTION_ID) else CONNECTION_ID)
    if connection.conn_type not in ("postgres", "postgresql"):
        sys.exit(f"its type is {connection.conn_type!r}, not 'postgres'.")
    print(url_of(connection).render_as_string(hide_password=False))


if __name__ == "__main__":
    _print_isp_url()
