"""Migrates the ISP's database to the current schema: `python -m multitv.database.migrate`."""

from __future__ import annotations

import sys

from alembic import command, op
from alembic.config import Config
from sqlalchemy import Engine

from multitv import console
from multitv.database import replaceable, roles, schema
from multitv.database.engine import owner_engine, transaction
from multitv.database.locks import lock
from multitv.database.sql import source


def migrate(engine: Engine) -> None:
    """Run the migrations that are missing, then apply functions, views, triggers and grants, in one transaction.

    Creates the roles that the server lacks. An up-to-date database is only read. Harmless when repeated or run by two
    at once: the second waits for the first and then finds nothing to do. Raises DatabaseUnavailable, ServerTooOld,
    OldNumbering, SchemaAhead, RolesMissing, TextRefused, TextMissing.
    """
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    config.set_main_option("path_separator", "os")
    with transaction(engine) as connection:
        schema.check_server(connection)
        lock(connection, "migration")
        before = schema.check_known(connection)
        # Without its roles a database was restored from another server, without what they may do.
        made = roles.make_missing(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        # A migration may have dropped a view in order to change a table: its text is the same, and it is missing.
        if made or schema.check_known(connection) != before or not replaceable.is_applied(connection):
            replaceable.apply(connection)
        roles.warn_of_missing_grants(connection)


def apply(name: str) -> None:
    """Run include/sql/schema/<name>.sql inside the migration that calls this."""
    # Straight to the driver: these files hold many statements and no parameters.
    cursor = op.get_bind().connection.cursor()
    cursor.execute(source(f"schema/{name}"))


if __name__ == "__main__":
    sys.exit(console.run(lambda: migrate(owner_engine())))
