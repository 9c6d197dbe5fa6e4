"""The ISP's database: engine and transactions. Knows no business."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.pq import Conninfo
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.pool import NullPool

from multitv.database.erp_views import find_failing_view, first_line
from multitv.database.sql import named, source
from multitv.errors import MultiTVError, PermanentError, TransientError

if TYPE_CHECKING:
    from airflow.sdk import Connection as AirflowConnection

# The pipeline's, of every task; the screens'; that of whoever migrates.
CONNECTION_ID = "isp_db"
SCREENS_CONNECTION_ID = "isp_db_screens"
OWNER_CONNECTION_ID = "isp_db_owner"


class MissingConnection(PermanentError):
    """A required Airflow connection does not exist."""

    code = "connection_missing"
    status = 503
    cause = "database_not_ready"
    wrote_nothing = True


class DatabaseUnavailable(TransientError):
    """PostgreSQL refused, or went away before the transaction was committed."""

    cause = "database_away"


class DatabaseAway(PermanentError):
    """PostgreSQL could not be reached for as long as a task may wait for it."""

    code = "database_unavailable"
    status = 503
    cause = "database_away"


class DatabaseBusy(TransientError):
    """PostgreSQL aborted the transaction: a deadlock, a time-out, no more space or memory."""

    cause = "database_away"


class DatabaseRefused(PermanentError):
    """PostgreSQL does not accept the connection's user or password, or gives its user no right to what was asked."""

    status = 503
    cause = "database_not_ready"
    wrote_nothing = True


class ErpViewFailed(PermanentError):
    """A view in the place of a table of the ERP raises an error: it, or a row that it reads, is wrong."""

    status = 503
    cause = "erp_broken"


class ErpUnavailable(TransientError):
    """A view in the place of a table of the ERP cannot reach the ERP."""

    cause = "erp_away"


class SchemaMissing(PermanentError):
    """The database was not migrated to this version."""

    status = 503
    cause = "database_not_ready"
    wrote_nothing = True


# What PostgreSQL says when it refuses a login; an error while connecting carries no SQLSTATE.
_LOGIN_REFUSED = re.compile(
    r'authentication failed|role "[^"]*" does not exist|no pg_hba.conf entry|no password supplied'
)
# SQLSTATE: no privilege.
_NO_RIGHT = "42501"
# SQLSTATE: a missing schema, table, function or column.
_NO_SCHEMA = ("3F000", "42P01", "42883", "42703")
# SQLSTATE classes and codes: rolled back by a conflict, cancelled, not locked in time, out of resources.
_BUSY = ("40", "57014", "55P03", "53")
# SQLSTATE classes and codes of a server behind a view that is away: no connection, a connection lost, what wrappers of
# other servers say of that.
_AWAY = ("08", "57", "HV00N", "HV00L", "HV000")
# SQLSTATE classes that no view raises: a login, a constraint of our tables.
_NO_VIEW = ("28", "23", "42501")


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


def has_connection(conn_id: str) -> bool:
    """Tell whether Airflow has a connection."""
    from airflow.sdk import BaseHook
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        BaseHook.get_connection(conn_id)
    except AirflowNotFoundException:
        return False
    return True


def url_of(connection: AirflowConnection) -> URL:
    """Return the SQLAlchemy URL of an Airflow connection of type postgres, with the libpq options of its extra."""
    from airflow.providers.postgres.hooks.postgres import PostgresHook

    # The hook's URL omits options such as sslmode.
    known = {option.keyword.decode() for option in Conninfo.get_defaults()}
    to_libpq = {key: str(value) for key, value in connection.extra_dejson.items() if key in known}
    url = PostgresHook(connection=connection).sqlalchemy_url.update_query_dict(to_libpq)
    if url.host and url.host.startswith("/"):
        # The folder of a unix socket survives a round trip through text only in the query.
        url = URL.create(
            url.drivername, url.username, url.password, None, url.port, url.database, {**url.query, "host": url.host}
        )
    return url


