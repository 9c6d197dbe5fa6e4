"""What is older than its setting goes, in batches; what is younger, or still referred to, stays."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from multitv.billing import preview
from multitv.maintenance import retention
from multitv.maintenance.retention import delete_old
from multitv.maintenance.statistics import analyze_tables
from tests.maintenance.conftest import DUE_DATES
from tests.maintenance.test_merge import check_books
from tests.support.concurrency import at_once
from tests.support.isp import Isp
from tests.support.settings import SETTINGS

FUNCTIONS = {
    "billing.delete_old_previews": 7,
    "billing.delete_old_exclusions": 62,
    "billing.delete_old_late_changes": 7,
    "quality.delete_old_offenders": 62,
    "tv.delete_old_catalog_syncs": 62,
    "reconciliation.delete_old_change_sets": 62,
}
# Old enough for every setting, and not.
OLD, YOUNG = timedelta(500), timedelta(6)

# However late it is when this runs, the due dates of the fixture are younger, but not this one.
LONGEST, LONG_AGO = SETTINGS.model_copy(update={"keep_exclusions_days": 36_500}), date(1900, 1, 1)


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "ROWS_AT_A_TIME", 2)


def deleted(isp: Isp, *, dry_run: bool = False) -> dict[str, int]:
    return {item.kind: item.rows for item in delete_old(isp.engine, SETTINGS, dry_run=dry_run) if item.rows}


def count(isp: Isp, table: str) -> int:
    return int(isp.run(f"select count(*) from {table}")[0][0])  # noqa: S608


def test_nothing_is_old_on_the_first_day(isp: Isp) -> None:
    assert deleted(isp) == deleted(isp, dry_run=True) == {}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_is_younger_than_the_floor_is_never_deleted(isp: Isp, function: str) -> None:
    for days in (FUNCTIONS[function] - 1, 0, -1, None):
        with pytest.raises(IntegrityError, match="nothing younger"):
            isp.run(f"select {function}(:days, 10)", days=days)
    assert isp.run(f"select {function}(:days, 10)", days=FUNCTIONS[function]) == [(0,)]


def test_old_lists_go_with_their_lines(isp: Isp) -> None:
    for due_date in DUE_DATES:
        preview.store(isp.engine, due_date, SETTINGS)
    isp.run("update billing.preview set created_at = now() - :old where due_date < '2026-12-20'", old=OLD)
    assert deleted(isp, dry_run=True) == {"previews": 3}
    assert deleted(isp) == {"previews": 3}
    assert isp.run("select due_date from billing.preview") == [(DUE_DATES[3],)]
    assert isp.run("select count(*) from pg_inherits where inhparent = 'billing.preview_line'::regclass") == [(1,)]


def test_exclusions_of_old_due_dates_become_numbers_and_the_books_still_hold(billed: Isp) -> None:
    assert count(billed, "billing.exclusion") == 12
    move = (
        "alter table billing.run disable trigger user; update billing.run set due_date = '{to}' where kind = 'tv' and "
        "due_date = '{of}'; alter table billing.run enable trigger user"
    )
    billed.run(move.format(of=DUE_DATES[0], to=LONG_AGO))
    assert {item.kind: item.rows for item in delete_old(billed.engine, LONGEST, dry_run=True)}["exclusions"] == 3
    assert {item.kind: item.rows for item in delete_old(billed.engine, LONGEST, dry_run=False)}["exclusions"] == 3
    billed.run(move.format(of=LONG_AGO, to=DUE_DATES[0]))
    assert billed.run("select service_plan_id, reason, client_packages from billing.exclusion_sum") == [
        (1, "no_price", 3)
    ]
    assert count(billed, "billing.exclusion") == 9
    check_books(billed)
    billed.bill(DUE_DATES[0])
    assert count(billed, "billing.exclusion_sum") == 0
    assert count(billed, "billing.exclusion") == 12
    check_books(billed)


def test_exclusions_of_a_run_that_is_not_closed_stay(billed: Isp) -> None:
    billed.run(
        "alter table billing.run disable trigger user; "
        "update billing.run set status = 'saved', closed_at = null, due_date = due_date - 10000 where kind = 'tv'; "
        "alter table billing.run enable trigger user"
    )
    assert "exclusions" not in deleted(billed)


def test_old_change_sets_go_but_those_that_something_refers_to(isp: Isp) -> None:
    for number in range(1, 8):
        isp.run("insert into reconciliation.snapshot (taken_at) values (now() - :old)", old=OLD)
        isp.run(
            "insert into reconciliation.change_set (snapshot_id, snapshot_hash, today, status, created_at) "
            "values (:number, '', '2026-01-01', :status, now() - :old)",
            number=number,
            status="verified" if number <= 3 else "planned",
            old=YOUNG if number == 6 else OLD,
        )
        for order in (1, 2, 3):
            isp.run(
                "insert into reconciliation.operation (change_set_id, client_plan_id, number, action, reason) "
                "values (:number, 1, :order, 'create', '')",
                number=number,
                order=order,
            )
    isp.run("insert into reconciliation.difference (change_set_id, client_plan_id, action) values (1, 1, 'create')")
    isp.run("insert into reports.discrepancy_measured (change_set_id, seen_at) values (4, now())")
    # 1, 2 and 5 with three operations each and their snapshots, and a difference.
    assert deleted(isp, dry_run=True) == {"change_sets": 12}
    assert deleted(isp) == {"change_sets": 16}
    assert [row[0] for row in isp.run("select id from reconciliation.change_set order by id")] == [3, 4, 6, 7]
    assert count(isp, "reconciliation.operation") == 12
    assert count(isp, "reconciliation.snapshot") == 4


def test_old_catalogue_syncs_go_but_the_last_that_was_merged(isp: Isp) -> None:
    for number in range(1, 5):
        isp.run(
            "insert into tv.catalog_sync (status, started_at, merged_at) "
            "values (:status, now() - :old, case when :status = 'merged' then now() end)",
            status="staged" if number == 4 else "merged",
            old=OLD,
        )
        for _ in range(3):
            isp.run(
                "insert into tv.catalog_change (catalog_sync_id, entity, platform_uid, change) "
                "values (:number, 'channel', 'x', 'added')",
                number=number,
            )
        isp.run(
            "insert into tv.quarantine (catalog_sync_id, entity, reasons, content) "
            "values (:number, 'channel', '[]', '{}')",
            number=number,
        )
    assert deleted(isp, dry_run=True) == {"catalog_syncs": 10}
    assert deleted(isp) == {"catalog_syncs": 10}
    assert [row[0] for row in isp.run("select id from tv.catalog_sync order by id")] == [3, 4]


def test_old_offenders_and_notes_of_late_changes_go(isp: Isp) -> None:
    isp.run(
        "insert into quality.offender (check_name, due_date, offender, found_at) values "
        "('a', current_date - 500, 'x', now() - :old), ('a', current_date - 500, 'y', now()), "
        "('a', current_date, 'z', now() - :old), ('a', null, 'z', now() - :old)",
        old=OLD,
    )
    for age in (OLD, YOUNG):
        isp.run("insert into billing.late_change (due_date, made_at) values ('2020-01-10', now() - :age)", age=age)
    assert deleted(isp, dry_run=True) == deleted(isp) == {"offenders": 1, "late_changes": 1}
    assert (count(isp, "quality.offender"), count(isp, "billing.late_change")) == (3, 1)


def test_alerts_and_failures_that_have_long_been_over_go_with_what_was_told(isp: Isp) -> None:
    isp.run(
        "insert into alerts.alert (kind, key, over_at) values ('months_open', '', now() - cast(:old as interval)), "
        "('months_open', '', now() - cast(:young as interval)), ('months_open', '', null)",
        old=OLD,
        young=YOUNG,
    )
    isp.run("insert into alerts.told (alert_id, channel, told_at) select id, 'x', now() from alerts.alert")
    isp.run(
        "insert into alerts.failure (dag_id, dag_name, task_id, task_name, run_id, map_index, code, failed_at, "
        "over_at) select 'd', 'd', 't', 't', 'r', n, 'x', now() - cast(:old as interval), "
        "case when n > 1 then now() - cast(:old as interval) end from generate_series(1, 6) as n",
        old=OLD,
    )
    assert deleted(isp, dry_run=True) == deleted(isp) == {"alerts": 6}
    assert [count(isp, f"alerts.{table}") for table in ("alert", "told", "failure")] == [2, 2, 1]


def test_two_at_once_delete_what_one_deletes(billed: Isp) -> None:
    billed.run(
        "insert into billing.late_change (due_date, made_at) "
        "select '2020-01-10', now() - :old from generate_series(1, 50)",
        old=OLD,
    )
    done = at_once(*[lambda: deleted(billed)] * 2)
    assert sum(item.get("late_changes", 0) for item in done) == 50


def test_partitioned_tables_get_statistics_and_sizes_are_reported(
    billed: Isp, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    statistics = "select count(*) from pg_stats where inherited and schemaname || '.' || tablename = 'finance.invoice'"
    assert "finance.posting" in analyze_tables(billed.engine, dry_run=True)
    assert "simulação" in caplog.text
    assert "atualizadas: 0." in caplog.text
    analyzed = analyze_tables(billed.engine, dry_run=False)
    assert {"billing.event_record", "finance.posting", "finance.posting_of_plans", "billing.preview_line"} <= set(
        analyzed
    )
    assert billed.run(statistics.replace("finance.invoice", "finance.posting_of_plans"))[0][0] > 0
    assert "finance.invoice" not in analyzed
    billed.run(
        "insert into finance.invoice (client_plan_id, due_date) "
        "select number, '2026-12-10' from generate_series(100, 9000) as number"
    )
    billed.run("select pg_stat_force_next_flush()")
    assert "finance.invoice" in analyze_tables(billed.engine, dry_run=False)
    assert "| Financeiro " in caplog.text
