"""Runs include/sql/schema/0019_screens.sql."""

from multitv.database.migrate import apply

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    apply("0019_screens")
