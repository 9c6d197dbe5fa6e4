"""Keeps codes and parameters where sentences were kept."""

from multitv.database.migrate import apply

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    apply("0003_words")
