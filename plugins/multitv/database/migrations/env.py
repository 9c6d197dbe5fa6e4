"""Alembic's entry: one transaction, alone. A second migrator waits for the first and then finds nothing to do."""

from alembic import context
from sqlalchemy import Connection

from multitv.database.locks import lock

connection: Connection = context.config.attributes["connection"]
lock(connection, "migration")
context.configure(connection=connection, version_table="schema_version")
with context.begin_transaction():
    context.run_migrations()
