"""Runs include/sql/schema/0017_billing_preview.sql."""

from multitv.database.migrate import apply

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    apply("0017_billing_preview")
