"""Partitions of closed due dates become one a month and one a year, and nobody notices but the planner."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from multitv.billing import correction
from multitv.maintenance.merge import merge_partitions
from multitv.quality import books
from tests.maintenance.conftest import DUE_DATES, MONTHS_OVER, YEAR_OVER
from tests.support.concurrency import at_once
from tests.support.isp import Isp
from tests.support.settings import SETTINGS

PARENTS = ("billing.event_record", "finance.posting", "finance.posting_of_plans")

# Of one partition of each parent.
SHAPES = """
select
    parent,
    array(
        select regexp_replace(pg_get_indexdef(indexrelid), 'INDEX .* USING', '')
        from pg_index where indrelid = part order by 1
    ),
    array(
        select conname from pg_constraint
        where conrelid = part and contype = 'c' order by 1
    ),
    array(select tgname from pg_trigger where tgrelid = part order by 1)
from unnest(cast(:parents as text[])) as parent, lateral (
    select min(partition::oid)::regclass as part from billing.partition_dates(parent::regclass) where dates <> '{}'
) as one
order by 1
"""


def merged(isp: Isp, today: date = YEAR_OVER) -> list[str | None]:
    """Merge; return for each merge why it was left."""
    done = merge_partitions(isp.engine, SETTINGS, today, dry_run=False)
    return [item.left.code if item.left else None for item in done]


def partitions(isp: Isp, parent: str) -> dict[str, list[date]]:
    """The partitions that have dates, and these."""
    rows = isp.run(
        "select partition::text, dates from billing.partition_dates(cast(:parent as regclass)) where dates <> '{}'",
        parent=parent,
    )
    return {row[0].split(".")[1]: row[1] for row in rows}


def test_due_dates_of_a_month_that_is_over_become_one_partition(billed: Isp) -> None:
    before = billed.tables()
    assert merged(billed, date(2026, 12, 1)) == [None, None]
    assert partitions(billed, "billing.event_record") == {
        "event_record_2026_11": list(DUE_DATES[:2]),
        "event_record_2026_12_10": [DUE_DATES[2]],
        "event_record_2026_12_20": [DUE_DATES[3]],
    }
    assert merged(billed, MONTHS_OVER) == [None, None]
    assert set(partitions(billed, "finance.posting")) == {"posting_2026_11", "posting_2026_12"}
    assert merged(billed, date(2027, 2, 28)) == []
    assert billed.tables() == before


def test_a_year_that_is_long_over_becomes_one_partition_from_months_or_due_dates(billed: Isp) -> None:
    before = billed.tables()
    assert merged(billed, date(2026, 12, 1)) == [None, None]
    assert merged(billed) == [None, None, None]
    assert partitions(billed, "billing.event_record") == {"event_record_2026": list(DUE_DATES)}
    assert partitions(billed, "finance.posting") == {"posting_2026": list(DUE_DATES)}
    assert partitions(billed, "finance.posting_of_plans") == {
        "posting_of_plans_2026": [date(2026, 11, 1), date(2026, 12, 1)]
    }
    assert merged(billed) == []
    assert billed.tables() == before


def test_a_due_date_that_is_not_closed_is_left_apart_and_named(billed: Isp, caplog: pytest.LogCaptureFixture) -> None:
    billed.run(
        "update billing.run set status = 'saved', closed_at = null where kind = 'tv' and due_date = '2026-11-10'"
    )
    caplog.set_level("INFO")
    assert merged(billed) == [None, None, None]
    assert sorted(partitions(billed, "billing.event_record").values()) == [[DUE_DATES[0]], list(DUE_DATES[1:])]
    assert "há faturamento que não está fechado" in caplog.text
    assert "| Eventos     | 10/11/2026         |" in caplog.text


def test_plan_fees_wait_until_every_standard_billing_of_their_month_is_closed(billed: Isp) -> None:
    billed.run("insert into billing.run (kind, due_date, status) values ('standard', '2026-12-05', 'open')")
    assert merged(billed) == [None, None]
    assert len(partitions(billed, "finance.posting_of_plans")) == 2


def test_a_dry_run_says_what_it_would_do_and_changes_nothing(billed: Isp, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    before = partitions(billed, "finance.posting")
    done = merge_partitions(billed.engine, SETTINGS, YEAR_OVER, dry_run=True)
    assert [item.merge.parent for item in done] == list(PARENTS)
    assert "# Junção de partições (simulação: nada foi mudado)" in caplog.text
    assert partitions(billed, "finance.posting") == before


def test_a_straggler_is_merged_into_the_year_that_exists(billed: Isp) -> None:
    assert merged(billed) == [None, None, None]
    late = date(2026, 12, 15)
    billed.sell(billed.client_plan(due_day=15), billed.package("5.00"))
    billed.bill(late)
    assert len(partitions(billed, "billing.event_record")) == 2
    before = billed.tables()
    assert merged(billed) == [None, None]
    assert partitions(billed, "billing.event_record") == {"event_record_2026": sorted([*DUE_DATES, late])}
    assert billed.tables() == before


def test_a_late_run_a_correction_and_its_credit_reach_a_merged_due_date(billed: Isp) -> None:
    assert merged(billed) == [None, None, None]
    due_date = DUE_DATES[1]
    billed.sell(billed.client_plan(due_day=20), billed.package("7.00"))
    billed.bill(due_date)
    [event, other] = billed.run(
        "select id from billing.event where due_date = :due and amount = 29.90 order by id limit 2", due=due_date
    )
    assert correct(billed, event[0]).posted
    billed.run("update finance.invoice set status = 'paid' where due_date <= :due", due=due_date)
    assert correct(billed, other[0]).posted
    billed.bill(due_date)
    assert billed.run("select status, count(*) from billing.event where due_date = :d group by 1", d=due_date) == [
        ("processed", 9)
    ]
    assert partitions(billed, "billing.event_record") == {"event_record_2026": list(DUE_DATES)}
    assert list(partitions(billed, "finance.posting_of_plans")) == ["posting_of_plans_2026"]
    assert billed.run("select count(*) from finance.posting_of_plans where fee_month = '2026-11-01'") == [(7,)]
    check_books(billed)
    assert merged(billed) == []


def test_what_is_written_to_a_merged_partition_is_checked_as_before(billed: Isp) -> None:
    assert merged(billed) == [None, None, None]
    for forged in (
        "insert into {} select * from billing.event_record where due_date = '2026-11-10' limit 1",
        "update {} set amount = 1",
        "delete from {}",
        "truncate {}",
    ):
        for table in ("billing.event_record", "billing.event_record_2026"):
            with pytest.raises(IntegrityError):
                billed.run(forged.format(table))
    with pytest.raises(IntegrityError):
        billed.run(
            "insert into finance.posting_of_plans_2026 (invoice_id, kind, amount, fee_client_plan_id, fee_month) "
            "select 0, kind, amount, fee_client_plan_id, fee_month from finance.posting_of_plans limit 1"
        )


def test_the_partition_has_the_keys_constraints_and_triggers_that_one_of_a_due_date_has(billed: Isp) -> None:
    shapes = []
    for _ in range(2):
        shapes.append(billed.run(SHAPES, parents=list(PARENTS)))
        merged(billed)
    assert shapes[0] == shapes[1]


def test_a_name_that_is_taken_is_not_in_the_way(billed: Isp) -> None:
    billed.run("create table billing.event_record_2026 ()")
    billed.run("create view billing.event_record_merging as select 1 as one")
    billed.run("create type finance.posting_2026 as enum ()")
    assert merged(billed) == [None, None, None]
    assert list(partitions(billed, "billing.event_record")) == ["event_record_2026_2"]
    assert list(partitions(billed, "finance.posting")) == ["posting_2026_2"]


def test_what_depends_on_a_partition_leaves_it_as_it_is(billed: Isp) -> None:
    billed.run("create view public.mine as select * from billing.event_record_2026_11_10")
    assert merged(billed) == ["merge_depended_on", None, None]
    assert len(partitions(billed, "billing.event_record")) == 4
    assert no_leftovers(billed)


def test_two_maintenances_at_once_are_one(billed: Isp) -> None:
    before = billed.tables()
    done = at_once(*[lambda: merged(billed)] * 2)
    assert sorted(done, key=len) == [[], [None, None, None]]
    assert billed.tables() == before


def test_the_books_hold_for_every_due_date(billed: Isp) -> None:
    merged(billed)
    check_books(billed)


@pytest.mark.proof
def test_a_year_of_daily_due_dates_is_attached_without_a_scan(isp: Isp) -> None:
    """PostgreSQL proves nothing about the elements of a list of more than a hundred: the two lists must be equal."""
    isp.run(
        "insert into billing.run (kind, due_date, status, closed_at) "
        "select 'tv', date '2026-01-01' + day, 'closed', now() from generate_series(0, 364) as day"
    )
    isp.run(
        "do 'begin for day in 0..364 loop execute format(''create table billing.of_day_%s partition of "
        "billing.event_record for values in (%L)'', day, date ''2026-01-01'' + day); end loop; end'"
    )
    for month in range(1, 13):
        first = date(2026, month, 1)
        isp.run("select finance.open_fee_month(:first), finance.close_fee_month(:first)", first=first)
    isp.run(
        "insert into billing.run (kind, due_date, status, closed_at) select 'standard', due_date, status, closed_at "
        "from billing.run where kind = 'tv'"
    )
    with messages(isp) as said:
        assert merged(isp) == [None, None]
    proofs = [line for line in said if "is implied by existing constraints" in line]
    assert len(proofs) == 2, [line for line in said if "constraint" in line]
    # While the copies get their constraints.
    assert len([line for line in said if line.startswith("verifying table")]) == 2
    for parent, dates in (("billing.event_record", 365), ("finance.posting_of_plans", 12)):
        assert [len(found) for found in partitions(isp, parent).values()] == [dates]


def test_the_partitions_of_all_three_tables_are_attached_without_a_scan(billed: Isp) -> None:
    with messages(billed) as said:
        assert merged(billed) == [None, None, None]
    assert len([line for line in said if "is implied by existing constraints" in line]) == 3


def test_a_merge_that_is_a_day_old_is_discarded(billed: Isp) -> None:
    found = [f"billing.{name}" for name in partitions(billed, "billing.event_record")]
    [(number,)] = billed.run(
        "select billing.build_merge('billing.event_record', cast(cast(:found as text[]) as regclass[]))", found=found
    )
    billed.run("update billing.partition_merge set built_at = built_at - interval '25 hours'")
    assert billed.run("select billing.compare_merge(:number)", number=number) == [(False,)]
    assert no_leftovers(billed)


@contextmanager
def messages(isp: Isp) -> Iterator[list[str]]:
    """What PostgreSQL says to connections that are made meanwhile, down to what it proved."""
    said: list[str] = []

    def listen(connection: Any, _: object) -> None:
        connection.add_notice_handler(lambda notice: said.append(notice.message_primary))
        connection.execute("set client_min_messages = debug1")
        connection.commit()

    isp.engine.dispose()
    event.listen(isp.engine, "connect", listen)
    try:
        yield said
    finally:
        event.remove(isp.engine, "connect", listen)
        isp.engine.dispose()


def correct(isp: Isp, number: int) -> correction.Corrected:
    return correction.correct(isp.engine, number, "reverse", reason="engano", author="Ana")


def check_books(isp: Isp) -> None:
    for due_date in DUE_DATES:
        books.check(isp.engine, books.BOOKS, due_date)


def no_leftovers(isp: Isp) -> bool:
    built = isp.run("select relname from pg_class where relname like '%\\_merging'")
    return not built and not isp.run("select id from billing.partition_merge")
