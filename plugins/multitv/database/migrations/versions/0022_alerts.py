"""Runs include/sql/schema/0022_alerts: what needs a person, and what of it was told."""

from multitv.database.migrate import apply

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    apply("0022_alerts")
