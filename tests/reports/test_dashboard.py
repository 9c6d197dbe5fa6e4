"""The dashboard's figures are those that counting everything by hand gives, also when little is counted anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from include.local.postgres import Server
from include.sandbox.population.seed import seed
from multitv.billing import tv
from multitv.billing.correction import correct
from multitv.offer.billing_policy import Policy, set_policy
from multitv.reports import dashboard
from tests.support.databases import as_pipeline, as_screens, own_database
from tests.support.isp import Isp
from tests.support.settings import SETTINGS, TODAY

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
CLOSED, LATER, PENDING = date(2026, 11, 5), date(2026, 11, 10), date(2026, 11, 25)
FIRST = 2026110500000001
REVENUE = (
    "select event.reference_month, event.package_id, sum(case posting.kind when 'tv_package' then 1 else -1 end), "
    "sum(posting.amount) from finance.posting join billing.event on event.id = billing_event_id group by 1, 2 order by "
    "1, 2"
)
STATUS = (
    "select due_date, status, count(*), sum(amount) from billing.event where due_date >= '2025-11-01' "
    "group by 1, 2 order by 1, 2"
)


@pytest.fixture(scope="module")
def billed(server: Server, migrated: str) -> Iterator[str]:
    """The name of a database with a hundred and fifty clients, two due dates settled and one saved."""
    with own_database(server, migrated) as engine:
        seed(engine, 150, TODAY)
        for due_date in (CLOSED, LATER):
            Isp(as_pipeline(engine)).bill(due_date)
        tv.save(as_pipeline(engine), PENDING, SETTINGS)
        yield str(engine.url.database)


@pytest.fixture
def isp(server: Server, billed: str) -> Iterator[Isp]:
    with own_database(server, billed) as engine:
        yield Isp(as_pipeline(engine), count(1_000_000))


def refresh(isp: Isp, today: date = TODAY) -> int:
    summed = dashboard.refresh_billing(isp.engine, today)
    dashboard.refresh_contracts(isp.engine, today)
    dashboard.refresh_reconciliation(isp.engine, today, SAO_PAULO)
    dashboard.refresh_open_items(isp.engine, today)
    return summed


def shown(isp: Isp) -> dict[str, list[Any]]:
    return {
        "revenue": isp.run("select * from reports.revenue order by 1, 2"),
        "event_status": isp.run("select * from reports.event_status order by 1, 2"),
        "package_clients": isp.run("select * from reports.package_clients order by kind, package_id"),
        "discrepancy_total": isp.run("select * from reports.discrepancy_total order by 1"),
        "operation": isp.run("select * from reports.operation order by 1, 2, 3"),
        "open_item": isp.run("select * from reports.open_item order by 1, 2, 3, 4"),
    }


def counted(isp: Isp, today: date) -> dict[tuple[int, str], tuple[int, Decimal]]:
    """Client plans and reais a month of each package, counted one by one."""

    def on_that_day(since: date, until: date | None) -> bool:
        return since <= today and (until is None or until > today)

    tabs = {tab.service_plan_id: tab for tab in isp.run("select * from tv.service_plan_setting") if tab.allows_tv}
    contracts = {
        contract.id: tabs[contract.service_plan_id].package_id
        for contract in isp.run("select * from erp.client_plan where status = 'active'")
        if contract.service_plan_id in tabs and on_that_day(contract.activated_on, contract.cancelled_on)
    }
    extras = {package.id: package.price for package in isp.run("select * from tv.package where extra")}
    found = [((package, "included"), Decimal()) for package in contracts.values()]
    for sold in isp.run("select * from tv.client_package"):
        if (
            sold.client_plan_id in contracts
            and sold.package_id in extras
            and on_that_day(sold.added_on, sold.cancelled_on)
        ):
            price = extras[sold.package_id] if sold.price is None else sold.price
            found.append(((sold.package_id, "extra"), price or Decimal()))
    return {
        key: (sum(1 for of, _ in found if of == key), sum((amount for of, amount in found if of == key), Decimal()))
        for key, _ in found
    }


def test_revenue_and_events_are_what_the_books_say(isp: Isp) -> None:
    refresh(isp)
    assert shown(isp)["revenue"] == isp.run(REVENUE)
    assert shown(isp)["event_status"] == isp.run(STATUS)
    assert {(row.due_date, row.status) for row in shown(isp)["event_status"]} >= {
        (CLOSED, "processed"),
        (PENDING, "pending"),
    }
    assert sum(row.amount for row in shown(isp)["revenue"]) > 0


def test_refreshing_twice_gives_the_same_and_sums_only_what_may_have_changed(isp: Isp) -> None:
    assert refresh(isp) == 3
    before = shown(isp)
    assert refresh(isp) == 1
    assert shown(isp) == before


def test_a_reversal_of_long_ago_takes_its_amount_from_its_month(isp: Isp) -> None:
    refresh(isp)
    before = {row.package_id: row for row in shown(isp)["revenue"]}
    [(package, amount)] = isp.run("select package_id, amount from billing.event where id = :id", id=FIRST)
    correct(isp.engine, FIRST, "reverse", reason="engano", author="Ana")
    assert refresh(isp, date(2027, 9, 1)) == 2
    after = {row.package_id: row for row in shown(isp)["revenue"]}
    assert after[package].amount == before[package].amount - amount
    assert after[package].postings == before[package].postings - 1
    assert shown(isp)["revenue"] == isp.run(REVENUE)
    assert shown(isp)["event_status"] == isp.run(STATUS)


def test_a_reversal_counts_when_an_invoice_carries_it(isp: Isp) -> None:
    refresh(isp)
    before = shown(isp)["revenue"]
    isp.run("update finance.invoice set status = 'paid'")
    correct(isp.engine, FIRST, "reverse", reason="engano", author="Ana")
    refresh(isp)
    assert shown(isp)["revenue"] == before
    assert shown(isp)["event_status"] == isp.run(STATUS)
    isp.run("update finance.invoice set status = 'open'")
    tv.settle(isp.engine, LATER, SETTINGS)
    refresh(isp)
    assert shown(isp)["revenue"] == isp.run(REVENUE) != before


def test_a_due_date_that_was_opened_and_closed_again_is_summed_again(isp: Isp) -> None:
    refresh(isp)
    plan = isp.client_plan(due_day=5, service_plan=4)
    isp.sell(plan, isp.package("12.00"), added_on=date(2026, 11, 1))
    isp.bill(CLOSED)
    assert refresh(isp) == 2
    assert shown(isp)["revenue"] == isp.run(REVENUE)


def test_revenue_belongs_to_the_month_that_was_charged(isp: Isp) -> None:
    set_policy(as_screens(isp.engine), "Ana", Policy(timing="arrears"))
    isp.bill(date(2026, 11, 15))
    refresh(isp)
    assert {row.month for row in shown(isp)["revenue"]} == {date(2026, 10, 1), date(2026, 11, 1)}
    assert shown(isp)["revenue"] == isp.run(REVENUE)


def test_events_are_shown_of_a_year_and_revenue_for_ever(isp: Isp) -> None:
    refresh(isp, date(2028, 1, 1))
    assert shown(isp)["event_status"] == []
    assert shown(isp)["revenue"] == isp.run(REVENUE)


@pytest.mark.parametrize("today", [TODAY, date(2027, 6, 1)])
def test_a_package_has_the_clients_that_have_it_that_day(isp: Isp, today: date) -> None:
    dashboard.refresh_contracts(isp.engine, today)
    rows = shown(isp)["package_clients"]
    assert {(row.package_id, row.kind): (row.client_plans, row.amount) for row in rows} == counted(isp, today)
    assert {row.kind for row in rows} == {"included", "extra"}


def change_set(isp: Isp, created_at: str, *operations: tuple[int, str, str]) -> int:
    """A change set that was made at some time, with a service operation of each client plan, action and status."""
    made: int = isp.run(
        "with taken as (insert into reconciliation.snapshot (subscribers) values (0) returning id) "
        "insert into reconciliation.change_set (snapshot_id, snapshot_hash, today, created_at) select id, '', :day, "
        ":at from taken returning id",
        day=TODAY,
        at=created_at,
    )[0][0]
    for number, (client_plan, action, status) in enumerate(operations):
        isp.run(
            "insert into reconciliation.operation (change_set_id, client_plan_id, number, action, target, reason, "
            "status, outcome_code, done_at) values (:change_set, :client_plan, :number, :action, 'svc', '', :status, "
            "'', case when :status <> 'planned' then now() end)",
            change_set=made,
            client_plan=client_plan,
            number=number,
            action=action,
            status=status,
        )
    return made


def test_the_same_operation_of_a_day_counts_once_as_it_ended_in_the_isps_time_zone(isp: Isp) -> None:
    # Half past eleven at night in São Paulo, and half past midnight.
    change_set(isp, "2026-11-22T02:30Z", (1, "add_service", "rejected"), (2, "add_service", "applied"))
    change_set(isp, "2026-11-22T03:30Z", (1, "add_service", "rejected"), (1, "end_service", "planned"))
    change_set(isp, "2026-11-22T04:30Z", (1, "add_service", "rejected"), (3, "add_service", "applied"))
    change_set(isp, "2026-11-23T02:30Z", (1, "add_service", "applied"))
    change_set(isp, "2026-10-24T02:59Z", (1, "add_service", "applied"))
    change_set(isp, "2026-10-24T03:00Z", (1, "add_service", "applied"))
    refresh(isp)
    assert [tuple(row) for row in shown(isp)["operation"]] == [
        (date(2026, 10, 24), "add_service", "applied", 1),
        (date(2026, 11, 21), "add_service", "applied", 1),
        (date(2026, 11, 21), "add_service", "rejected", 1),
        (date(2026, 11, 22), "add_service", "applied", 2),
        (date(2026, 11, 22), "end_service", "planned", 1),
    ]


def test_discrepancies_are_summed_by_kind_once_they_were_measured(isp: Isp) -> None:
    refresh(isp)
    assert shown(isp)["discrepancy_total"] == []
    made = change_set(isp, "2026-11-22T02:30Z")
    package = isp.package()
    isp.run("insert into reports.discrepancy_measured (change_set_id, seen_at) values (:id, now())", id=made)
    for kind, client_plan, amount in (
        ("sold_not_active", 1, "29.90"),
        ("sold_not_active", 2, "10.05"),
        ("billed_not_active", 1, "29.90"),
    ):
        isp.run("insert into reports.discrepancy values (:id, :kind, :client_plan, :package, :amount, '')",
                id=made, kind=kind, client_plan=client_plan, package=package, amount=amount)  # fmt: skip
    refresh(isp)
    assert [tuple(row) for row in shown(isp)["discrepancy_total"]] == [
        ("active_not_billed", 0, Decimal("0.00")),
        ("billed_not_active", 1, Decimal("29.90")),
        ("sold_not_active", 2, Decimal("39.95")),
    ]


def test_every_figure_says_when_it_was_worked_out(isp: Isp) -> None:
    refresh(isp)
    first = dict(map(tuple, isp.run("select figure, refreshed_at from reports.refresh")))
    assert first.keys() == shown(isp).keys()
    refresh(isp)
    second = dict(map(tuple, isp.run("select figure, refreshed_at from reports.refresh")))
    assert all(second[figure] > first[figure] for figure in first)
