"""Runs include/sql/schema/0010_history: what the ERP and the offer were since when."""

from multitv.database.migrate import apply

revision = "0010"
down_revision = "0007"


def upgrade() -> None:
    apply("0010_history")
