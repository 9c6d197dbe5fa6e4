"""Runs include/sql/schema/0009_history: what the ERP and the offer were since when."""

from multitv.database.migrate import apply

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    apply("0009_history")
