"""Finds the view of the ERP that raised an error: PostgreSQL does not say in which relation an expression failed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from multitv.database.sql import named

# How long one view is looked at.
_LIMIT_MILLISECONDS = 20_000


@dataclass(frozen=True)
class FailingView:
    """A view or foreign table in the place of a relation of the ERP, and what PostgreSQL says when it is read."""

    name: str
    said: str


def find_failing_view(connection: Connection, state: str) -> FailingView | None:
    """Return a view of the ERP that fails with this SQLSTATE when all of it is read, None if none does."""
    for view in connection.execute(named("database/erp_views")).all():
        try:
            with connection.begin_nested():
                connection.execute(named("database/limit_statements"), {"milliseconds": _LIMIT_MILLISECONDS})
                connection.exec_driver_sql(view.statement)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) == state:
                return FailingView(view.name, first_line(error))
    return None


def first_line(error: DBAPIError) -> str:
    """Return what PostgreSQL says of an error, without its details."""
    lines = str(error.orig or error).strip().splitlines()
    return lines[0] if lines else type(error.orig).__name__
