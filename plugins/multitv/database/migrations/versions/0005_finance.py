"""Runs include/sql/schema/0005_finance.sql."""

from multitv.database.migrate import apply

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    apply("0005_finance")
