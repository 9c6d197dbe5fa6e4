"""Runs include/sql/schema/0023_metrics: what Prometheus is told that no other table knows."""

from multitv.database.migrate import apply

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    apply("0023_metrics")
