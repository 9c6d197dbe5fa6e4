"""Runs include/sql/schema/0011_policies: policies are valid from a month; prices of client packages until a day."""

from multitv.database.migrate import apply

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    apply("0011_policies")
