"""Alembic's entry: runs in the transaction of multitv.database.migrate, which holds the lock."""

from alembic import context

from multitv.database.schema import VERSION_TABLE

context.configure(connection=context.config.attributes["connection"], version_table=VERSION_TABLE)
with context.begin_transaction():
    context.run_migrations()
