"""Runs include/sql/schema/0021_privacy: whose personal data was erased, and what keeps it from coming back."""

from multitv.database.migrate import apply

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    apply("0021_privacy")
