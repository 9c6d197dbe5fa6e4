"""Runs include/sql/schema/0004_reports: one schema for all that the room reports writes."""

from multitv.database.migrate import apply

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    apply("0004_reports")