def task_engine() -> Engine:
    """Return the engine of a task or a command: it keeps no pool of connections. Raises MissingConnection.

    A task is one process with one transaction at a time, so a pool would only keep idle connections.
    """
    return engine_for(connection_url())


def screens_engine() -> Engine:
    """Return the engine of a task that makes a person's change, which needs the rights of the screens.

    It is that of isp_db_screens, or of isp_db if Airflow has no such connection. Raises MissingConnection.
    """
    return engine_for(connection_url(SCREENS_CONNECTION_ID if has_connection(SCREENS_CONNECTION_ID) else CONNECTION_ID))


def owner_engine() -> Engine:
    """Return the engine of whoever migrates: of isp_db_owner, or of isp_db if Airflow has no such connection.

    Raises MissingConnection.
    """
    return engine_for(connection_url(OWNER_CONNECTION_ID if has_connection(OWNER_CONNECTION_ID) else CONNECTION_ID))


def engine_for(url: URL | str) -> Engine:
    """Return an engine whose connections give up within 10 s and carry our name in pg_stat_activity.

    Each end of a connection notices within 90 s that the other one's machine is gone.
    """
    engine = create_engine(
        url,
        poolclass=NullPool,
        # Parameters hold names and documents, and error messages end in a log.
        hide_parameters=True,
        connect_args={
            "connect_timeout": 10,
            "application_name": "multitv",
            # A prepared statement may get a plan for all values, which locks the partitions of all due dates.
            "prepare_threshold": None,
            "keepalives_idle": 30,
            "keepalives_interval": 10,
            "keepalives_count": 6,
            "tcp_user_timeout": 90_000,
        },
    )
    event.listen(engine, "connect", _notice_lost_client)
    return engine


def _notice_lost_client(connection: psycopg.Connection[Any], _: object) -> None:
    # Not among the options with which a connection begins: a pooler may refuse those.
    connection.autocommit = True
    connection.execute(source("database/notice_lost_client"))
    connection.autocommit = False


@lru_cache(maxsize=4)
def shared_engine_for(url: URL) -> Engine:
    """Return a pooled engine for the web server, in which no statement holds a connection for long.

    A statement of more than 5 s, or a lock not granted within 3 s, raises DatabaseBusy.
    """
    return create_engine(
        url,
        hide_parameters=True,
        pool_size=5,
        max_overflow=5,
        pool_timeout=5,
        pool_pre_ping=True,
        pool_recycle=300,
        connect_args={
            "connect_timeout": 5,
            "application_name": "multitv-web",
            # Plans each statement for its own values: a page of one client differs from a list of a million.
            "prepare_threshold": None,
            # Notices within seconds that the server's machine is gone.
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 2,
            "tcp_user_timeout": 10_000,
            # Comparing each partition's constraints with the conditions takes half the time of planning a page of a
            # client, and finds nothing that the lists of dates do not say.
            "options": "-c statement_timeout=5s -c lock_timeout=3s -c idle_in_transaction_session_timeout=30s "
            "-c constraint_exclusion=off",
        },
    )


