"""Runs include/sql/schema/0021_pin_reveals.sql."""

from multitv.database.migrate import apply

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    apply("0021_pin_reveals")
