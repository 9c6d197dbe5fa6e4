"""Runs include/sql/schema/0018_dashboard.sql."""

from multitv.database.migrate import apply

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    apply("0018_dashboard")