def place(url: URL) -> str:
    """Return a database's address for a message, without the query, which may hold secrets."""
    return f"PostgreSQL at {url.host or url.query.get('host') or 'its default place'}, database {url.database}"


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Run the block in one read-only transaction. Raises as `transaction`."""
    with explained(engine.url), engine.connect() as connection:
        connection.execution_options(postgresql_readonly=True)
        with connection.begin():
            yield connection


@contextmanager
def bulk_transaction(engine: Engine) -> Iterator[Connection]:
    """Run the block in one transaction tuned for statements on whole tables. Raises as `transaction`."""
    with transaction(engine) as connection:
        connection.execute(named("database/prefer_hash_joins"))
        yield connection


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """Run the block in one transaction, which is committed whole or not at all.

    Raises DatabaseUnavailable if PostgreSQL cannot be reached or the connection is lost, DatabaseBusy, DatabaseRefused,
    SchemaMissing; ErpViewFailed and ErpUnavailable if a view over the ERP is what fails.
    """
    with explained(engine.url), engine.begin() as connection:
        yield connection


@contextmanager
def guarded(connection: Connection, errors: Mapping[str, MultiTVError]) -> Iterator[None]:
    """Run the block in a savepoint. `errors` maps constraints to errors.

    If the block violates one of the constraints, only the block is rolled back, and the constraint's error is raised.
    """
    try:
        with connection.begin_nested():
            yield
    except IntegrityError as error:
        cause = error.orig
        broken = cause.diag.constraint_name if isinstance(cause, psycopg.Error) else None
        if broken is None or broken not in errors:
            raise
        raise errors[broken] from error


@contextmanager
def explained(url: URL) -> Iterator[None]:
    """Turn PostgreSQL's errors in the block into errors that a person can act on. Raises as `transaction`."""
    try:
        yield
    except NoConnectionFree as error:
        raise DatabaseBusy("All connections that are kept are in use. Nothing was written; try again.") from error
    except DBAPIError as error:
        explanation = _of_the_erp(url, error) or _explained(url, error)
        if explanation is None:
            raise
        raise explanation from error


def _of_the_erp(url: URL, error: DBAPIError) -> MultiTVError | None:
    """Return an error that names the view of the ERP that fails as `error` does, None if none does."""
    state = getattr(error.orig, "sqlstate", None)
    # Without a state it was not the server that spoke.
    if not state or state.startswith((*_NO_VIEW, *_BUSY)):
        return None
    try:
        with engine_for(url).connect() as connection:
            connection.execution_options(postgresql_readonly=True)
            view = find_failing_view(connection, state)
    except DBAPIError:
        return None
    if view is None:
        return None
    if state.startswith(_AWAY):
        return ErpUnavailable(
            f"{place(url)}: {view.name}, which reads the ISP's ERP, does not reach it: {view.said}. Nothing of this "
            "transaction was written, and it is tried again by itself; if it keeps failing, see that the ERP's server "
            "runs and lets this database in."
        )
    return ErpViewFailed(
        f"{place(url)}: {view.name}, which reads the ISP's ERP, fails: {view.said}. Correct the view, or the row of "
        "the ERP that it stumbles over, so that all of the view can be read; then clear this task. Nothing of this "
        "transaction was written."
    )


def _explained(url: URL, error: DBAPIError) -> MultiTVError | None:
    """Return an error that a person can act on, None if PostgreSQL's own says enough."""
    cause = first_line(error)
    where = place(url)
    state = getattr(error.orig, "sqlstate", None) or ""
    if state in _NO_SCHEMA:
        return SchemaMissing(
            f"{where}, lacks what this version needs: {cause}. Run `python -m multitv.database.migrate`, then clear "
            "this task. Nothing was written."
        )
    if state == _NO_RIGHT:
        return DatabaseRefused(
            f"{where}, gives {url.username} no right to that: {cause}. See that each connection has the role that "
            "docs/deploying.md names, and that this release was migrated. Nothing was written."
        )
    if state.startswith("28") or _LOGIN_REFUSED.search(cause):
        return DatabaseRefused(
            f"{where}, does not let us in: {cause}. Correct the connection {CONNECTION_ID} "
            f"({SCREENS_CONNECTION_ID} for the screens, {OWNER_CONNECTION_ID} for migrations), then clear this task. "
            "Nothing was written."
        )
    if state.startswith(_BUSY):
        return DatabaseBusy(
            f"{where}, gave this transaction up: {cause}. It was rolled back and is tried again by itself; if it keeps "
            "failing, look at the database's load, locks and space."
        )
    if isinstance(error, OperationalError | InterfaceError):
        return DatabaseUnavailable(
            f"{where}, is not available: {cause}. The open transaction was committed whole or not at all; once the "
            "database is up, clear this task to resume: repeating it is harmless."
        )
    return None
