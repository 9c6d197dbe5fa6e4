"""Runs include/sql/schema/0008_parked: what is wrong with rows of the ERP, as reasons to park their client plans."""

from multitv.database.migrate import apply

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    apply("0008_parked")
