"""Runs include/sql/schema/0018_guard: parked rows of the ERP, operations that wait for a person, whose a PIN is."""

from multitv.database.migrate import apply

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    apply("0018_guard")
