"""Runs include/sql/schema/0015_owed_part: what is charged by days is asked for apart."""

from multitv.database.migrate import apply

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    apply("0015_owed_part")
