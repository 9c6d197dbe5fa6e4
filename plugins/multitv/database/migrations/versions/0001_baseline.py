"""Runs include/sql/schema/0001_baseline: the tables of the first release, a file for each schema, in this order."""

from multitv.database.migrate import apply

revision = "0001"
down_revision = None

# Tables refer to those of files before theirs; erp's indexes use functions of tv.
FILES = ("public", "tv", "erp", "staging", "billing", "finance", "reconciliation", "quality", "dashboard")


def upgrade() -> None:
    for file in FILES:
        apply(f"0001_baseline/{file}")
