"""Runs include/sql/schema/0009_billing_policy.sql."""

from multitv.database.migrate import apply

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    apply("0009_billing_policy")
