"""Runs include/sql/schema/0012_owed: a month owes by its history, in segments; months may stay open."""

from multitv.database.migrate import apply

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    apply("0012_owed")
