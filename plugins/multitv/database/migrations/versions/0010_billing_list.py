"""Runs include/sql/schema/0010_billing_list.sql."""

from multitv.database.migrate import apply

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    apply("0010_billing_list")
