"""Runs include/sql/schema/0025_sales_with_terms: the list joins the terms of a month once."""

from multitv.database.migrate import apply

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    apply("0025_sales_with_terms")
