"""From a screen to the platform on a real Airflow: within seconds, also beside a full run, and a person is asked."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from multitv.contracts.points import add_point, edit_point
from multitv.settings import get_settings
from tests.e2e.conftest import PATIENCE, RunningStack, rows
from tests.e2e.reconciled import APPROVAL, question, served
from tests.support.databases import as_screens
from tests.support.sandbox import client_of

DAG = "tv_plan_changes"
MAC = "02:cc:00:00:00:07"
DEVICE = {"serial": "S7", "device_type": "stb-linux"}


@pytest.fixture(scope="module", autouse=True)
def awake(stack: RunningStack, platform_in_step: None) -> Iterator[None]:
    """For these tests only: others count what the platform was told."""
    stack.wake(DAG)
    stack.api.parse_again(DAG)
    yield
    stack.api.pause(DAG)
    # Only then its watcher ends.
    stack.api.parse_again(DAG)


def label(stack: RunningStack, plan: int) -> str | None:
    with client_of(stack.sandbox) as client:
        subscriber = client.find_subscriber(str(plan))
    assert subscriber is not None
    return next((device.label for device in subscriber.devices if device.mac == MAC), None)


def until_labelled(stack: RunningStack, plan: int, wanted: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while label(stack, plan) != wanted:
        assert time.monotonic() < deadline, stack.api.runs(DAG)
        time.sleep(0.2)


def test_a_change_on_a_screen_reaches_the_platform_by_a_run_of_its_own(stack: RunningStack) -> None:
    [plan] = [
        row.id
        for row in rows(
            stack,
            "select plan.id from erp.client_plan as plan where id = any(:served) and plan.status = 'active' and not "
            "exists (select from tv.client_point as point where point.client_plan_id = plan.id) order by id limit 1",
            served=served(stack),
        )
    ]
    screens, today = as_screens(stack.engine), get_settings().today()
    point = add_point(screens, "ana", plan, mac=MAC, label="Sala", today=today, **DEVICE)
    until_labelled(stack, plan, "Sala")
    # One that comes while the last run ends is not left lying.
    edit_point(screens, "ana", point.id, label="Quarto", **DEVICE)
    until_labelled(stack, plan, "Quarto")
    run = stack.api.runs(DAG)[0]
    assert stack.wait_for_run(DAG, run) == "success"
    assert stack.task_states(DAG, run) == {"serve": "success", "ask": "skipped"}
    deadline = time.monotonic() + PATIENCE
    while (
        state := rows(stack, "select * from reconciliation.client_plan_state(:plan)", plan=plan)[0]
    ).state != "equal":
        assert time.monotonic() < deadline, state
        time.sleep(0.2)


@pytest.mark.proof
def test_many_removals_at_once_are_asked_about(stack: RunningStack) -> None:
    plans = [
        row.id
        for row in rows(
            stack,
            "select id from erp.client_plan where id = any(:served) and status = 'active' order by id desc limit 60",
            served=served(stack),
        )
    ]
    rows(stack, "update erp.client_plan set status = 'suspended' where id = any(:plans)", plans=plans)
    rows(stack, "insert into reconciliation.pending_change (client_plan_id, reason) "
         "select unnest(cast(:plans as bigint[])), 'erp'", plans=plans)  # fmt: skip
    deadline = time.monotonic() + PATIENCE
    while not rows(stack, "select from reconciliation.change_set where split_from is not null and status = 'planned'"):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    run = f"change_set_{question(stack).id}"
    stack.wait_for_task(APPROVAL, run, "ask", "awaiting_input")
    stack.answer(APPROVAL, run, "ask", "Reject")
    assert stack.wait_for_run(APPROVAL, run) == "failed"
    rows(stack, "update erp.client_plan set status = 'active' where id = any(:plans)", plans=plans)
