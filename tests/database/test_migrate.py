"""The schema comes to its current state however often and by however many it is asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from include.local.postgres import plain
from multitv.database import migrate as migrating
from multitv.database.engine import DatabaseBusy, engine_for, transaction
from multitv.database.migrate import migrate
from multitv.database.replaceable import TextMissing, TextRefused
from multitv.database.schema import OldNumbering, ServerTooOld
from multitv.database.sql import SQL_FOLDER, source
from multitv.labels import sentence
from tests.database.conftest import HEAD, NEXT, Release

pytestmark = pytest.mark.slow

SHAPE = """
select table_schema, table_name, column_name, data_type, is_nullable from information_schema.columns
where table_schema in ('erp', 'tv', 'billing', 'finance', 'staging') order by 1, 2, 3
"""
# What an event needs, and one that makes its due date's partition.
EVENT = """
insert into tv.package (platform_uid, name, service_type, extra, price) values ('p', 'P', 'EXTENDED_SERVICE', true, 10);
insert into tv.client_package (client_plan_id, package_id, added_on) values (7, 1, '2026-02-01');
insert into billing.run (kind, due_date, status) values ('tv', '2026-12-10', 'saved');
insert into billing.event (run_id, client_plan_id, service_plan_id, client_package_id, package_id, due_date,
reference_month, kind, amount, price_source) values (1, 7, 1, 1, 1, '2026-12-10', '2026-12-01', 'charge', 10, 'package')
"""
CELL = "functions/web/tv.cell.sql"
# A row at least in each table that 0004 moves or renames, and what they refer to.
REPORTED = """
insert into tv.package (platform_uid, name, service_type, extra, price) values ('p', 'P', 'EXTENDED_SERVICE', true, 10);
insert into billing.run (kind, due_date, status) values ('tv', '2026-12-10', 'saved');
insert into reconciliation.snapshot (hash) values ('0');
insert into reconciliation.change_set (snapshot_id, snapshot_hash, today) values (1, '0', '2026-12-01');
insert into reconciliation.discrepancy (change_set_id, kind, client_plan_id, package_id, amount, reason, parameters)
values (1, 'sold_not_active', 7, 1, 10, 'missing_on_platform', '{"day": 10}'),
(1, 'sold_not_active', 8, 1, 9.90, 'missing_on_platform', '{}');
insert into reconciliation.discrepancy_measured (change_set_id, seen_at, measured_at)
values (1, '2026-12-01 05:00Z', '2026-12-01 05:10Z');
insert into dashboard.discrepancy (kind, client_plans, amount) values ('sold_not_active', 2, 19.90);
insert into dashboard.due_date (due_date, status, corrections, credits, summed_at)
values ('2026-12-10', 'saved', 0, 0, '2026-12-01 06:00Z');
insert into dashboard.due_date_sum values ('2026-12-10', '2026-12-01', 1, 'pending', 3, 30, 0, 0);
insert into dashboard.revenue values ('2026-11-01', 1, 2, 20);
insert into dashboard.event_status values ('2026-12-10', 'pending', 3, 30);
insert into dashboard.package_clients values (1, 'extra', 3, 30);
insert into dashboard.operation values ('2026-12-01', 'create', 'applied', 5);
insert into dashboard.refresh values ('discrepancy', '2026-12-01 06:00Z'), ('revenue', '2026-12-01 06:01Z');
"""
# The tables of REPORTED by their names before and after.
MOVED = {
    "reconciliation.discrepancy": "discrepancy",
    "reconciliation.discrepancy_measured": "discrepancy_measured",
    "dashboard.discrepancy": "discrepancy_total",
    "dashboard.due_date": "due_date",
    "dashboard.due_date_sum": "due_date_sum",
    "dashboard.revenue": "revenue",
    "dashboard.event_status": "event_status",
    "dashboard.package_clients": "package_clients",
    "dashboard.operation": "operation",
}


def shape(engine: Engine) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(text(SHAPE)).all())


def run(engine: Engine, statement: str) -> Any:
    with engine.begin() as connection:
        result = connection.exec_driver_sql(statement)
        return result.all() if result.returns_rows else None


def impatient(engine: Engine) -> Engine:
    """The same database, for somebody who waits for no lock."""
    return engine_for(engine.url.update_query_dict({"options": "-c lock_timeout=200ms"}))


@contextmanager
def locked(engine: Engine, relations: str, mode: str) -> Iterator[None]:
    with engine.begin() as connection:
        connection.exec_driver_sql(f"lock table {relations} in {mode} mode")
        yield


def test_migrating_twice_changes_nothing(empty: Engine) -> None:
    migrate(empty)
    first = shape(empty)
    assert {row.table_schema for row in first} == {"erp", "tv", "billing", "finance", "staging"}
    migrate(empty)
    assert shape(empty) == first


@pytest.mark.proof
def test_three_migrators_at_once_make_one_schema(empty: Engine, repository: Path) -> None:
    environment = os.environ | {
        "AIRFLOW_CONN_ISP_DB": plain(empty.url),
        "PYTHONPATH": str(repository / "plugins"),
    }
    migrators = [
        subprocess.Popen([sys.executable, "-m", "multitv.database.migrate"], env=environment) for _ in range(3)
    ]
    assert [migrator.wait(timeout=120) for migrator in migrators] == [0, 0, 0]
    assert run(empty, "select count(*) from schema_migration") == run(empty, "select count(*) from schema_digest")
    assert run(empty, "select version_num from schema_migration") == [(HEAD,)]


def test_every_schema_file_is_run_by_a_migration(empty: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []

    def recorded(name: str) -> str:
        ran.append(name)
        return source(name)

    monkeypatch.setattr(migrating, "source", recorded)
    migrate(empty)
    there = [str(path.relative_to(SQL_FOLDER).with_suffix("")) for path in (SQL_FOLDER / "schema").rglob("*.sql")]
    assert sorted(ran) == sorted(there)


def test_a_migration_that_fails_leaves_nothing_behind(empty: Engine) -> None:
    run(empty, "create schema billing")
    with pytest.raises(Exception, match='schema "billing" already exists'):
        migrate(empty)
    assert shape(empty) == []


@pytest.mark.parametrize(
    "statement",
    [
        "create or replace function tv.cell(written no_such_type)",
        "create or replace function tv.cell(written",
    ],
)
def test_a_function_that_is_refused_is_named_and_leaves_nothing_behind(
    empty: Engine, release: Release, statement: str
) -> None:
    release.edit(CELL, "create or replace function tv.cell(written text)", statement)
    with pytest.raises(TextRefused, match=r"refuses include/sql/functions/web/tv\.cell\.sql: (?s:.*)Correct"):
        migrate(empty)
    assert shape(empty) == []


def test_a_database_of_the_old_numbering_is_refused_as_it_is(empty: Engine) -> None:
    run(empty, "create table schema_version (version_num text); insert into schema_version values ('0021')")
    with pytest.raises(OldNumbering, match="table schema_version.*Make a new database.*MULTITV_HOME"):
        migrate(empty)
    assert shape(empty) == []
    assert run(empty, "select relname from pg_class where relnamespace = 'public'::regnamespace") == [
        ("schema_version",)
    ]


@pytest.mark.parametrize("version", [(17, 6), (9, 6, 24)])
def test_a_server_that_is_too_old_is_told_its_version_before_anything_else(
    empty: Engine, version: tuple[int, ...]
) -> None:
    run(empty, "create table schema_version (version_num text)")
    empty.dialect.server_version_info = version
    found = ".".join(map(str, version))
    with pytest.raises(ServerTooOld, match=rf"runs PostgreSQL {found}, and this release needs 18 or newer\. Upgrade"):
        migrate(empty)
    empty.dialect.server_version_info = (18, 0)
    with pytest.raises(OldNumbering):
        migrate(empty)


def test_a_migration_of_a_later_release_runs_after_the_baseline(empty: Engine, release: Release) -> None:
    migrate(empty)
    release.migration("alter table tv.package add column blurb text")
    migrate(empty)
    assert run(empty, "select version_num from schema_migration") == [(NEXT,)]
    assert run(empty, "select blurb from tv.package") == []


def test_what_was_decided_keeps_the_sentences_that_it_was_decided_by(empty: Engine, release: Release) -> None:
    with release.before("0002"):
        migrate(empty)
    run(
        empty,
        "insert into billing.review (due_date, digest, candidates, charges, amount, concerns, decision, decided_by, "
        "decided_at) values ('2026-12-10', '1', 0, 0, 0, array['O total mudou.', 'Outro.'], 'approved', 'Ana', now()), "
        "('2026-12-11', '1', 0, 0, 0, '{}', 'approved', 'Ana', now())",
    )
    migrate(empty)
    first, second = run(empty, "select concerns from billing.review order by id")
    assert [sentence(concern["code"], concern["parameters"]) for concern in first.concerns] == [
        "O total mudou.",
        "Outro.",
    ]
    assert second.concerns == []
    with pytest.raises(Exception, match="append-only"):
        run(empty, "update billing.review set digest = '2'")


def test_what_was_reported_keeps_its_rows_and_keys_in_the_schema_of_its_room(empty: Engine, release: Release) -> None:
    with release.before("0004"):
        migrate(empty)
    run(empty, REPORTED)
    before = {after: run(empty, f"table {name} order by 1, 2, 3") for name, after in MOVED.items()}
    state = run(empty, "select * from dashboard.due_date_state")
    assert all(before.values())
    assert state
    migrate(empty)
    assert {name: run(empty, f"table reports.{name} order by 1, 2, 3") for name in MOVED.values()} == before
    assert run(empty, "select * from reports.due_date_state") == state
    assert run(empty, "select figure, extract(minute from refreshed_at) from reports.refresh order by 1") == [
        ("discrepancy_total", 0),
        ("revenue", 1),
    ]
    assert run(empty, "select tablename from pg_tables where schemaname = 'reports' order by 1") == [
        (name,) for name in sorted([*MOVED.values(), "open_item", "overdue_charge", "platform_request", "refresh"])
    ]
    assert run(empty, "select from pg_namespace where nspname = 'dashboard'") == []
    assert run(empty, "select indexname from pg_indexes where tablename like 'discrepancy%%' order by 1") == [
        ("discrepancy_measured_pkey",),
        ("discrepancy_page",),
        ("discrepancy_pkey",),
        ("discrepancy_total_pkey",),
    ]
    with pytest.raises(Exception, match="discrepancy_total_kind_check"):
        run(empty, "insert into reports.discrepancy_total values ('other', 0, 0)")
    with pytest.raises(Exception, match="discrepancy_measured_change_set_id_fkey"):
        run(empty, "insert into reports.discrepancy_measured (change_set_id, seen_at) values (2, now())")


def test_a_view_that_a_migration_drops_to_change_its_table_comes_back(empty: Engine, release: Release) -> None:
    migrate(empty)
    release.migration(
        "drop view billing.package_state; alter table history.package alter price type numeric(14, 2)",
    )
    migrate(empty)
    assert run(empty, "select price from billing.package_state") == []


def test_a_function_whose_text_changed_is_applied_and_a_grant_too(empty: Engine, release: Release) -> None:
    migrate(empty)
    release.edit(CELL, "'''' || written", "'*' || written")
    (release.sql / "grants" / "billing").mkdir(parents=True)
    (release.sql / "grants" / "billing" / "billing.event.sql").write_text(
        "grant select on billing.event to pg_monitor;"
    )
    migrate(empty)
    assert run(empty, "select tv.cell('=1')") == [("*=1",)]
    assert run(empty, "select has_table_privilege('pg_monitor', 'billing.event', 'select')") == [(True,)]
    written = "select xmin::text from pg_proc where pronamespace = 'billing'::regnamespace order by oid"
    before = run(empty, written)
    migrate(empty)
    assert run(empty, written) == before


HOT = "billing.event_record, finance.posting, finance.invoice, tv.client_package, billing.event, billing.run"


def test_an_up_to_date_database_is_migrated_without_a_lock_on_any_of_its_tables(
    empty: Engine, release: Release
) -> None:
    migrate(empty)
    with locked(empty, HOT, "access exclusive"):
        migrate(impatient(empty))
    release.edit(CELL, "'''' || written", "'*' || written")
    with locked(empty, HOT, "row exclusive"), pytest.raises(DatabaseBusy, match="lock timeout"):
        migrate(impatient(empty))
    assert run(empty, "select tv.cell('=1')") == [("'=1",)]


def test_audit_rows_of_before_are_of_no_transaction(empty: Engine, release: Release) -> None:
    with release.before("0007"):
        migrate(empty)
        run(empty, "insert into tv.contract_change (author, action, client_plan_id, after) "
                   "values ('ana', 'add_point', 1, '{}')")  # fmt: skip
    migrate(empty)
    assert run(empty, "select transaction::text from tv.contract_change") == [("0",)]


def test_triggers_are_applied_anew_while_there_are_partitions(empty: Engine, release: Release) -> None:
    migrate(empty)
    run(empty, EVENT)
    statement = (
        "select tgrelid::regclass::text, tgname, tgenabled, tgparentid <> 0 from pg_trigger where not tgisinternal "
        "order by 1, 2"
    )
    before = run(empty, statement)
    assert ("billing.event_record_2026_12_10", "event_parents_stay", "O", True) in before
    assert ("billing.event_record_2026_12_10", "event_added", "O", False) in before
    release.edit("triggers/billing/billing.event_record.sql", "-- What", "-- Whatever")
    migrate(empty)
    assert run(empty, statement) == before
    with pytest.raises(Exception, match="billing.event_record_2026_12_10 is append-only"):
        run(empty, "delete from billing.event_record")


def test_an_old_signature_that_nobody_dropped_is_named_until_a_migration_drops_it(
    empty: Engine, release: Release
) -> None:
    migrate(empty)
    run(empty, EVENT)
    release.edit(CELL, "tv.cell(written text)", "tv.cell(written text, quoted boolean default true)")
    with pytest.raises(TextMissing) as raised:
        migrate(empty)
    assert "include/sql defines: function tv.cell(text). Add a migration that drops it" in str(raised.value)
    release.migration("drop function tv.cell(text)")
    migrate(empty)
    assert run(empty, "select tv.cell('=1', true)") == [("'=1",)]


@pytest.mark.parametrize(
    ("file", "without", "named"),
    [
        ("functions/web/tv.cell.sql", None, "function tv.cell(text)"),
        ("functions/reports/reports.due_date_state.sql", None, "view reports.due_date_state"),
        (
            "triggers/catalog/tv.catalog_sync.sql",
            None,
            "trigger catalog_sync_never_truncated on table tv.catalog_sync",
        ),
        (
            "triggers/billing/finance.posting_of_plans.sql",
            "create or replace trigger posting_of_plans_never_truncated before truncate on finance.posting_of_plans\n"
            "for each statement execute function billing.refuse_change();",
            "trigger posting_of_plans_never_truncated on table finance.posting_of_plans",
        ),
        ("triggers/billing/billing.event.sql", None, "trigger event_written on view billing.event"),
    ],
)
def test_what_no_file_defines_any_more_is_named(
    empty: Engine, release: Release, file: str, without: str | None, named: str
) -> None:
    migrate(empty)
    run(empty, EVENT)
    if without is None:
        (release.sql / file).unlink()
    else:
        release.edit(file, without, "")
    with pytest.raises(TextMissing) as raised:
        migrate(empty)
    assert f"include/sql defines: {named}. Add a migration that drops it" in str(raised.value)


def test_a_function_that_a_migration_made_without_a_file_is_named_on_a_new_database(
    empty: Engine, release: Release
) -> None:
    release.migration("create function quality.stray() returns void language sql as ''")
    with pytest.raises(TextMissing, match=r"defines: function quality\.stray\(\)"):
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
            "create function erp.of_the_isp() returns void language sql as ''",
        ):
            connection.exec_driver_sql(statement)
    migrate(empty)
    with empty.connect() as connection:
        due = connection.execute(text("select id from billing.due_client_plan('2026-12-10')")).scalars().all()
    assert due == [1]


def test_credits_and_partitions_of_an_earlier_release_are_taken_over(empty: Engine, release: Release) -> None:
    with release.before("0005"):
        migrate(empty)
    run(
        empty,
        "create table billing.event_record_2026_12_10 partition of billing.event_record for values in ('2026-12-10'); "
        "insert into billing.event_record_2026_12_10 (id, run_id, client_plan_id, service_plan_id, client_package_id, "
        "package_id, due_date, reference_month, kind, amount, price_source, reversed) "
        "select 2026121000000000 + id, 1, 7, 1, id, 1, '2026-12-10', '2026-12-01', kind, amount, 'package', reversed "
        "from (values (1, 'charge', 3.00, true), (2, 'reversal', -3.00, false), (3, 'charge', 4.00, true), "
        "(4, 'reversal', -4.00, false)) as event (id, kind, amount, reversed); "
        "insert into billing.correction (event_id, event_due_date, action, reason, author, rebill, reversal_event_id) "
        "values (2026121000000001, '2026-12-10', 'reverse', 'engano', 'Ana', false, 2026121000000002), "
        "(2026121000000003, '2026-12-10', 'reverse', 'engano', 'Ana', false, 2026121000000004); "
        "create table finance.posting_2026_12_10 partition of finance.posting for values in ('2026-12-10'); "
        "alter table finance.posting disable trigger user; "
        "insert into finance.posting (id, invoice_id, kind, amount, billing_event_id, event_due_date, "
        "reverses_posting_id, created_at) values (2026121000000002, 5, 'reversal', -3.00, 2026121000000002, "
        "'2026-12-10', 2026121000000001, '2026-12-11 12:00Z'); "
        "alter table finance.posting enable trigger user",
    )
    migrate(empty)
    stored = (
        "select mod(event_id, 10), credit.amount, rest, invoice_id, posted_at = settled_at "
        "from billing.credit left join billing.credit_posting using (event_id) order by 1"
    )
    assert run(empty, stored) == [
        (2, Decimal("-3.00"), Decimal("0.00"), 5, True),
        (4, Decimal("-4.00"), Decimal("4.00"), None, None),
    ]
    with pytest.raises(Exception, match="billing.event_record_2026_12_10 is append-only"):
        run(empty, "update billing.event_record_2026_12_10 set amount = -5.00 where id = 2026121000000002")
