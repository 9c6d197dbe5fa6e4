"""Loads the SQL statements of include/sql by name, a file each."""

from __future__ import annotations

from functools import cache

from sqlalchemy import TextClause, text

from multitv.installation import sql_folder

SQL_FOLDER = sql_folder()


@cache
def source(name: str) -> str:
    """Return the text of include/sql/<name>.sql. Raises FileNotFoundError for an unknown name."""
    return (SQL_FOLDER / f"{name}.sql").read_text(encoding="utf-8")


@cache
def named(name: str) -> TextClause:
    """Return include/sql/<name>.sql as a statement with :named parameters. Raises FileNotFoundError."""
    return text(source(name))
