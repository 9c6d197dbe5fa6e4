"""What was true since when: a state a day, parked and missing contracts, two at once, and whoever may not write it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from include.local.postgres import Server
from multitv.database.engine import DatabaseRefused
from multitv.erp import history
from multitv.erp.facts import ErpEmpty
from multitv.erp.history import ErpIncomplete, Recorded
from multitv.settings import Settings
from tests.support.concurrency import until_waiting
from tests.support.databases import as_owner, as_pipeline, as_screens, own_database
from tests.support.isp import Isp
from tests.support.settings import SETTINGS

FIRST = date(2026, 12, 1)
STATES = {
    "client_plan": "client_plan_id",
    "service_plan": "service_plan_id",
    "service_plan_setting": "service_plan_id",
    "package": "package_id",
    "client_package": "client_package_id",
}


@pytest.fixture
def isp(server: Server, migrated: str) -> Iterator[Isp]:
    with own_database(server, migrated) as engine:
        isp = Isp(engine)
        isp.offer_plans()
        yield isp


def record(isp: Isp, today: date = FIRST, settings: Settings = SETTINGS) -> Recorded:
    """Record as the owner, who may do so for any day."""
    return history.record(as_owner(isp.engine), today, settings)


def days(isp: Isp, table: str, columns: str) -> list[tuple[Any, ...]]:
    """Return the states of a table with their days, the first one from None on, the last one until None."""
    return [
        tuple(row)
        for row in isp.run(
            f"select {columns}, nullif(since, '-infinity'), nullif(until, 'infinity') from history.{table} "  # noqa: S608
            f"order by {STATES[table]}, since"
        )
    ]


def nothing_overlaps(isp: Isp) -> bool:
    """Every state ends where the next one begins, and one is true now."""
    return not any(
        isp.run(
            f"select from (select since, until, "  # noqa: S608
            f"lead(since) over of_one as next, row_number() over of_one as number from history.{table} "
            f"window of_one as (partition by {key} order by since)) as states "
            "where until <> coalesce(next, 'infinity') or (number = 1 and since <> '-infinity')"
        )
        for table, key in STATES.items()
    )


def test_the_first_state_extends_backwards_and_a_change_counts_from_the_day_it_is_seen(isp: Isp) -> None:
    plan = isp.client_plan(due_day=10)
    assert record(isp) == Recorded(known=0, stated=1, changed=1, parked=0, gone=0)
    assert record(isp, FIRST + timedelta(1)) == Recorded(known=1, stated=1, changed=0, parked=0, gone=0)
    isp.run("update erp.client_plan set due_day = 20, status = 'suspended'")
    assert record(isp, date(2026, 12, 5)).changed == 1
    assert days(isp, "client_plan", "client_plan_id, due_day, status") == [
        (plan, 10, "active", None, date(2026, 12, 5)),
        (plan, 20, "suspended", date(2026, 12, 5), None),
    ]
    assert nothing_overlaps(isp)


@pytest.mark.parametrize("days_later", [0, 3])
def test_the_last_state_that_is_seen_on_a_day_is_the_days(isp: Isp, days_later: int) -> None:
    isp.client_plan(due_day=10)
    record(isp)
    changed = FIRST + timedelta(days_later)
    for due_day in (15, 20, 25):
        isp.run("update erp.client_plan set due_day = :day", day=due_day)
        record(isp, changed)
    assert days(isp, "client_plan", "due_day") == [(10, None, changed), (25, changed, None)]
    isp.run("update erp.client_plan set due_day = 10")
    record(isp, changed)
    assert nothing_overlaps(isp)


def test_a_day_that_goes_back_replaces_the_newest_state(isp: Isp) -> None:
    """As when two components have different clocks."""
    isp.client_plan(due_day=10)
    record(isp)
    isp.run("update erp.client_plan set due_day = 20")
    record(isp, date(2026, 12, 5))
    isp.run("update erp.client_plan set due_day = 25")
    record(isp, date(2026, 12, 4))
    assert days(isp, "client_plan", "due_day") == [(10, None, date(2026, 12, 5)), (25, date(2026, 12, 5), None)]


def test_when_a_contract_began_and_ended_counts_as_stated_last(isp: Isp) -> None:
    isp.client_plan(activated_on=date(2026, 1, 1))
    record(isp)
    for cancelled_on in (date(2026, 11, 3), None):
        isp.run("update erp.client_plan set activated_on = '2026-02-01', cancelled_on = :day", day=cancelled_on)
        assert record(isp, date(2026, 12, 5)).changed == 0
        terms = isp.run("select activated_on, cancelled_on, gone_since from history.client_plan_term")
        assert terms == [(date(2026, 2, 1), cancelled_on, None)]


@pytest.mark.parametrize(
    "damage",
    [
        "client_id = null",
        "service_plan_id = null",
        "status = null",
        "status = 'Ativo'",
        "due_day = null",
        "due_day = 0",
        "due_day = 32",
        "activated_on = null",
        "activated_on = 'infinity'",
        "activated_on = '-infinity'",
        "cancelled_on = '-infinity'",
        "client_id = 0",
        "service_plan_id = -1",
    ],
)
def test_a_row_that_is_parked_keeps_its_last_good_state(isp: Isp, damage: str) -> None:
    isp.run("drop table erp.client_plan; create table erp.client_plan (id bigint, client_id bigint, "
            "service_plan_id bigint, status text, due_day int, activated_on date, cancelled_on date)")  # fmt: skip
    parked, other = isp.client_plan(), isp.client_plan()
    record(isp)
    isp.run(f"update erp.client_plan set {damage} where id = :id", id=parked)  # noqa: S608
    isp.run("update erp.client_plan set cancelled_on = '2026-12-01' where id = :id and cancelled_on is null", id=parked)
    isp.run("update erp.client_plan set due_day = 25 where id = :id", id=other)
    assert record(isp, date(2026, 12, 5)) == Recorded(known=2, stated=2, changed=1, parked=1, gone=0)
    [state, *_] = days(isp, "client_plan", "client_plan_id, client_id, service_plan_id, status, due_day")
    assert state == (parked, parked, 1, "active", 10, None, None)
    assert isp.run("select cancelled_on from history.client_plan_term where client_plan_id = :id", id=parked) == [
        (None,)
    ]


def test_rows_that_are_repeated_or_have_no_id_are_parked(isp: Isp) -> None:
    isp.run("drop table erp.client_plan; create table erp.client_plan (id bigint, client_id bigint, "
            "service_plan_id bigint, status text, due_day int, activated_on date, cancelled_on date);"
            "alter table erp.service_plan drop constraint service_plan_pkey, alter column monthly_price drop not null,"
            "alter column id drop not null")  # fmt: skip
    twice = isp.client_plan()
    record(isp)
    isp.run("insert into erp.client_plan select id, client_id, service_plan_id, status, 25, activated_on from "
            "erp.client_plan; insert into erp.client_plan values (null, 1, 1, 'active', 10, '2026-01-01')")  # fmt: skip
    isp.run("insert into erp.service_plan values (1, 'Outro', 99.90), (2, 'Fibra 300', null), (null, 'x', 1)")
    assert record(isp, date(2026, 12, 5)) == Recorded(known=1, stated=1, changed=0, parked=1, gone=0)
    assert days(isp, "client_plan", "client_plan_id, due_day") == [(twice, 10, None, None)]
    assert [price for price, *_ in days(isp, "service_plan", "cast(monthly_price as text)")] == ["149.90", "99.90"]


def test_a_contract_that_the_erp_does_not_show_any_more_is_kept_and_marked(isp: Isp) -> None:
    gone, kept = isp.client_plan(), isp.client_plan()
    record(isp)
    isp.run("delete from erp.client_plan where id = :id", id=gone)
    assert record(isp, date(2026, 12, 5)) == Recorded(known=2, stated=1, changed=0, parked=0, gone=1)
    assert record(isp, date(2026, 12, 6)) == Recorded(known=1, stated=1, changed=0, parked=0, gone=0)
    marked = "select client_plan_id, gone_since from history.client_plan_term order by 1"
    assert isp.run(marked) == [(gone, date(2026, 12, 5)), (kept, None)]
    assert len(days(isp, "client_plan", "client_plan_id")) == 2
    isp.run("insert into erp.client_plan values (:id, :id, 1, 'active', 10, '2026-01-01')", id=gone)
    assert record(isp, date(2026, 12, 7)) == Recorded(known=1, stated=2, changed=0, parked=0, gone=0)
    assert isp.run(marked) == [(gone, None), (kept, None)]


def test_an_erp_that_is_empty_or_shrunken_stops_the_run_and_records_nothing(isp: Isp) -> None:
    isp.run("insert into erp.client_plan select n, n, 1, 'active', 10, '2026-01-01' from generate_series(1, 100) n")
    record(isp)
    isp.run("delete from erp.client_plan where id <= 11; update erp.client_plan set due_day = 20")
    settings = SETTINGS.model_copy(update={"erp_max_wrong": 10, "erp_max_wrong_share": 0.1})
    with pytest.raises(ErpIncomplete, match="Of 100 client plans, 11 are missing .* 0 are wrong .*; more than 10 are"):
        record(isp, date(2026, 12, 5), settings)
    isp.run("insert into erp.client_plan values (11, 11, 1, 'active', 10, '2026-01-01')")
    assert record(isp, date(2026, 12, 5), settings) == Recorded(known=100, stated=90, changed=89, parked=0, gone=10)
    isp.run("delete from erp.client_plan")
    with pytest.raises(ErpEmpty):
        record(isp, date(2026, 12, 6))


@pytest.mark.parametrize(
    "damage",
    [f"monthly_price = {price}" for price in ("'NaN'", "'infinity'", "1e12", "-1", "null")] + ["id = 3"],
)
def test_a_service_plan_that_is_wrong_keeps_its_price_and_its_contracts_count_as_parked(isp: Isp, damage: str) -> None:
    isp.run("alter table erp.service_plan alter column monthly_price type numeric, "
            "alter column monthly_price drop not null")  # fmt: skip
    isp.run("insert into erp.client_plan select n, n, 1, 'active', 10, '2026-01-01' from generate_series(1, 60) n")
    isp.run("insert into erp.client_plan select n, n, 2, 'active', 10, '2026-01-01' from generate_series(61, 100) n")
    record(isp)
    isp.run(f"update erp.service_plan set {damage} where id = 2")  # noqa: S608
    assert record(isp, date(2026, 12, 5)) == Recorded(known=100, stated=100, changed=0, parked=40, gone=0)
    isp.run(f"update erp.service_plan set {damage.replace('id = 3', 'id = 4')} where id = 1")  # noqa: S608
    with pytest.raises(ErpIncomplete, match="Of 100 client plans, 0 are missing .* and 100 are wrong"):
        record(isp, date(2026, 12, 5))
    [(kept, *_), *_] = days(isp, "service_plan", "cast(monthly_price as text)")
    assert kept == "149.90"


def test_a_cancelled_contract_is_recorded_whatever_else_its_row_lacks(isp: Isp) -> None:
    isp.run("alter table erp.client_plan alter column client_id drop not null, alter column due_day drop not null, "
            "alter column activated_on drop not null")  # fmt: skip
    plan = isp.client_plan()
    record(isp)
    isp.run("update erp.client_plan set status = 'cancelled', client_id = null, due_day = null, activated_on = null")
    assert record(isp, date(2026, 12, 5)) == Recorded(known=1, stated=1, changed=1, parked=0, gone=0)
    assert days(isp, "client_plan", "client_plan_id, status, due_day")[-1] == (
        plan, "cancelled", None, date(2026, 12, 5), None
    )  # fmt: skip


def test_the_pipeline_cannot_move_today_by_a_time_zone(isp: Isp) -> None:
    isp.client_plan()
    with as_pipeline(isp.engine).begin() as connection:
        connection.exec_driver_sql("set local timezone = 'X+167'")
        moved = connection.exec_driver_sql("select current_date").scalar_one()
        with pytest.raises(DBAPIError, match="today is not"):
            connection.execute(text("select history.record(:today)"), {"today": moved})


def test_what_the_isp_set_of_its_offer_is_recorded_too(isp: Isp) -> None:
    package = isp.package("29.90")
    own = isp.sell(isp.client_plan(), package, "19.90")
    plain = isp.sell(isp.client_plan(), package)
    record(isp)
    isp.run("update tv.package set price = 39.90, extra = false where id = :id", id=package)
    isp.run("update tv.client_package set price = null where id = :id", id=own)
    isp.run("update tv.service_plan_setting set allows_tv = false where service_plan_id = 1")
    isp.run("update erp.service_plan set monthly_price = 159.90 where id = 1")
    record(isp, date(2026, 12, 5))
    on = date(2026, 12, 5)
    money = "cast(price as text)"
    assert days(isp, "package", f"{money}, extra, active") == [
        ("29.90", True, True, None, on),
        ("39.90", False, True, on, None),
        (None, False, True, None, None),
    ]
    assert days(isp, "client_package", f"client_package_id, {money}") == [
        (own, "19.90", None, on),
        (own, None, on, None),
        (plain, None, None, None),
    ]
    assert days(isp, "service_plan_setting", "service_plan_id, allows_tv") == [
        (1, True, None, on),
        (1, False, on, None),
        (2, False, None, None),
    ]
    assert days(isp, "service_plan", "service_plan_id, cast(monthly_price as text)") == [
        (1, "149.90", None, on),
        (1, "159.90", on, None),
        (2, "99.90", None, None),
    ]
    assert nothing_overlaps(isp)


def test_two_that_record_at_once_record_once(isp: Isp) -> None:
    isp.client_plan()
    with ThreadPoolExecutor(1) as pool, as_owner(isp.engine).connect() as first:
        with first.begin():
            first.execute(text("select history.record(:today)"), {"today": FIRST})
            second = pool.submit(record, isp)
            until_waiting(isp.engine)
        assert second.result() == Recorded(known=1, stated=1, changed=0, parked=0, gone=0)
    assert nothing_overlaps(isp)


def test_the_pipeline_records_today_and_nothing_else(isp: Isp) -> None:
    isp.client_plan()
    pipeline = as_pipeline(isp.engine)
    with pipeline.connect() as connection:
        today = connection.execute(text("select current_date")).scalar_one()
    for other in (today - timedelta(2), today + timedelta(2)):
        with pytest.raises(DBAPIError, match="today is not"):
            history.record(pipeline, other, SETTINGS)
    history.record(pipeline, today, SETTINGS)
    for engine in (pipeline, as_screens(isp.engine)):
        for statement in (
            "insert into history.package values (1, true, true, 1, '-infinity')",
            "update history.client_plan set due_day = 20",
            "delete from history.client_plan_term",
            "truncate history.service_plan",
            "select history.keep('history.package', 'select id, true, true, 0 from tv.package', current_date)",
        ):
            with pytest.raises(DBAPIError, match="permission denied"), engine.begin() as connection:
                connection.execute(text(statement))
    with pytest.raises(DatabaseRefused, match="permission denied"):
        history.record(as_screens(isp.engine), today, SETTINGS)
