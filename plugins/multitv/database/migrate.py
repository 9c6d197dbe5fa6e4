"""Migrates the ISP's database to the current schema: `python -m multitv.database.migrate`."""

from __future__ import annotations

import sys
from pathlib import Path

from alembic import command, op
from alembic.config import Config
from sqlalchemy import Engine

from multitv import console
from multitv.database.engine import isp_database, transaction
from multitv.database.sql import source

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(engine: Engine, revision: str = "head") -> None:
    """Run the missing migrations up to a revision, in one transaction: all of them, or none.

    Harmless when repeated or run twice at once. Raises DatabaseUnavailable, SchemaAhead.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    with transaction(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def apply(name: str) -> None:
    """Run include/sql/schema/<name>.sql inside the migration that calls this."""
    # Straight to the driver: these files hold many statements and no parameters.
    cursor = op.get_bind().connection.cursor()
    cursor.execute(source(f"schema/{name}"))


if __name__ == "__main__":
    sys.exit(console.run(lambda: migrate(isp_database())))
