"""Runs include/sql/schema/0010_documents: documents are compared by their characters, not by their digits only."""

from multitv.database.migrate import apply

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    apply("0010_documents")
