"""Runs include/sql/schema/0020_plan_fees.sql."""

from multitv.database.migrate import apply

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    apply("0020_plan_fees")
