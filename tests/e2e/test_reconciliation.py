"""The reconciliation on a real Airflow: everybody is provisioned, a person decides, a killed task goes on."""

from __future__ import annotations

import time
from typing import Any

import psutil
import pytest

from include.local.processes import marked
from tests.e2e.conftest import PATIENCE, RunningStack, rows
from tests.e2e.reconciled import APPROVAL, DAG, last_change_set, question, served, writes
from tests.support.report_text import unpadded
from tests.support.sandbox import client_of


def reconcile(stack: RunningStack, **conf: Any) -> str:
    run = stack.trigger(DAG, conf)
    assert stack.wait_for_run(DAG, run) == "success"
    return run


@pytest.fixture(scope="module", autouse=True)
def provisioned(stack: RunningStack) -> None:
    """The first run of all: the catalogue is known, the platform is empty."""
    run = stack.trigger("tv_catalog_sync")
    assert stack.wait_for_run("tv_catalog_sync", run) == "success"
    reconcile(stack)


@pytest.fixture(autouse=True)
def alone(stack: RunningStack, provisioned: None) -> None:
    stack.have_alone(DAG)


def test_the_first_run_provisioned_every_client_and_the_next_has_nothing_to_do(stack: RunningStack) -> None:
    sold = set(served(stack))
    recorded = {
        name: {row.client_plan_id for row in rows(stack, "select * from tv.client_extra_field where name = :n", n=name)}
        for name in ("ID Assinante Beenius", "Auth Pin Assinante Beenius")
    }
    assert len(sold) > 100
    assert recorded == {"ID Assinante Beenius": sold, "Auth Pin Assinante Beenius": sold}
    assert stack.sandbox.admin("GET", "/admin/state")["subscribers"] == len(sold)
    before = len(writes(stack))
    run = reconcile(stack)
    assert last_change_set(stack).operations == 0
    assert len(writes(stack)) == before
    states = stack.task_states(DAG, run)
    assert (states["guard"], states["report"]) == ("success", "success")
    assert states["ask"] == "skipped"
    assert states["verify"] == "skipped"
    assert states["measure_discrepancies"] == "success"
    assert rows(stack, "select change_set_id from reports.discrepancy_measured") == [(last_change_set(stack).id,)]


def test_the_scheduled_run_of_the_next_hour_is_seen_coming(stack: RunningStack) -> None:
    """Or else waiting for a DAG of one's own would wait for nothing."""
    assert stack.api.scheduled_run_comes(DAG, within=3600)
    assert not stack.api.scheduled_run_comes(DAG)


@pytest.mark.proof
def test_a_dry_run_for_one_client_shows_the_change_set_and_changes_nothing(stack: RunningStack) -> None:
    plan = served(stack)[0]
    rows(stack, "update erp.client set name = 'Outro Nome' where id = (select client_id from erp.client_plan "
         "where id = :plan)", plan=plan)  # fmt: skip
    before = len(writes(stack))
    run = reconcile(stack, only=plan, dry_run=True)
    assert "| atualizar nome" in stack.task_log(DAG, run, "compute_change_set")
    assert stack.task_states(DAG, run)["measure_discrepancies"] == "skipped"
    assert len(writes(stack)) == before
    reconcile(stack, only=plan)
    assert writes(stack)[-1]["method"] == "PATCH"
    assert len(writes(stack)) == before + 1


def test_the_figures_of_the_dashboard_are_worked_out(stack: RunningStack) -> None:
    run = stack.trigger("tv_dashboard")
    assert stack.wait_for_run("tv_dashboard", run) == "success"
    assert {row.figure for row in rows(stack, "select figure from reports.refresh")} == {
        "revenue",
        "event_status",
        "package_clients",
        "discrepancy_total",
        "operation",
        "open_item",
    }
    assert len(rows(stack, "select * from reports.discrepancy_total")) == 3


def platform_statuses(stack: RunningStack, plans: list[int]) -> set[str]:
    with client_of(stack.sandbox) as client:
        found = [client.find_subscriber(str(plan)) for plan in plans]
    return {subscriber.status for subscriber in found if subscriber}


def suspend(stack: RunningStack, plans: list[int]) -> None:
    rows(stack, "update erp.client_plan set status = 'suspended' where id = any(:ids)", ids=plans)


