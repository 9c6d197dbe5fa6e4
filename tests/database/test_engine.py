"""From an Airflow connection to a transaction."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text

from multitv.database.engine import DatabaseUnavailable, connection_url, engine_for, transaction


def test_what_the_connection_says_of_tls_reaches_the_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "AIRFLOW_CONN_ISP_DB", "postgres://billing:x@db.isp.example:5433/isp?sslmode=verify-full&cursor=c"
    )
    url = connection_url()
    assert (url.drivername, url.host, url.port, url.database) == ("postgresql+psycopg", "db.isp.example", 5433, "isp")
    assert url.query == {"sslmode": "verify-full"}


def test_a_block_that_fails_writes_nothing(engine: Engine) -> None:
    def add_and_fail() -> None:
        with transaction(engine) as connection:
            connection.execute(text("insert into erp.client values (1, 'Ana', '1', 'active')"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        add_and_fail()
    with transaction(engine) as connection:
        assert connection.execute(text("select count(*) from erp.client")).scalar_one() == 0


def test_a_database_that_does_not_answer_is_named_with_the_next_step() -> None:
    away = engine_for("postgresql+psycopg://isp@127.0.0.1:9/isp")
    with (
        pytest.raises(DatabaseUnavailable, match="127.0.0.1:9/isp is not available: .*clear this task to resume"),
        transaction(away),
    ):
        pass
