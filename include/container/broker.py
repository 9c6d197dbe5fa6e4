"""`python -m include.container.broker`: whether this container's worker answers; a broker that is away tells nothing.

`celery inspect ping` ends the same way for both.
"""

from __future__ import annotations

import socket
import sys
from pathlib import Path

from celery import Celery
from celery.exceptions import OperationalError

from include.container.check import CANNOT_TELL

BROKER = Path("/run/secrets/celery_broker")
WAIT_SECONDS = 10


def ping(url: str, worker: str, seconds: float) -> int:
    """Return 0 if the worker answers in time, 1 if not, CANNOT_TELL if the broker cannot be asked."""
    app = Celery(broker=url.strip(), set_as_current=False)
    app.conf.broker_transport_options = {"socket_connect_timeout": seconds, "socket_timeout": 2 * seconds}
    connection = app.connection_for_write()
    try:
        with connection:
            connection.ensure_connection(max_retries=1, interval_start=0)
            answers = app.control.ping(destination=[worker], timeout=seconds, limit=1, connection=connection)
    except (OSError, OperationalError, *connection.connection_errors) as error:
        print(f"The broker cannot be asked: {type(error).__name__}", flush=True)
        return CANNOT_TELL
    return 0 if answers else 1


if __name__ == "__main__":
    sys.exit(ping(BROKER.read_text(), f"celery@{socket.gethostname()}", WAIT_SECONDS))
