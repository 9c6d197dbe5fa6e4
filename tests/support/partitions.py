"""Which partitions of events and postings a step reads, by the locks that its transactions hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import make_url

from multitv.database.sql import SQL_FOLDER, named

# PostgreSQL keeps the lock of a relation until the transaction ends, also of one that was only planned for.
_LOCKED = """
select partition.relname, pg_get_expr(partition.relpartbound, 0)
from pg_locks as held
join pg_class as partition on partition.oid = held.relation
where held.pid = pg_backend_pid()
and held.locktype = 'relation'
and partition.relispartition
and partition.relkind = 'r'
and partition.relname ~ '^(event_record|posting)'
"""


@dataclass(frozen=True)
class Locked:
    """A partition that a transaction locked: a due date's, or a month's of the plan fees."""

    name: str
    dates: tuple[date, ...]


@dataclass
class Watched:
    """What was run: the partitions that it locked, each with the statement that came first, a file of include/sql or a
    text; and all files that were executed. `most`: the number of partitions that one transaction locked at most."""

    partitions: dict[Locked, str] = field(default_factory=dict)
    statements: set[str] = field(default_factory=set)
    most: int = 0


@contextmanager
def watching(engine: Engine) -> Iterator[Watched]:
    """Note what the transactions of an engine lock and execute inside the block."""
    watched = Watched()

    def executed(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        name = _files().get(statement)
        if name is not None:
            watched.statements.add(name)
        cursor = connection.connection.cursor()
        cursor.execute(_LOCKED)
        locked = {Locked(part, _dates(bound)) for part, bound in cursor.fetchall()}
        watched.most = max(watched.most, len(locked))
        for partition in locked:
            watched.partitions.setdefault(partition, name or statement)

    event.listen(engine, "after_cursor_execute", executed)
    try:
        yield watched
    finally:
        event.remove(engine, "after_cursor_execute", executed)


def _dates(bound: str) -> tuple[date, ...]:
    return tuple(date.fromisoformat(text.strip(" ')")) for text in bound.partition("(")[2].split(","))


@cache
def _files() -> dict[str, str]:
    """The files of include/sql by the text in which the driver gets them."""
    dialect = make_url("postgresql+psycopg://").get_dialect()()
    names = [
        file.relative_to(SQL_FOLDER).with_suffix("").as_posix()
        for file in SQL_FOLDER.glob("*/*.sql")
        if file.parent.name != "schema"
    ]
    return {str(named(name).compile(dialect=dialect)): name for name in names}
