"""Prints the URL that Airflow derives from an external connection isp_db: `python -m include.local.outside`."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping

from sqlalchemy import URL, make_url

from include.local.config import ISP_CONNECTION, BadConfig


def isp_url(environment: Mapping[str, str]) -> URL:
    """Return the SQLAlchemy URL of the connection isp_db in a stack's environment. Raises BadConfig.

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

    from multitv.database.engine import CONNECTION_ID, url_of

    connection = BaseHook.get_connection(CONNECTION_ID)
    if connection.conn_type not in ("postgres", "postgresql"):
        sys.exit(f"its type is {connection.conn_type!r}, not 'postgres'.")
    print(url_of(connection).render_as_string(hide_password=False))


if __name__ == "__main__":
    _print_isp_url()
