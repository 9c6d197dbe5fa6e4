"""`make bench`: what is fast and what is not, as ratios against floors. ROWS=1000000 for the size of the goals."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from pathlib import Path

import yaml
from psycopg import sql

from include.local import postgres
from include.local.postgres import Server
from multitv.database.roles import ROLES
from multitv.installation import REPOSITORY
from tests.bench import billing, changes, crowd, dashboard, growth, peers, reconciliation, screens, years

ROOMS = {
    "billing": billing.bench,
    "reconciliation": reconciliation.bench,
    "dashboard": dashboard.bench,
    "screens": screens.bench,
    "crowd": crowd.bench,
    "peers": peers.bench,
    "growth": growth.bench,
    "years": years.bench,
    "changes": changes.bench,
}


def main(chosen: list[str]) -> None:
    """Bench the chosen rooms, all of them if none is."""
    logging.disable(logging.WARNING)
    rows = int(os.environ.get("ROWS") or 100_000)
    # Not under a folder that only this user may enter: PostgreSQL runs as another one if we are root.
    with tempfile.TemporaryDirectory(prefix="multitv-bench-") as folder:
        server = postgres.start(Path(folder) / "postgres")
        try:
            _configure(server)
            postgres.make_logins(server, ROLES)
            for name in chosen or ROOMS:
                ROOMS[name](server, rows)
        finally:
            server.stop()


def _configure(server: Server) -> None:
    """Give PostgreSQL the memory and the log that it has in the Docker stack. Embedded, it has next to none."""
    stack = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())
    options = [option for option in stack["services"]["postgres"]["command"] if option.startswith("-c")]
    with postgres.connect(server) as connection:
        for option in options:
            name, value = option.removeprefix("-c").split("=", 1)
            connection.execute(sql.SQL("alter system set {} = {}").format(sql.Identifier(name), sql.Literal(value)))
    server.stop()
    server.start()


if __name__ == "__main__":
    main(sys.argv[1:])
