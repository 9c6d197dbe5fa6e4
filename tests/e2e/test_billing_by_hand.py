"""What a person decides about billing, in a real Airflow: reviews, corrections, several due dates at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from multitv.billing import preview
from multitv.billing.standard import bill_plans, record_failure
from multitv.event_codes import event_code
from multitv.money import reais
from multitv.settings import get_settings
from tests.e2e.conftest import RunningStack, rows, totals

WAIT = "wait_for_standard_billing"
BACKFILL = "tv_billing_backfill"


def events(stack: RunningStack, due: date) -> list[Any]:
    return rows(stack, "select id, status, amount from billing.event where due_date = :due order by id", due=due)


def reviews(stack: RunningStack, due: date) -> list[tuple[Any, ...]]:
    found = rows(
        stack, "select decision, decided_by, charges from billing.review where due_date = :due order by id", due=due
    )
    return [tuple(row) for row in found]


def test_a_list_is_shown_to_a_person_and_saved_exactly_as_approved(
    stack: RunningStack, due_dates: Iterator[date]
) -> None:
    due = next(due_dates)
    run = stack.trigger("tv_billing", {"due_date": str(due)})
    # A first run is unusual, so the default asks.
    stack.wait_for_task("tv_billing", run, "save", "awaiting_input")
    subject, body = stack.api.question("tv_billing", run, "save")
    [(decision, _, charges)] = reviews(stack, due)
    assert decision is None
    assert charges > 0
    assert f"Faturamento TV, vencimento {due:%d/%m/%Y}: salvar {charges} eventos, R$ " in subject
    assert "não foi faturado no mês anterior" in body
    assert events(stack, due) == []

    # What was on the screen is not what would be saved any more: the person is asked again.
    [sold] = rows(
        stack, "select client_package_id from billing.candidate(:due) where exclusion is null limit 1", due=due
    )
    before = rows(stack, "select price from tv.client_package where id = :id", id=sold[0])[0][0]
    rows(stack, "update tv.client_package set price = 71.23 where id = :id", id=sold[0])
    stack.answer("tv_billing", run, "save", "Approve", once=True)
    stack.wait_for_task("tv_billing", run, "save", "up_for_retry")
    assert "ListChanged: The list of" in stack.task_log("tv_billing", run, "save")
    assert events(stack, due) == []
    stack.answer("tv_billing", run, "save", "Approve")
    stack.wait_for_task("tv_billing", run, WAIT, "deferred")
    assert [row[:2] for row in reviews(stack, due)] == [("approved", "admin"), ("approved", "admin")]
    saved = events(stack, due)
    assert len(saved) == charges
    assert str(71.23) in {str(row.amount) for row in saved}
    rows(stack, "update tv.client_package set price = :price where id = :id", price=before, id=sold[0])


@pytest.mark.proof
def test_a_rejected_list_is_not_saved_and_its_run_fails(stack: RunningStack, due_dates: Iterator[date]) -> None:
    due = next(due_dates)
    run = stack.trigger("tv_billing", {"due_date": str(due), "approval": "always"})
    stack.answer("tv_billing", run, "save", "Reject")
    assert stack.wait_for_run("tv_billing", run) == "failed"
    assert stack.task_states("tv_billing", run)["settle"] == "upstream_failed"
    assert [row[:2] for row in reviews(stack, due)] == [("rejected", "admin")]
    assert events(stack, due) == []


@pytest.mark.proof
def test_a_dry_run_keeps_the_list_and_what_a_person_approves_of_it_is_saved_unasked(
    stack: RunningStack, due_dates: Iterator[date]
) -> None:
    due = next(due_dates)
    run = stack.trigger("tv_billing", {"due_date": str(due), "dry_run": True, "approval": "always"})
    assert stack.wait_for_run("tv_billing", run) == "success"
    assert "pacotes da lista seriam cobrados" in stack.task_log("tv_billing", run, "load")
    assert (reviews(stack, due), events(stack, due)) == ([], [])
    states = stack.task_states("tv_billing", run)
    assert {task for task, state in states.items() if state != "skipped"} == {"resolve_due_date", "load"}

    [kept] = rows(stack, "select id, charges from billing.preview where due_date = :due", due=due)
    preview.approve(stack.engine, kept.id, by="maria", at=datetime.now(UTC))
    run = stack.trigger("tv_billing", {"due_date": str(due), "approval": "always"})
    stack.wait_for_task("tv_billing", run, WAIT, "deferred")
    assert reviews(stack, due) == [("approved", "maria", kept.charges)]
    assert len(events(stack, due)) == kept.charges > 0


def tries(stack: RunningStack, dag_id: str, run_id: str) -> dict[tuple[str, int], int]:
    return {(task.task_id, task.map_index): task.try_number for task in stack.api.tasks(dag_id, run_id)}


@pytest.mark.proof
def test_one_run_bills_several_due_dates_side_by_side_and_one_event_is_reversed(stack: RunningStack) -> None:
    days = [row[0] for row in rows(stack, "select distinct due_day from erp.client_plan where status = 'active'")]
    waiting, failing, going = dues = sorted(date(2026, 9, day) for day in days if day < 28)[:3]
    bill_plans(stack.engine, going)
    record_failure(stack.engine, failing, "unexpected_error", "the ERP was restored from a backup.")
    stack.wake("tv_billing")
    asked = {"due_dates": [str(due) for due in (going, failing, waiting, going)], "approval": "never"}
    run = stack.trigger(BACKFILL, asked)
    runs = [f"due_{due}__{run}" for due in dues]

    stack.wait_for_task(BACKFILL, run, "wait[2]", "success")
    stack.wait_for_task(BACKFILL, run, "wait[1]", "failed")
    stack.wait_for_task("tv_billing", runs[0], WAIT, "deferred")
    stack.wait_for_task(BACKFILL, run, "wait[0]", "deferred")
    assert [name for name in stack.api.runs("tv_billing") if name.endswith(run)] == runs
    log = stack.task_log(BACKFILL, run, "wait", map_index=1)
    assert f"BillingRunFailed: The billing of {failing} failed: the run '{runs[1]}' of tv_billing" in log

    # A due date that cannot be triggered does not hold up another's wait, and no existing run is touched.
    before = [tries(stack, "tv_billing", name) for name in runs]
    stack.api.pause("tv_billing")
    stack.api.clear(BACKFILL, run, "trigger", 2)
    stack.wait_for_task(BACKFILL, run, "trigger[2]", "failed")
    assert tries(stack, BACKFILL, run)["trigger", 2] == 2, "a paused DAG was tried again"
    assert "DagIsPaused: Dag tv_billing is paused" in stack.task_log(BACKFILL, run, "trigger", map_index=2)
    stack.wait_for_task(BACKFILL, run, "wait[2]", "upstream_failed")
    stack.api.clear(BACKFILL, run, "wait", 0)
    stack.wait_for_task(BACKFILL, run, "wait[0]", "deferred")
    stack.api.unpause("tv_billing")
    stack.api.clear(BACKFILL, run, "trigger")
    for state, index in (("deferred", 0), ("failed", 1), ("success", 2)):
        stack.wait_for_task(BACKFILL, run, f"trigger[{index}]", "skipped")
        stack.wait_for_task(BACKFILL, run, f"wait[{index}]", state)
    assert [tries(stack, "tv_billing", name) for name in runs] == before

    bill_plans(stack.engine, failing)
    stack.api.clear("tv_billing", runs[1], WAIT)
    stack.api.clear(BACKFILL, run, "wait", 1)
    bill_plans(stack.engine, waiting)
    assert stack.wait_for_run(BACKFILL, run) == "success"
    for due in dues:
        expected, billed, posted = totals(stack, due)
        assert expected == billed == posted
        assert expected[0] > 0

    event = events(stack, waiting)[0]
    form = {"event_code": event_code(event.id), "reason": "cobrado por engano"}
    run = stack.trigger("tv_billing_correction", form)
    stack.wait_for_task("tv_billing_correction", run, "confirm", "awaiting_input")
    subject, body = stack.api.question("tv_billing_correction", run, "confirm")
    assert event_code(event.id) in subject
    assert reais(event.amount) in subject
    assert event_code(event.id) in body
    assert rows(stack, "select from billing.correction where event_id = :id", id=event.id) == []
    stack.answer("tv_billing_correction", run, "confirm", "Approve")
    assert stack.wait_for_run("tv_billing_correction", run) == "success"
    [kept] = rows(stack, "select author, reason, action from billing.correction where event_id = :id", id=event.id)
    assert tuple(kept) == ("admin", "cobrado por engano", "reverse")
    [credit] = rows(
        stack,
        "select amount from finance.posting join billing.correction on billing_event_id = reversal_event_id "
        "where event_id = :id",
        id=event.id,
    )
    assert credit[0] == -event.amount
    again = stack.trigger("tv_billing_correction", form | {"reason": "outra vez", "ask": False})
    assert stack.wait_for_run("tv_billing_correction", again) == "failed"
    assert "já foi corrigido por admin" in stack.task_log("tv_billing_correction", again, "correct")
    number = stack.trigger("tv_billing_correction", form | {"event_code": str(event.id), "ask": False})
    assert stack.wait_for_run("tv_billing_correction", number) == "failed"
    assert "informe o código do evento" in stack.task_log("tv_billing_correction", number, "confirm")


@pytest.mark.proof
def test_airflows_own_backfill_bills_the_due_dates_of_its_span(stack: RunningStack) -> None:
    settings = get_settings()
    due = date(2026, 8, 20)
    start = due - timedelta(settings.tv_billing_days_ahead)
    standard = stack.trigger("standard_billing", {"due_date": str(due), "allow_past": True})
    assert stack.wait_for_run("standard_billing", standard) == "success"
    before = set(stack.api.runs("tv_billing"))
    stack.api.backfill("tv_billing", f"{start}T00:00:00Z", f"{start + timedelta(1)}T00:00:00Z")
    [run] = set(stack.api.runs("tv_billing")) - before
    stack.answer("tv_billing", run, "save", "Approve")
    assert stack.wait_for_run("tv_billing", run) == "success"
    expected, billed, posted = totals(stack, due)
    assert expected == billed == posted
    assert expected[0] > 0


def test_the_sweep_checks_the_books_of_what_was_billed(stack: RunningStack) -> None:
    sweep = stack.trigger("tv_billing_sweep")
    stack.wait_for_run("tv_billing_sweep", sweep)
    assert stack.task_states("tv_billing_sweep", sweep)["check_books"] == "success"
    assert "processed_is_posted: ok" in stack.task_log("tv_billing_sweep", sweep, "check_books")
