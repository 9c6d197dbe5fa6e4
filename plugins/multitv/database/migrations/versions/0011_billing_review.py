"""Runs include/sql/schema/0011_billing_review.sql."""

from multitv.database.migrate import apply

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    apply("0011_billing_review")
