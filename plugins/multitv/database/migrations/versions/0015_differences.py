"""Runs include/sql/schema/0015_differences: differences of months, and plan fees that are billed later."""

from multitv.database.migrate import apply

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    apply("0015_differences")
