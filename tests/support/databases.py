"""Databases of a test's own, and statements on them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from include.local import postgres
from include.local.postgres import SUPERUSER, Server
from multitv.database.engine import engine_for
from multitv.database.roles import PIPELINE, ROLES, SCREENS
from tests.support.folders import quick_folder

_numbers = count(1)


@contextmanager
def own_server() -> Iterator[Server]:
    """A PostgreSQL without a database, which has the roles of ours, gone afterwards."""
    # Not under pytest's folder: another pytest that starts shuts that one to the user whom PostgreSQL runs as.
    with tempfile.TemporaryDirectory(prefix="multitv-tests-", dir=quick_folder()) as folder:
        server = postgres.start(Path(folder) / "postgres")
        try:
            postgres.make_logins(server, ROLES)
            yield server
        finally:
            server.stop()


@contextmanager
def own_database(server: Server, template: str = "template1") -> Iterator[Engine]:
    """A copy of the database `template`, dropped afterwards; `template1` is a database without a schema."""
    name = f"test_{next(_numbers)}"
    engine = engine_for(postgres.database(server, name, template=template))
    try:
        yield engine
    finally:
        postgres.drop(server, name)


def as_pipeline(engine: Engine) -> Engine:
    """The same database, as the tasks connect to it."""
    return as_role(PIPELINE, engine)


def as_screens(engine: Engine) -> Engine:
    """The same database, as the screens connect to it."""
    return as_role(SCREENS, engine)


def as_owner(engine: Engine) -> Engine:
    """The same database, as whoever migrates it connects to it."""
    return as_role(SUPERUSER, engine)


@lru_cache(maxsize=256)
def as_role(role: str, engine: Engine) -> Engine:
    """The same database, as a role connects to it."""
    return engine if engine.url.username == role else engine_for(engine.url.set(username=role))


@dataclass
class Database:
    """What a test writes and reads by SQL, as the owner. `engine` is that of the code under test."""

    engine: Engine

    def run(self, statement: str, **parameters: Any) -> Any:
        """Run a statement in a transaction of its own; return the rows, of one that has none how many it changed."""
        with as_owner(self.engine).begin() as connection:
            result = connection.execute(text(statement), parameters)
            return result.all() if result.returns_rows else result.rowcount
