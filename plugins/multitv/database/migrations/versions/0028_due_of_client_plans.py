"""Runs include/sql/schema/0028_due_of_client_plans: what is due can be asked of some client plans alone."""

from multitv.database.migrate import apply

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    apply("0028_due_of_client_plans")
