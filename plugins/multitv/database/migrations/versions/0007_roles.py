"""Runs include/sql/schema/0007_roles: an audit row knows the transaction of its change."""

from multitv.database.migrate import apply

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    apply("0007_roles")
