"""From an Airflow connection to a transaction."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import URL, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError

from multitv.database import engine as database_engine
from multitv.database.engine import (
    DatabaseBusy,
    DatabaseRefused,
    DatabaseUnavailable,
    SchemaMissing,
    bulk_transaction,
    connection_url,
    engine_for,
    owner_engine,
    screens_engine,
    shared_engine_for,
    task_engine,
    transaction,
)
from multitv.database.roles import PIPELINE
from multitv.errors import PermanentError, TransientError
from tests.support.databases import as_screens
from tests.support.pooler import pooled

HOLDS_A_LOCK = """
import sys
from sqlalchemy import text
from multitv.database.engine import engine_for

connection = engine_for(sys.argv[1]).connect()
connection.execute(text("select pg_advisory_lock(7)"))
print("held", flush=True)
connection.execute(text("select pg_sleep(600)"))
"""


def test_what_the_connection_says_of_tls_reaches_the_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "AIRFLOW_CONN_ISP_DB", "postgres://billing:x@db.isp.example:5433/isp?sslmode=verify-full&cursor=c"
    )
    url = connection_url()
    assert (url.drivername, url.host, url.port, url.database) == ("postgresql+psycopg", "db.isp.example", 5433, "isp")
    assert url.query == {"sslmode": "verify-full"}


def test_who_has_no_right_is_named(engine: Engine) -> None:
    with (
        pytest.raises(DatabaseRefused, match="gives multitv_screens no right to that: permission denied for table run"),
        transaction(as_screens(engine)) as connection,
    ):
        connection.execute(text("delete from billing.run"))


def test_who_migrates_has_a_connection_of_its_own_or_else_that_of_the_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_ISP_DB", "postgres://multitv_pipeline@db/isp")
    monkeypatch.setenv("AIRFLOW_CONN_ISP_DB_OWNER", "postgres://multitv_owner@db/isp")
    assert owner_engine().url.username == "multitv_owner"
    assert task_engine().url.username == "multitv_pipeline"
    monkeypatch.setattr(database_engine, "has_connection", lambda _: False)
    assert owner_engine().url.username == "multitv_pipeline"


def test_a_task_that_makes_a_persons_change_connects_as_the_screens_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_ISP_DB", "postgres://multitv_pipeline@db/isp")
    monkeypatch.setenv("AIRFLOW_CONN_ISP_DB_SCREENS", "postgres://multitv_screens@db/isp")
    assert screens_engine().url.username == "multitv_screens"
    monkeypatch.setattr(database_engine, "has_connection", lambda _: False)
    assert screens_engine().url.username == "multitv_pipeline"


@pytest.mark.parametrize("make", [lambda url: engine_for(url), lambda url: shared_engine_for(url)])
def test_an_error_says_nothing_of_the_values_that_a_statement_was_given(
    engine: Engine, make: Callable[[URL], Engine]
) -> None:
    given = {"document": "529.982.247-25", "name": "Maria"}
    with pytest.raises(DBAPIError) as failed, transaction(make(engine.url)) as connection:
        connection.execute(text("select 1 / 0 where :document <> :name"), given)
    assert "division by zero" in str(failed.value)
    assert not [value for value in given.values() if value in str(failed.value)]


def test_a_block_that_fails_writes_nothing(engine: Engine) -> None:
    def add_and_fail() -> None:
        with transaction(engine) as connection:
            connection.execute(text("insert into erp.client values (1, 'Ana', '1', 'active')"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        add_and_fail()
    with transaction(engine) as connection:
        assert connection.execute(text("select count(*) from erp.client")).scalar_one() == 0


def test_a_session_that_is_handed_out_again_is_tuned_as_far_as_it_lets_itself_be(engine: Engine) -> None:
    """As a pooler does, between whose uses a session keeps the size of what it has for temporary tables."""
    kept = create_engine(engine.url, pool_size=1, max_overflow=0)
    with transaction(kept) as connection:
        connection.execute(text("create temporary table small on commit drop as select 1"))
    for _ in range(2):
        with bulk_transaction(kept) as connection:
            assert connection.execute(text("show enable_nestloop")).scalar_one() == "off"
            assert connection.execute(text("show work_mem")).scalar_one() == "64MB"
    with transaction(kept) as connection:
        assert connection.execute(text("show enable_nestloop")).scalar_one() == "on"
    kept.dispose()


def test_a_database_that_does_not_answer_is_named_with_the_next_step() -> None:
    away = engine_for("postgresql+psycopg://isp@127.0.0.1:9/isp")
    with (
        pytest.raises(DatabaseUnavailable, match="database isp, is not available: .*clear this task to resume"),
        transaction(away),
    ):
        pass


@pytest.mark.parametrize(
    ("statement", "error", "next_step"),
    [
        ("select * from erp.no_such_table", SchemaMissing, "python -m multitv.database.migrate"),
        ("select billing.no_such_function(1)", SchemaMissing, "python -m multitv.database.migrate"),
        ("set local statement_timeout = 20; select pg_sleep(5)", DatabaseBusy, "tried again by itself"),
    ],
)
def test_what_postgresql_says_becomes_something_to_act_on(
    engine: Engine, statement: str, error: type[Exception], next_step: str
) -> None:
    def run() -> None:
        with transaction(engine) as connection:
            for part in statement.split("; "):
                connection.execute(text(part))

    with pytest.raises(error, match=next_step):
        run()


def test_a_user_that_postgresql_does_not_know_needs_a_person(engine: Engine) -> None:
    stranger = engine_for(engine.url.set(username="nobody-of-ours"))
    with pytest.raises(DatabaseRefused, match="Correct the connection isp_db") as caught, transaction(stranger):
        pass
    assert isinstance(caught.value, PermanentError)
    assert issubclass(DatabaseBusy, TransientError)


def test_a_client_notices_that_the_machine_of_its_server_is_gone(engine: Engine) -> None:
    with pooled(engine.url.set(username=PIPELINE), "session") as address, engine_for(address).connect() as connection:
        driver: Any = connection.connection.driver_connection
        with socket.fromfd(driver.fileno(), socket.AF_INET, socket.SOCK_STREAM) as ours:
            assert ours.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
            of_tcp = (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
            assert [ours.getsockopt(socket.IPPROTO_TCP, option) for option in of_tcp] == [30, 10, 6]
            assert ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 90_000


def test_a_lock_is_free_soon_after_its_holder_was_killed_in_the_middle_of_a_statement(engine: Engine) -> None:
    url = engine.url.render_as_string(hide_password=False)
    with subprocess.Popen([sys.executable, "-c", HOLDS_A_LOCK, url], stdout=subprocess.PIPE) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == b"held\n"
        finally:
            holder.kill()
    with engine.connect() as connection:
        connection.execute(text("set lock_timeout = '60s'"))
        connection.execute(text("select pg_advisory_lock(7)"))
