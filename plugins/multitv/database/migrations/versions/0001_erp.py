"""Runs include/sql/schema/0001_erp.sql."""

from multitv.database.migrate import apply

revision = "0001"
down_revision = None


def upgrade() -> None:
    apply("0001_erp")
