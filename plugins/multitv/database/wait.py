"""Waits until the ISP's database has this release's schema: `python -m multitv.database.wait --timeout 600`.

For processes that start before or while a release migrates. Never migrates itself.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections.abc import Sequence

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from multitv import console
from multitv.database.engine import SchemaMissing, place, screens_engine, task_engine
from multitv.database.schema import lacking

TIMEOUT_SECONDS = 600.0
POLL_SECONDS = 2.0

# Not __name__, which is __main__ where this is a command.
log = logging.getLogger("multitv.database.wait")


def wait(engine: Engine, timeout: float = TIMEOUT_SECONDS, poll: float = POLL_SECONDS) -> None:
    """Return once the database has this release's schema; also waits for a database that cannot be reached yet.

    Raises SchemaMissing after `timeout` seconds, SchemaAhead at once, since waiting does not undo a migration.
    """
    where, deadline, told = place(engine.url), time.monotonic() + timeout, None
    while (reason := _reason(engine)) is not None:
        if time.monotonic() >= deadline:
            raise SchemaMissing(
                f"{where}, is not ready after {timeout:.0f} s: {reason}. Look at what migrates it, and why it "
                "failed or did not run (Kubernetes: the job run-airflow-migrations; Docker: init; by hand: "
                "`python -m multitv.release`), then start this again. Nothing was written."
            )
        if reason != told:
            log.info("Waiting up to %.0f s for %s: %s", timeout, where, reason)
            told = reason
        time.sleep(poll)
    log.info("%s, has the schema of this release", where)


def _reason(engine: Engine) -> str | None:
    try:
        with engine.connect() as connection:
            return lacking(connection)
    except DBAPIError as error:
        # Includes a refused login: on a first start the role may not exist yet.
        return str(error.orig).strip().partition("\n")[0]


def main(arguments: Sequence[str]) -> int:
    """Return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m multitv.database.wait", description=__doc__)
    parser.add_argument("--timeout", type=float, default=TIMEOUT_SECONDS, metavar="SECONDS")
    parser.add_argument("--screens", action="store_true", help="as isp_db_screens, and not as isp_db")
    chosen = parser.parse_args(arguments)
    # Alembic logs a line for each check of the version.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    return console.run(lambda: wait(screens_engine() if chosen.screens else task_engine(), chosen.timeout))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
