"""The schema comes to its current state however often and by however many it is asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from decimal import Decimal
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from include.local import postgres
from include.local.postgres import plain
from multitv.billing import tv
from multitv.database.engine import engine_for, transaction
from multitv.database.migrate import migrate
from multitv.database.sql import SQL_FOLDER
from multitv.quality import books

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


OLD_BOOKS = """
insert into erp.client_plan values (7, 7, 1, 'active', 10, '2026-01-01');
insert into tv.package (platform_uid, name, service_type, extra, price) values ('p', 'P', 'EXTENDED_SERVICE', true, 10);
insert into tv.client_package (client_plan_id, package_id, added_on) values (7, 1, '2026-02-01');
insert into billing.run (kind, due_date, status, closed_at) values
('tv', '2026-11-10', 'closed', now()), ('tv', '2026-12-10', 'closed', now());
insert into finance.invoice (client_plan_id, due_date) values (7, '2026-11-10'), (7, '2026-12-10');
insert into billing.event (run_id, client_plan_id, service_plan_id, client_package_id, package_id, due_date,
reference_month, kind, amount, price_source, status, processed_at, reversed) values
(1, 7, 1, 1, 1, '2026-11-10', '2026-11-01', 'charge', 10, 'package', 'processed', '2026-11-09', false),
(2, 7, 1, 1, 1, '2026-12-10', '2026-12-01', 'charge', 11, 'package', 'processed', '2026-12-09', true),
(2, 7, 1, 1, 1, '2026-12-10', '2026-12-01', 'reversal', -11, 'package', 'processed', '2026-12-09', false);
insert into finance.posting (invoice_id, kind, amount, billing_event_id, reverses_posting_id, created_at) values
(1, 'plan', 100, null, null, now()), (1, 'tv_package', 10, 1, null, '2026-11-09'),
(2, 'tv_package', 11, 2, null, '2026-12-09'), (2, 'reversal', -11, 3, 3, '2026-12-09');
insert into billing.correction (event_id, action, reason, author, rebill, reversal_event_id)
values (2, 'reverse', 'engano', 'Ana', false, 3);
insert into billing.exclusion (run_id, client_plan_id, client_package_id, service_plan_id, reason)
values (2, 7, 1, 1, 'corrected');
insert into billing.expectation values (1, 1, 1, 1, 10), (2, 1, 1, 0, 0);
"""
BOOKS = (
    "select run_id, due_date, kind, amount, status, processed_at, reversed, live from billing.event order by 1, 3",
    "select invoice_id, posting.kind, posting.amount, event.amount from finance.posting "
    "left join billing.event on event.id = billing_event_id order by 1, 2",
    "select charge.amount, reversal.amount from billing.correction "
    "join billing.event as charge on charge.id = event_id join billing.event as reversal on reversal.id = "
    "reversal_event_id",
    "select credit.amount, debit.amount from finance.posting as credit join finance.posting as debit "
    "on credit.reverses_posting_id = debit.id",
)


def test_books_that_were_kept_before_there_were_partitions_stay_what_they_are(empty: Engine) -> None:
    migrate(empty, "0012")
    with empty.begin() as connection:
        connection.exec_driver_sql(OLD_BOOKS)
        before = [connection.exec_driver_sql(statement).all() for statement in BOOKS]
    assert [len(rows) for rows in before] == [3, 4, 1, 1]
    migrate(empty)
    with empty.begin() as connection:
        assert [connection.exec_driver_sql(statement).all() for statement in BOOKS] == before
    for due in (date(2026, 11, 10), date(2026, 12, 10)):
        books.check(empty, books.BOOKS, due)
        tv.save(empty, due)
        books.check(empty, books.BOOKS, due)
    with empty.begin() as connection:
        assert [connection.exec_driver_sql(statement).all() for statement in BOOKS] == before


def test_a_plan_fee_that_was_posted_twice_is_named_and_nothing_is_changed(empty: Engine) -> None:
    migrate(empty, "0019")
    with empty.begin() as connection:
        connection.exec_driver_sql(
            "insert into finance.invoice (client_plan_id, due_date) values (7, '2026-12-10'), (7, '2026-12-20'); "
            "insert into finance.posting (invoice_id, kind, amount) values (1, 'plan', 99.90), (2, 'plan', 99.90)"
        )
    before = shape(empty)
    with pytest.raises(Exception, match="client plan 7, 2026-12: invoices 1 and 2"):
        migrate(empty)
    assert shape(empty) == before
    with empty.begin() as connection:
        connection.exec_driver_sql(
            "alter table finance.posting disable trigger posting_immutable; "
            "delete from finance.posting where invoice_id = 2"
        )
    migrate(empty)
    with empty.begin() as connection:
        [posting] = connection.exec_driver_sql("select fee_client_plan_id, fee_month, amount from finance.posting")
    assert posting == (7, date(2026, 12, 1), Decimal("99.90"))


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
