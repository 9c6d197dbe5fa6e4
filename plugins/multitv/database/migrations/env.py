"""Alembic's entry point: one transaction under a lock. A second migrator waits, then finds nothing to do."""

from alembic import context
from sqlalchemy import Connection

from multitv.database.locks import lock
from multitv.database.schema import VERSION_TABLE, check_known

connection: Connection = context.config.attributes["connection"]
lock(connection, "migration")
check_known(connection)
context.configure(connection=connection, version_table=VERSION_TABLE)
with context.begin_transaction():
    context.run_migrations()
