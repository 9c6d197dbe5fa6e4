"""The main job, as an engineer lives it: real Airflow, real PostgreSQL, due dates billed by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from include.local.rest import ApiFailed
from tests.e2e.conftest import RunningStack, bill_plans, rows, totals

WAIT = "wait_for_standard_billing"
WRITTEN = (
    "billing.run",
    "billing.event",
    "billing.exclusion",
    "billing.expectation",
    "finance.invoice",
    "finance.posting",
)


def tables(stack: RunningStack) -> dict[str, list[Any]]:
    return {name: rows(stack, f"select * from {name} order by 1, 2, 3") for name in WRITTEN}  # noqa: S608


def test_a_run_by_hand_waits_for_the_standard_billing_settles_and_changes_nothing_the_second_time(
    stack: RunningStack, due_dates: Iterator[date]
) -> None:
    due = next(due_dates)
    first = stack.trigger("tv_billing", {"due_date": str(due), "approval": "never"})
    stack.wait_for_task("tv_billing", first, WAIT, "deferred")
    assert rows(stack, "select distinct status from billing.event where due_date = :due", due=due) == [("pending",)]
    bill_plans(stack, due)
    assert stack.wait_for_run("tv_billing", first) == "success"
    expected, events, postings = totals(stack, due)
    assert expected == events == postings
    assert expected[0] > 0
    report = stack.task_log("tv_billing", first, "report")
    assert f"# Faturamento TV, vencimento {due:%d/%m/%Y}" in report
    assert "Situação: Fechada" in report

    before = tables(stack)
    second = stack.trigger("tv_billing", {"due_date": str(due), "approval": "never"})
    assert stack.wait_for_run("tv_billing", second) == "success"
    bill_plans(stack, due)
    assert tables(stack) == before


@pytest.mark.proof
def test_two_runs_of_a_due_date_at_once_charge_each_client_once(stack: RunningStack, due_dates: Iterator[date]) -> None:
    due = next(due_dates)
    runs = [
        stack.trigger("tv_billing", {"due_date": str(due), "approval": "never"}, f"due_{due}__twin_{twin}")
        for twin in (1, 2)
    ]
    for run in runs:
        stack.wait_for_task("tv_billing", run, WAIT, "deferred")
    bill_plans(stack, due)
    assert [stack.wait_for_run("tv_billing", run) for run in runs] == ["success", "success"]
    expected, events, postings = totals(stack, due)
    assert expected == events == postings
    assert rows(stack, "select count(*) - count(distinct client_package_id) from billing.event") == [(0,)]


@pytest.mark.proof
def test_a_failed_standard_billing_ends_the_wait_with_its_cause_and_a_repaired_one_completes_it(
    stack: RunningStack, due_dates: Iterator[date]
) -> None:
    due = next(due_dates)
    tv = stack.trigger("tv_billing", {"due_date": str(due), "approval": "never"})
    stack.wait_for_task("tv_billing", tv, WAIT, "deferred")
    # As while the ERP is being loaded.
    rows(stack, "update erp.service_plan set monthly_price = -monthly_price")
    standard = stack.trigger("standard_billing", {"due_date": str(due)})
    assert stack.wait_for_run("standard_billing", standard) == "failed"
    assert stack.wait_for_run("tv_billing", tv) == "failed"
    assert stack.task_states("tv_billing", tv)[WAIT] == "failed"
    why = stack.task_log("tv_billing", tv, WAIT)
    assert re.search(
        rf"StandardBillingFailed: The standard billing of {due} failed: .* are wrong or have a service plan that is",
        why,
    )
    assert "nothing was posted" in why
    assert rows(stack, "select * from finance.invoice where due_date = :due", due=due) == []

    rows(stack, "update erp.service_plan set monthly_price = -monthly_price")
    bill_plans(stack, due)
    stack.api.clear("tv_billing", tv, WAIT)
    assert stack.wait_for_run("tv_billing", tv) == "success"
    expected, events, postings = totals(stack, due)
    assert expected == events == postings


@pytest.mark.proof
def test_a_negative_price_is_parked_and_the_others_are_billed(stack: RunningStack, due_dates: Iterator[date]) -> None:
    due = next(due_dates)
    [sold] = rows(
        stack,
        "select client_package_id from billing.candidate(:due) "
        "where exclusion is null and price_source = 'client' limit 1",
        due=due,
    )
    price = rows(stack, "select price from tv.client_package where id = :id", id=sold[0])[0][0]
    rows(stack, "alter table tv.client_package drop constraint client_package_price_check")
    rows(stack, "update tv.client_package set price = -5.00 where id = :id", id=sold[0])
    bill_plans(stack, due)
    run = stack.trigger("tv_billing", {"due_date": str(due), "approval": "never"})
    assert stack.wait_for_run("tv_billing", run) == "success"
    rows(stack, "update tv.client_package set price = :price where id = :id", price=price, id=sold[0])
    rows(stack, "alter table tv.client_package add constraint client_package_price_check check (price >= 0)")
    parked = f"client package {sold[0]} of client plan"
    assert re.search(f"{parked} .*negative_price", stack.task_log("tv_billing", run, "check_books"))
    expected, events, postings = totals(stack, due)
    assert expected == events == postings
    assert expected[0] > 0


@pytest.mark.proof
@pytest.mark.parametrize(
    ("conf", "message"),
    [
        ({"due_date": "2026-01-10"}, "BadDueDate: The due date 2026-01-10 is past"),
        ({}, "BadDueDate: The run '.*' has no due date: trigger it again and pick one"),
    ],
)
def test_a_due_date_that_may_not_be_billed_fails_at_once_with_the_way_out(
    stack: RunningStack, conf: dict[str, str], message: str
) -> None:
    before = tables(stack)
    run = stack.trigger("tv_billing", conf)
    assert stack.wait_for_run("tv_billing", run) == "failed"
    assert re.search(message, stack.task_log("tv_billing", run, "resolve_due_date", 1))
    assert tables(stack) == before


@pytest.mark.proof
def test_a_past_due_date_is_billed_if_the_form_allows_it(stack: RunningStack) -> None:
    due = date(2026, 11, 5)
    bill = {"due_date": str(due), "allow_past": True, "approval": "never"}
    standard = stack.trigger("standard_billing", bill)
    assert stack.wait_for_run("standard_billing", standard) == "success"
    run = stack.trigger("tv_billing", bill)
    assert stack.wait_for_run("tv_billing", run) == "success"
    expected, events, postings = totals(stack, due)
    assert expected == events == postings


@pytest.mark.parametrize("due_date", ["2026-02-30", "10/12/2026", "amanhã"])
def test_a_malformed_due_date_is_refused_by_the_form(stack: RunningStack, due_date: str) -> None:
    with pytest.raises(ApiFailed, match="400 .*due_date"):
        stack.trigger("tv_billing", {"due_date": due_date})


@pytest.mark.proof
def test_a_due_date_that_no_plan_has_is_a_green_run_that_says_so(stack: RunningStack) -> None:
    days = {row[0] for row in rows(stack, "select distinct due_day from erp.client_plan")}
    ahead = (date.today() + timedelta(days=number) for number in range(200, 260))  # noqa: DTZ011, as above
    due = next(day for day in ahead if day.day not in days and day.day < 28)
    run = stack.trigger("tv_billing", {"due_date": str(due), "approval": "never"})
    assert stack.wait_for_run("tv_billing", run) == "success"
    assert stack.task_states("tv_billing", run)["save"] == "skipped"
    assert "Não há nada a faturar neste vencimento." in stack.task_log("tv_billing", run, "report")
    assert rows(stack, "select * from billing.run where due_date = :due", due=due) == []
