"""The schema comes to its current state however often and by however many it is asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from include.local import postgres
from include.local.postgres import plain
from multitv.database.engine import engine_for, transaction
from multitv.database.migrate import migrate
from multitv.database.sql import SQL_FOLDER

_numbers = count(1)

SHAPE = """
select table_schema, table_name, column_name, data_type, is_nullable from information_schema.columns
where table_schema in ('erp', 'tv', 'billing', 'finance', 'staging') order by 1, 2, 3
"""


@pytest.fixture
def empty(server) -> Engine:
    """A database without a schema."""
    name = f"empty_{next(_numbers)}"
    yield engine_for(postgres.database(server, name))
    postgres.drop(server, name)


def shape(engine: Engine) -> list:
    with engine.connect() as connection:
        return connection.execute(text(SHAPE)).all()


def test_migrating_twice_changes_nothing(empty: Engine) -> None:
    migrate(empty)
    first = shape(empty)
    assert {row.table_schema for row in first} == {"erp", "tv", "billing", "finance", "staging"}
    migrate(empty)
    assert shape(empty) == first


def test_three_migrators_at_once_make_one_schema(empty: Engine, repository: Path) -> None:
    environment = os.environ | {
        "AIRFLOW_CONN_ISP_DB": plain(empty.url),
        "PYTHONPATH": str(repository / "plugins"),
    }
    migrators = [
        subprocess.Popen([sys.executable, "-m", "multitv.database.migrate"], env=environment) for _ in range(3)
    ]
    assert [migrator.wait(timeout=120) for migrator in migrators] == [0, 0, 0]
    with empty.connect() as connection:
        assert connection.execute(text("select count(*) from schema_version")).scalar_one() == 1


def test_every_schema_file_is_run_by_a_migration(empty: Engine) -> None:
    migrate(empty)
    newest = max(path.stem[:4] for path in (SQL_FOLDER / "schema").glob("*.sql"))
    with empty.connect() as connection:
        assert connection.execute(text("select version_num from schema_version")).scalar_one() == newest


def test_a_migration_that_fails_leaves_nothing_behind(empty: Engine) -> None:
    with transaction(empty) as connection:
        connection.execute(text("create schema billing"))
    with pytest.raises(Exception, match='schema "billing" already exists'):
        migrate(empty)
    assert shape(empty) == []


def test_erp_views_of_an_isp_are_left_as_they_are_and_serve_as_tables(empty: Engine) -> None:
    with transaction(empty) as connection:
        for statement in (
            "create schema erp",
            "create view erp.client as select 1::bigint id, 'Ana' as name, '1' as document, 'active' as status",
            "create view erp.service_plan as select 1::bigint id, 'Fibra' as name, 99.90::numeric(12,2) monthly_price",
            "create view erp.client_plan as select 1::bigint id, 1::bigint client_id, 1::bigint service_plan_id, "
            "'active' as status, 10::smallint due_day, '2026-01-01'::date activated_on, null::date cancelled_on",
        ):
            connection.exec_driver_sql(statement)
    migrate(empty)
    with empty.connect() as connection:
        due = connection.execute(text("select id from billing.due_client_plan('2026-12-10')")).scalars().all()
    assert due == [1]
