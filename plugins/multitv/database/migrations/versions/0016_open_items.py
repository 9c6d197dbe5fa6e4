"""Runs include/sql/schema/0016_open_items: waived months, stored excess, how payouts were made, and their figures."""

from multitv.database.migrate import apply

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    apply("0016_open_items")
