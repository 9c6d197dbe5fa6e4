"""Runs include/sql/schema/0003_catalog_sync.sql."""

from multitv.database.migrate import apply

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    apply("0003_catalog_sync")
