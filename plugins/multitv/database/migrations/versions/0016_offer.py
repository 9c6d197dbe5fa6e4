"""Runs include/sql/schema/0016_offer.sql."""

from multitv.database.migrate import apply

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    apply("0016_offer")
