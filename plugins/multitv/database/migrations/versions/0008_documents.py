"""Runs include/sql/schema/0008_documents: documents are compared by their characters, not by their digits only."""

from multitv.database.migrate import apply

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    apply("0008_documents")
