"""Runs include/sql/schema/0006_billing_list.sql."""

from multitv.database.migrate import apply

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    apply("0006_billing_list")
