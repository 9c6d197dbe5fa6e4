"""The wait for the standard billing: what ends it, and what does not."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from airflow.sdk.exceptions import TaskDeferred
from airflow.triggers.base import TriggerEvent
from sqlalchemy import URL

from include.local import postgres
from include.local.postgres import Server
from multitv.billing.sensors import (
    StandardBillingFailed,
    StandardBillingOverdue,
    StandardBillingSensor,
    StandardBillingTrigger,
)
from multitv.billing.standard import bill_plans, record_failure
from multitv.database.engine import MissingConnection, task_engine
from multitv.settings import WAIT_GRACE
from tests.support.databases import disconnect
from tests.support.isp import DUE, Isp

pytestmark = pytest.mark.slow

LATER = (datetime.now(UTC) + timedelta(days=1)).isoformat()


@pytest.fixture(autouse=True)
def connection(database_url: URL, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {
        "conn_type": "postgres",
        "host": database_url.query["host"],
        "login": database_url.username,
        "schema": database_url.database,
    }
    monkeypatch.setenv("AIRFLOW_CONN_ISP_DB", json.dumps(settings))


def waiting(due_date: str = str(DUE)) -> StandardBillingSensor:
    return StandardBillingSensor(task_id="wait", due_date=due_date)


async def first_event(trigger: StandardBillingTrigger, seconds: float = 20) -> TriggerEvent:
    async with asyncio.timeout(seconds):
        return await anext(aiter(trigger.run()))


def test_a_closed_standard_billing_ends_the_wait_at_once(isp: Isp) -> None:
    isp.client_plan()
    bill_plans(isp.engine, DUE)
    waiting().execute({})


def test_an_open_one_defers_until_the_deadline_after_the_due_date(isp: Isp) -> None:
    with pytest.raises(TaskDeferred) as deferred:
        waiting("2030-01-10").execute({})
    trigger = deferred.value.trigger
    assert trigger.serialize() == (
        "multitv.billing.sensors.StandardBillingTrigger",
        {"due_date": "2030-01-10", "deadline": "2030-01-14T00:00:00-03:00", "poll_seconds": 60},
    )
    assert deferred.value.method_name == "resume"
    assert deferred.value.timeout is not None
    ends = datetime.now(UTC) + deferred.value.timeout - WAIT_GRACE
    assert abs(ends - datetime.fromisoformat("2030-01-14T00:00:00-03:00")) < timedelta(minutes=1)


def test_a_past_due_date_is_still_waited_for_a_day(isp: Isp) -> None:
    with pytest.raises(TaskDeferred) as deferred:
        waiting("2026-01-10").execute({})
    deadline = datetime.fromisoformat(deferred.value.trigger.deadline)
    assert timedelta(hours=23) < deadline - datetime.now(UTC) <= timedelta(hours=24)


def test_a_failed_one_fails_the_wait_with_its_reason(isp: Isp) -> None:
    record_failure(isp.engine, DUE, "check_failed", "service plan 7 costs -1.00")
    with pytest.raises(StandardBillingFailed, match="2026-12-10 failed: service plan 7 costs -1.00"):
        waiting().execute({})


def test_an_overdue_one_fails_the_wait_and_says_what_to_do() -> None:
    with pytest.raises(StandardBillingOverdue, match="run standard_billing for this due date"):
        waiting().resume({}, {"status": "overdue", "reason": None})


def test_the_trigger_sees_it_close(isp: Isp) -> None:
    isp.client_plan()

    async def close_meanwhile() -> TriggerEvent:
        looking = asyncio.create_task(first_event(StandardBillingTrigger(str(DUE), LATER, 0.05)))
        await asyncio.sleep(0.3)
        assert not looking.done()
        await asyncio.to_thread(bill_plans, isp.engine, date(2026, 11, 10))
        await asyncio.sleep(0.3)
        assert not looking.done(), "the standard billing of another due date ended the wait"
        await asyncio.to_thread(bill_plans, isp.engine, DUE)
        return await looking

    assert asyncio.run(close_meanwhile()) == TriggerEvent({"status": "closed", "reason": None})


def test_the_trigger_ends_at_the_deadline(isp: Isp) -> None:
    past = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    event = asyncio.run(first_event(StandardBillingTrigger(str(DUE), past, 60)))
    assert event == TriggerEvent({"status": "overdue", "reason": None})


def test_a_database_that_goes_away_and_comes_back_does_not_end_the_wait(
    isp: Isp, server: Server, database_url: URL
) -> None:
    isp.client_plan()
    bill_plans(isp.engine, DUE)
    name, elsewhere = str(database_url.database), f"{database_url.database}_away"

    def rename(old: str, new: str) -> None:
        disconnect(old)
        with postgres.connect(server) as connection:
            connection.execute(f"alter database {old} rename to {new}")

    async def go_away_and_come_back() -> TriggerEvent:
        rename(name, elsewhere)
        looking = asyncio.create_task(first_event(StandardBillingTrigger(str(DUE), LATER, 0.05)))
        await asyncio.sleep(0.5)
        assert not looking.done()
        rename(elsewhere, name)
        return await looking

    assert asyncio.run(go_away_and_come_back()) == TriggerEvent({"status": "closed", "reason": None})


def test_between_two_looks_no_connection_is_held(isp: Isp) -> None:
    async def look_and_count() -> int:
        looking = asyncio.create_task(first_event(StandardBillingTrigger(str(DUE), LATER, 30)))
        await asyncio.sleep(1)
        held = isp.run(
            "select count(*) from pg_stat_activity "
            "where datname = current_database() and application_name = 'multitv' and pid <> pg_backend_pid()"
        )
        looking.cancel()
        return int(held[0][0])

    assert asyncio.run(look_and_count()) == 0


def test_a_missing_connection_is_named_with_the_way_to_add_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_ISP_DB")
    with pytest.raises(MissingConnection, match="no connection 'isp_db'.*AIRFLOW_CONN_ISP_DB"):
        task_engine()
