"""Runs include/sql/schema/0020_updates: snapshots that are brought up to date instead of being read anew."""

from multitv.database.migrate import apply

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    apply("0020_updates")
