"""Runs include/sql/schema/0012_credits: carried charges, credits in parts, payouts, corrections taken back."""

from multitv.database.migrate import apply

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    apply("0012_credits")
