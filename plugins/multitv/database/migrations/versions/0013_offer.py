"""Runs include/sql/schema/0013_offer: a plan with TV needs a default package; promotions are changes of a contract."""

from multitv.database.migrate import apply

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    apply("0013_offer")
