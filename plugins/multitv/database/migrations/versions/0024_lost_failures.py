"""Runs include/sql/schema/0024_lost_failures: failed tasks whose callback was lost."""

from multitv.database.migrate import apply

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    apply("0024_lost_failures")
