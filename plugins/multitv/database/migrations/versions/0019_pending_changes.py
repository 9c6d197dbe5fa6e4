"""Runs include/sql/schema/0019_pending_changes: what is still to reach the platform, with a staging of its own."""

from multitv.database.migrate import apply

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    apply("0019_pending_changes")
