"""Runs include/sql/schema/0017_parked_subscribers: subscribers to leave alone, and what is stored in another form."""

from multitv.database.migrate import apply

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    apply("0017_parked_subscribers")
