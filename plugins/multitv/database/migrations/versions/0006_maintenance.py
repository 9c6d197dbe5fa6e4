"""Runs include/sql/schema/0006_maintenance: what merging partitions needs to know."""

from multitv.database.migrate import apply

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    apply("0006_maintenance")