@pytest.mark.proof
def test_many_removals_wait_for_a_person_whose_word_is_kept_while_others_are_served(stack: RunningStack) -> None:
    before = rows(stack, "select id, status from erp.client_plan where id = any(:ids)", ids=served(stack))
    active = [row.id for row in before if row.status == "active"]
    refused, approved, more, other = active[:30], active[30:60], active[60:62], active[70]
    suspend(stack, refused)
    rows(stack, "update erp.client set name = 'Ana Servida' where id = (select client_id from erp.client_plan where "
         "id = :plan)", plan=other)  # fmt: skip
    reconcile(stack)
    asked = question(stack)
    assert "large_share_of_removals" in {concern["code"] for concern in asked.concerns}
    with client_of(stack.sandbox) as client:
        subscriber = client.find_subscriber(str(other))
        assert subscriber is not None
        assert subscriber.last_name == "Servida"
    written = len(writes(stack))
    stack.answer(APPROVAL, f"change_set_{asked.id}", "ask", "Reject")
    assert stack.wait_for_run(APPROVAL, f"change_set_{asked.id}") == "failed"
    assert (question(stack).status, question(stack).decided_by) == ("rejected", "admin")
    reconcile(stack)
    assert question(stack).id == asked.id, "what was rejected is not asked again"
    assert len(writes(stack)) == written

    suspend(stack, approved)
    reconcile(stack)
    first = question(stack)
    stack.wait_for_task(APPROVAL, f"change_set_{first.id}", "ask", "awaiting_input")
    suspend(stack, more)
    reconcile(stack)
    second = question(stack)
    assert second.id > first.id
    # One question is open at a time: the first one ends by itself.
    assert stack.wait_for_run(APPROVAL, f"change_set_{first.id}") == "success"
    assert stack.task_states(APPROVAL, f"change_set_{first.id}")["reconcile"] == "skipped"
    stack.answer(APPROVAL, f"change_set_{second.id}", "ask", "Approve")
    assert stack.wait_for_run(APPROVAL, f"change_set_{second.id}") == "success"
    assert question(stack).decided_by == "admin"
    assert last_change_set(stack).status == "verified"
    assert platform_statuses(stack, [*approved, *more]) == {"SUSPENDED"}
    assert platform_statuses(stack, refused) == {"ACTIVE"}
    assert "| suspender assinante | aplicada | 32 | 32 |" in unpadded(
        stack.task_log(APPROVAL, f"change_set_{second.id}", "report")
    )
    for plan_id, status in before:
        rows(stack, "update erp.client_plan set status = :status where id = :id", status=status, id=plan_id)
    reconcile(stack)


@pytest.mark.proof
def test_a_question_that_nobody_answers_fails_its_run(stack: RunningStack) -> None:
    before = rows(stack, "select id, status from erp.client_plan where id = any(:ids)", ids=served(stack))
    suspend(stack, [row.id for row in before if row.status == "active"][100:140])
    reconcile(stack)
    run = f"change_set_{question(stack).id}"
    stack.wait_for_task(APPROVAL, run, "ask", "awaiting_input")
    stack.pass_time_of_question(APPROVAL, run, "ask")
    assert stack.wait_for_run(APPROVAL, run) == "failed"
    assert "Nobody answered whether change set" in stack.task_log(APPROVAL, run, "ask")
    assert (question(stack).status, question(stack).decided_by) == ("rejected", "no_answer")
    for plan_id, status in before:
        rows(stack, "update erp.client_plan set status = :status where id = :id", status=status, id=plan_id)
    reconcile(stack)


@pytest.mark.proof
def test_a_missing_pool_is_told_before_anything_is_read(stack: RunningStack) -> None:
    with stack.without_pool("beenius"):
        run = stack.trigger(DAG)
        assert stack.wait_for_run(DAG, run) == "failed"
        assert "Airflow's pool beenius does not exist" in stack.task_log(DAG, run, "take_snapshot")
        assert stack.task_states(DAG, run)["compute_change_set"] == "upstream_failed"


@pytest.mark.proof
def test_a_killed_task_goes_on_where_it_stopped_and_does_nothing_twice(stack: RunningStack) -> None:
    rows(stack, "update erp.client set name = name || ' Neto'")
    written = len(writes(stack))
    stack.sandbox.admin("POST", "/admin/faults", {"kind": "latency", "method": "PATCH", "seconds": 0.3})
    try:
        run = stack.trigger(DAG)
        deadline = time.monotonic() + PATIENCE
        while len(writes(stack)) < written + 10:
            assert time.monotonic() < deadline, stack.task_states(DAG, run)
            time.sleep(0.1)
        assert kill_tasks(stack) > 0
    finally:
        stack.sandbox.admin("DELETE", "/admin/faults")
    assert stack.wait_for_run(DAG, run) == "success"
    renamed = [write["path"] for write in writes(stack)[written:] if write["method"] == "PATCH"]
    assert len(renamed) == len(set(renamed)) == len(served(stack))
    assert max(task.try_number for task in stack.api.tasks(DAG, run) if task.task_id == "apply") > 1
    assert last_change_set(stack).status == "verified"


def kill_tasks(stack: RunningStack) -> int:
    """End every process that runs a task, the hard way, and return how many those were."""
    found = [process for process in marked(stack.home) if _runs_a_task(process)]
    for process in found:
        process.kill()
    return len(found)


def _runs_a_task(process: psutil.Process) -> bool:
    # The executor's own workers have this title too, with its name in it.
    title = process.cmdline()[0]
    return title.startswith("airflow worker -- ") and "LocalExecutor" not in title
