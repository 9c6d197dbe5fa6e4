"""Runs include/sql/schema/0013_billing_partitions.sql."""

from multitv.database.migrate import apply

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    apply("0013_billing_partitions")
