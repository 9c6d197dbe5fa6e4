"""Functions, views, triggers and grants: files of include/sql, the current text, applied anew when one changed."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from multitv.database.engine import place
from multitv.database.sql import SQL_FOLDER, named
from multitv.errors import PermanentError

# In the order in which they are applied; views come after the functions that they may call.
DEFINING = ("functions", "triggers")
GRANTING = ("grants",)
FOLDERS = DEFINING + GRANTING
# Their functions, views and triggers are all ours. What is in erp is the ISP's.
STAGING = ("staging", "staging_changes", "staging_updates")
SCHEMAS = (
    "alerts", "billing", "finance", "history", "privacy", "quality", "reconciliation", "reports", *STAGING, "tv"
)  # fmt: skip
_FUNCTION = re.compile(r"^create (?:or replace )?function ([\w.]+)", re.MULTILINE)
_VIEW = re.compile(r"^create or replace view ", re.MULTILINE)
# SQLSTATE classes: what a text says of names and signatures is wrong; something depends on what it would change.
_REFUSED = ("42", "3F", "2B", "0A")


class TextRefused(PermanentError):
    """PostgreSQL does not take a function, view, trigger or grant as its file has it."""


class TextMissing(PermanentError):
    """The database has a function, view or trigger that no file defines."""


def files(folders: tuple[str, ...] = FOLDERS) -> list[Path]:
    """Return the files in the order in which they are applied."""
    return [
        path
        for folder in folders
        for path in sorted(
            (SQL_FOLDER / folder).rglob("*.sql"), key=lambda path: (bool(_VIEW.search(_text(path))), path.name)
        )
    ]


def fixed() -> list[str]:
    """Return the functions that migrations make, and no file of ours replaces: an index or a column is made of them."""
    return sorted({name for path in (SQL_FOLDER / "schema").rglob("*.sql") for name in _FUNCTION.findall(_text(path))})


def digest() -> str:
    """Return what changes with every change of a text, of an order or of a name."""
    texts = hashlib.sha256()
    for path in files():
        texts.update(f"{path.relative_to(SQL_FOLDER).as_posix()}\n{_text(path)}\n".encode())
    return texts.hexdigest()


def is_applied(connection: Connection) -> bool:
    """Tell whether the database has these texts."""
    return bool(connection.execute(named("database/read_digest")).scalar_one_or_none() == digest())


def apply(connection: Connection) -> None:
    """Apply all texts. Raises TextRefused, TextMissing if the database has what none of them defines."""
    before = written(connection)
    # What a body uses may be in a file that comes later.
    connection.exec_driver_sql("set local check_function_bodies = off")
    for path in files(DEFINING):
        _apply(connection, path)
    if untouched := before & written(connection):
        raise TextMissing(
            f"{place(connection.engine.url)}, has what no file of include/sql defines: "
            f"{', '.join(sorted(name for name, _ in untouched))}. Add a migration that drops it; if a newer release "
            "made it, deploy that release again. Nothing was changed."
        )
    # Last: a grant writes the row of whatever it is on.
    for path in files(GRANTING):
        _apply(connection, path)
    connection.execute(named("database/write_digest"), {"digest": digest()})


def written(connection: Connection) -> set[tuple[str, str]]:
    """Return the functions, views and triggers that there are, each with the place of its row, new with each write."""
    found = connection.execute(named("database/replaceables"), {"schemas": list(SCHEMAS), "fixed": fixed()})
    return {(row.name, row.place) for row in found}


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _apply(connection: Connection, path: Path) -> None:
    try:
        # No parameters: these files hold many statements, and per cent signs that are none.
        connection.exec_driver_sql(_text(path), None, {"no_parameters": True})
    except DBAPIError as error:
        if not (getattr(error.orig, "sqlstate", None) or "").startswith(_REFUSED):
            raise
        raise TextRefused(
            f"{place(connection.engine.url)}, refuses include/sql/{path.relative_to(SQL_FOLDER)}: "
            f"{str(error.orig).strip()}. Correct the file; if it changed a signature, or what a view shows, add a "
            "migration that drops the old one. Nothing was changed."
        ) from error
