"""Databases of a test's own, and statements on them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, text
from sqlalchemy.pool import PoolResetState

from include.local import postgres
from include.local.postgres import SUPERUSER, Server
from multitv.database.roles import PIPELINE, ROLES, SCREENS
from tests.support.folders import quick_folder

_numbers = count(1)
_engines: dict[URL, Engine] = {}
_making = Lock()


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
    # PostgreSQL copies no database that somebody is connected to.
    disconnect(template)
    url = postgres.database(server, name, template=template)
    try:
        yield kept_engine(url)
    finally:
        for engine in disconnect(name):
            del _engines[engine.url]
        postgres.drop(server, name)


def disconnect(database: str) -> list[Engine]:
    """Close the connections to a database that are kept and not in use; return the engines."""
    engines = [engine for engine in list(_engines.values()) if engine.url.database == database]
    for engine in engines:
        engine.dispose()
    return engines


def kept_engine(url: URL) -> Engine:
    """The engine of a database and a role, which keeps its connections.

    A new connection reads the catalogue anew, which takes PostgreSQL longer than most statements of a test.
    """
    # Of two that threads make at once, nobody would close the first.
    with _making:
        if url not in _engines:
            engine = create_engine(
                url,
                hide_parameters=True,
                max_overflow=-1,
                # A test may have ended the connection.
                pool_pre_ping=True,
                connect_args={"prepare_threshold": None},
            )
            event.listen(engine, "reset", _unlock)
            _engines[url] = engine
        return _engines[url]


def _unlock(connection: Any, _: object, state: PoolResetState) -> None:
    # The locks of a session, which would end with the connection.
    if not state.terminate_only and not connection.closed:
        connection.rollback()
        # One round trip instead of three, some hundred times in a test.
        connection.autocommit = True
        connection.execute("select pg_advisory_unlock_all()")
        connection.autocommit = False


def as_pipeline(engine: Engine) -> Engine:
    """The same database, as the tasks connect to it."""
    return as_role(PIPELINE, engine)


def as_screens(engine: Engine) -> Engine:
    """The same database, as the screens connect to it."""
    return as_role(SCREENS, engine)


def as_owner(engine: Engine) -> Engine:
    """The same database, as whoever migrates it connects to it."""
    return as_role(SUPERUSER, engine)


def as_role(role: str, engine: Engine) -> Engine:
    """The same database, as a role connects to it."""
    return engine if engine.url.username == role else kept_engine(engine.url.set(username=role))


@dataclass
class Database:
    """What a test writes and reads by SQL, as the owner. `engine` is that of the code under test."""

    engine: Engine

    def run(self, statement: str, **parameters: Any) -> Any:
        """Run a statement in a transaction of its own; return the rows, of one that has none how many it changed."""
        with as_owner(self.engine).begin() as connection:
            result = connection.execute(text(statement), parameters)
            return result.all() if result.returns_rows else result.rowcount
