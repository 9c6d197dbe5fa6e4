"""The ISP's database: engine and transactions. Knows no business."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from psycopg.pq import Conninfo
from sqlalchemy import URL, Connection, Engine, create_engine
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.pool import NullPool

from multitv.errors import PermanentError, TransientError

if TYPE_CHECKING:
    from airflow.sdk import Connection as AirflowConnection

CONNECTION_ID = "isp_db"


class MissingConnection(PermanentError):
    """An Airflow connection that we need does not exist."""


class DatabaseUnavailable(TransientError):
    """PostgreSQL refused, or went away before the transaction was committed."""


def connection_url(conn_id: str = CONNECTION_ID) -> URL:
    """Return the SQLAlchemy URL of an Airflow connection of type postgres.

    Raises MissingConnection if Airflow has no such connection.
    """
    from airflow.sdk import BaseHook
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        return url_of(BaseHook.get_connection(conn_id))
    except AirflowNotFoundException as error:
        raise MissingConnection(
            f"Airflow has no connection '{conn_id}'; add it (type postgres) under Admin > Connections or as "
            f"AIRFLOW_CONN_{conn_id.upper()}, then clear this task. Nothing was written."
        ) from error


def url_of(connection: AirflowConnection) -> URL:
    """Return the SQLAlchemy URL of an Airflow connection of type postgres, with what its extra says to libpq."""
    from airflow.providers.postgres.hooks.postgres import PostgresHook

    # The hook's URL leaves sslmode and its like out.
    known = {option.keyword.decode() for option in Conninfo.get_defaults()}
    to_libpq = {key: str(value) for key, value in connection.extra_dejson.items() if key in known}
    url = PostgresHook(connection=connection).sqlalchemy_url.update_query_dict(to_libpq)
    if url.host and url.host.startswith("/"):
        # The folder of a unix socket survives being written as text and read again only in the query.
        url = URL.create(
            url.drivername, url.username, url.password, None, url.port, url.database, {**url.query, "host": url.host}
        )
    return url


def isp_database() -> Engine:
    """Return an engine for the connection isp_db. Raises MissingConnection.

    A task is one process with one transaction at a time, so a pool would only keep idle connections.
    """
    return engine_for(connection_url())


def engine_for(url: URL | str) -> Engine:
    """Return an engine whose connections give up within 10 s and carry our name in pg_stat_activity."""
    return create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": 10, "application_name": "multitv"})


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """Run the block in one transaction: all of it is committed, or none.

    Raises DatabaseUnavailable if PostgreSQL cannot be reached or the connection is lost.
    """
    try:
        with engine.begin() as connection:
            yield connection
    except (OperationalError, InterfaceError) as error:
        cause = str(error.orig).strip().splitlines()[0] if error.orig else str(error)
        raise DatabaseUnavailable(
            f"PostgreSQL at {engine.url.render_as_string(hide_password=True)} is not available: {cause}. "
            "The open transaction was rolled back; once the database is up, clear this task to resume."
        ) from error
