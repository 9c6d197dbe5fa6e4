"""Reads the statements of this folder, each in a file of its own."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sqlalchemy import TextClause, text


@cache
def statement(name: str) -> TextClause:
    """Return the statement in <name>.sql, beside this file."""
    return text((Path(__file__).parent / f"{name}.sql").read_text(encoding="utf-8"))
