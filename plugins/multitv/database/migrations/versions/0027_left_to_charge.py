"""Runs include/sql/schema/0027_left_to_charge: a month is charged what is left of it."""

from multitv.database.migrate import apply

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    apply("0027_left_to_charge")
