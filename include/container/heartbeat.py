"""`python -m include.container.heartbeat TriggererJob`: whether this container's component says that it is alive.

It says so in Airflow's database; where that cannot be asked, nothing is known of the component.
Asks what `airflow jobs check` asks, without the five seconds of processor time that Airflow takes to start.
"""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import psycopg

from include.container.check import CANNOT_TELL

DATABASE = Path("/run/secrets/airflow_database")
# Components say so every few seconds.
WITHIN_SECONDS = 120
_ASK = """
    select exists (
        select from job
        where job_type = %s and hostname = %s and state = 'running'
            and latest_heartbeat > now() - make_interval(secs => %s)
    )
"""


def alive(url: str, job_type: str, hostname: str) -> bool:
    """Tell whether a component has said so lately. `url` is the address of Airflow's database, as Airflow writes it."""
    # Airflow names SQLAlchemy's driver in it.
    scheme, _, rest = url.strip().partition("://")
    with psycopg.connect(f"{scheme.partition('+')[0]}://{rest}", connect_timeout=10) as connection:
        row = connection.execute(_ASK, (job_type, hostname, WITHIN_SECONDS)).fetchone()
    return bool(row and row[0])


def main(job_type: str) -> int:
    """Return 0 if this container's component is alive, 1 if not, CANNOT_TELL if the database cannot be asked."""
    try:
        return 0 if alive(DATABASE.read_text(), job_type, socket.gethostname()) else 1
    except psycopg.OperationalError as error:
        print(f"The database cannot be asked: {type(error).__name__}", flush=True)
        return CANNOT_TELL


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
