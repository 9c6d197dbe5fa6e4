"""The codes that the database may hold."""

from __future__ import annotations

import re

from sqlalchemy import Engine, text

_CHECKS = """
    select con.conrelid::regclass::text, a.attname, pg_get_constraintdef(con.oid)
    from pg_constraint as con
    join pg_attribute as a on a.attrelid = con.conrelid and a.attnum = any (con.conkey)
    where con.contype = 'c' and cardinality(con.conkey) = 1
"""


def vocabularies(engine: Engine) -> dict[tuple[str, str], set[str]]:
    """What the check constraints allow, by table and column."""
    found: dict[tuple[str, str], set[str]] = {}
    with engine.connect() as connection:
        for table, column, check in connection.execute(text(_CHECKS)):
            if allowed := re.findall(r"'([A-Za-z_]+)'::text", check):
                found[table, column] = set(allowed)
    return found
