"""Runs include/sql/schema/0014_credits: carried charges, credits in parts, payouts, corrections taken back."""

from multitv.database.migrate import apply

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    apply("0014_credits")
