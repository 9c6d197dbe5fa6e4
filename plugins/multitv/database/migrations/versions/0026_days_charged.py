"""Runs include/sql/schema/0026_days_charged: the list knows how many days were charged."""

from multitv.database.migrate import apply

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    apply("0026_days_charged")
