"""COPY into a table, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

import psycopg
from psycopg import sql
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError


def copy_rows(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Add rows to a table, such as 'staging.channel', by COPY.

    Raises sqlalchemy's OperationalError if the connection is lost, which `transaction` explains.
    """
    driver = cast("psycopg.Connection", connection.connection.driver_connection)
    statement = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier(*table.split(".")), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except psycopg.OperationalError as error:
        raise OperationalError(f"copy into {table}", None, error) from error
