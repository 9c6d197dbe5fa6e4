"""Runs include/sql/schema/0005_due_dates: credits apart, and steps of different due dates side by side."""

from multitv.database.migrate import apply

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    apply("0005_due_dates")
