"""Runs include/sql/schema/0002_codes: reasons of exclusion as a table, and codes where sentences were stored."""

from multitv.database.migrate import apply

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    apply("0002_codes")
