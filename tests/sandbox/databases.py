"""Databases beyond the test's own: a test that compares populations needs several."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from sqlalchemy import Engine

from include.local import postgres
from include.local.postgres import Server
from multitv.database.engine import engine_for

_numbers = count(1)


@contextmanager
def another_database(server: Server, template: str = "migrated") -> Iterator[Engine]:
    """A copy of `template`, dropped afterwards."""
    name = f"another_{next(_numbers)}"
    yield engine_for(postgres.database(server, name, template=template))
    postgres.drop(server, name)
