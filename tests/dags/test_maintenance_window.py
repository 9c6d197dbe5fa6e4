"""A platform in maintenance, a database that is away: runs wait, deferred, and go on by themselves."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk import DAG, task
from airflow.sdk.exceptions import TaskDeferred
from airflow.triggers.base import TriggerEvent
from cryptography.fernet import Fernet
from sqlalchemy import Engine

from include.local import environment
from include.sandbox.process import Sandbox
from multitv.beenius.errors import PlatformDown, WrongCredentials
from multitv.beenius.hook import BeeniusHook
from multitv.beenius.triggers import PlatformTrigger
from multitv.dag_defaults import default_args, uses
from multitv.database.engine import DatabaseAway, DatabaseUnavailable
from multitv.database.roles import PIPELINE
from multitv.database.triggers import DatabaseTrigger
from multitv.errors import WaitLost
from multitv.settings import get_settings
from tests.support.ports import free_ports
from tests.support.sandbox import HURRY, switch_on

SOON = 0.05


def in_hours(hours: float) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat()


@pytest.fixture(autouse=True)
def installed(engine: Engine, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    isp = environment.isp_connection(engine.url.set(username=PIPELINE))
    monkeypatch.setenv("AIRFLOW_CONN_ISP_DB", isp)
    given = (sandbox.port, sandbox.client_id, sandbox.client_secret, sandbox.operator_uid)
    monkeypatch.setenv("AIRFLOW_CONN_BEENIUS_DEFAULT", environment.sandbox_connection(*given))
    monkeypatch.setenv("MULTITV_PIN_KEYS", Fernet.generate_key().decode())
    monkeypatch.setattr("multitv.check.counted_client", lambda _: BeeniusHook().get_conn(retry_policy=HURRY))
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@pytest.fixture
def down(sandbox: Sandbox) -> Iterator[None]:
    switch_on(sandbox, "server-error")
    yield
    sandbox.admin("DELETE", "/admin/faults")


def fetch() -> Any:
    """The first task of a DAG that needs the platform."""
    with DAG("maintenance", schedule=None, default_args=default_args()) as dag:

        @task(pre_execute=uses(platform=True))
        def fetch() -> str:
            return "fetched"

        fetch()
    return dag.get_task("fetch")


def begin(operator: Any, try_number: int = 1, **of_server: Any) -> None:
    ti = SimpleNamespace(_ti_context_from_server=SimpleNamespace(**of_server), try_number=try_number)
    operator._pre_execute_hook({"task": operator, "ti": ti})


def resume(operator: Any, event: str | None) -> Any:
    """Go on as Airflow does, in a new process."""
    begin(operator, next_method="execute_after_wait", next_kwargs={"event": event})
    return operator.resume_execution("execute_after_wait", {"event": event}, {})


def bill(*, waits: bool = True) -> Any:
    """The first task of a DAG that needs the database only."""
    with DAG("billing", schedule=None, default_args=default_args(waits=waits)) as dag:

        @task
        def bill() -> str:
            return "billed"

        bill()
    return dag.get_task("bill")


@pytest.fixture
def away(installed: None, monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Takes the database away, or brings it back."""
    there = os.environ["AIRFLOW_CONN_ISP_DB"]
    nowhere = f"postgres://tv:segredo@127.0.0.1:{free_ports(1)[0]}/isp"

    def switch(is_away: bool) -> None:
        monkeypatch.setenv("AIRFLOW_CONN_ISP_DB", nowhere if is_away else there)

    return switch


async def look(trigger: PlatformTrigger | DatabaseTrigger, seconds: float = 20) -> TriggerEvent:
    async with asyncio.timeout(seconds):
        return await anext(aiter(trigger.run()))


def test_a_run_goes_on_at_once_if_the_platform_answers() -> None:
    begin(fetch())


def test_the_first_task_waits_without_a_worker_until_the_setting_is_over(
    down: None, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(TaskDeferred) as deferred:
        begin(fetch())
    trigger = deferred.value.trigger
    assert isinstance(trigger, PlatformTrigger)
    left = datetime.fromisoformat(trigger.deadline) - datetime.now(UTC)
    assert timedelta(hours=11.9) < left <= timedelta(hours=12)
    assert deferred.value.method_name == "execute_after_wait"
    assert deferred.value.timeout == timedelta(hours=13), "the scheduler ends it if the triggerer is away"
    assert "it answered 503" in caplog.text


def test_what_fails_in_the_middle_waits_before_it_is_tried_again(down: None) -> None:
    first, later = fetch(), fetch()
    later.upstream_task_ids.add("snapshot")
    begin(later)
    for operator in (first, later):
        with pytest.raises(TaskDeferred):
            begin(operator, try_number=2)


def test_a_task_that_waited_does_its_work_when_the_platform_answers() -> None:
    operator = fetch()
    assert resume(operator, None) == "fetched"


def test_a_task_that_waited_in_vain_names_what_the_platform_said_last_and_what_to_do() -> None:
    operator = fetch()
    with pytest.raises(PlatformDown, match="it answered 503. This task waited.*clear this task, or wait for the next"):
        resume(operator, "Beenius did not answer: it answered 503.")


def test_a_wait_that_the_triggerer_missed_is_told_as_that() -> None:
    with pytest.raises(WaitLost, match="triggerer was away.*clear this task"):
        begin(fetch(), next_method="__fail__", next_kwargs={"error": "Trigger timeout"})


def test_the_trigger_ends_as_soon_as_the_platform_is_back(sandbox: Sandbox) -> None:
    switch_on(sandbox, "server-error")

    async def come_back() -> TriggerEvent:
        looking = asyncio.create_task(look(PlatformTrigger(in_hours(1), SOON)))
        await asyncio.sleep(0.5)
        assert not looking.done()
        await asyncio.to_thread(sandbox.admin, "DELETE", "/admin/faults")
        return await looking

    assert asyncio.run(come_back()) == TriggerEvent(None)


@pytest.mark.parametrize("hours", [-1.0, SOON / 3600])
def test_the_trigger_ends_at_its_deadline_also_if_it_passed_while_the_triggerer_was_away(
    down: None, hours: float
) -> None:
    event = asyncio.run(look(PlatformTrigger(in_hours(hours), SOON)))
    assert "it answered 503" in event.payload


def test_what_needs_a_person_ends_the_wait_and_is_told_by_the_task(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = (sandbox.port, sandbox.client_id, "wrong", sandbox.operator_uid)
    monkeypatch.setenv("AIRFLOW_CONN_BEENIUS_DEFAULT", environment.sandbox_connection(*given))
    assert asyncio.run(look(PlatformTrigger(in_hours(1)))) == TriggerEvent(None)
    with pytest.raises(WrongCredentials):
        begin(fetch())


def test_the_trigger_survives_the_triggerer() -> None:
    path, given = PlatformTrigger("2026-12-10T03:00:00-03:00").serialize()
    assert path == f"{PlatformTrigger.__module__}.{PlatformTrigger.__name__}"
    assert PlatformTrigger(**given).serialize() == (path, given)


def test_what_does_not_use_the_platform_does_not_wait_for_it(down: None) -> None:
    ask = bill()
    ask.upstream_task_ids.add("guard")
    begin(ask, try_number=2)


def test_a_database_that_is_away_is_waited_for_by_the_first_task_and_by_what_is_tried_again(
    away: Callable[[bool], None], caplog: pytest.LogCaptureFixture
) -> None:
    away(True)
    first, later, apply = bill(), bill(), fetch()
    for operator in (later, apply):
        operator.upstream_task_ids.add("load")
        begin(operator)
    for operator, try_number in ((first, 1), (later, 2), (apply, 2)):
        with pytest.raises(TaskDeferred) as deferred:
            begin(operator, try_number=try_number)
        assert isinstance(deferred.value.trigger, DatabaseTrigger)
        assert deferred.value.method_name == "execute_after_database"
        assert deferred.value.timeout == timedelta(hours=13)
    assert "segredo" not in caplog.text


def test_the_alerts_do_not_wait_but_fail_so_that_they_are_told(away: Callable[[bool], None]) -> None:
    away(True)
    with pytest.raises(DatabaseUnavailable):
        begin(bill(waits=False))


def test_a_task_that_waited_for_the_database_does_its_work_when_it_is_back(away: Callable[[bool], None]) -> None:
    away(True)
    with pytest.raises(TimeoutError):
        asyncio.run(look(DatabaseTrigger(in_hours(1), SOON), seconds=0.5))
    away(False)
    assert asyncio.run(look(DatabaseTrigger(in_hours(1), SOON))) == TriggerEvent(None)
    operator = bill()
    begin(operator, next_method="execute_after_database", next_kwargs={"event": None})
    assert operator.resume_execution("execute_after_database", {"event": None}, {}) == "billed"


def test_a_database_that_stays_away_ends_the_wait_at_its_deadline(away: Callable[[bool], None]) -> None:
    away(True)
    event = asyncio.run(look(DatabaseTrigger(in_hours(-1), SOON)))
    operator = bill()
    begin(operator, next_method="execute_after_database", next_kwargs={"event": event.payload})
    with pytest.raises(DatabaseAway, match=r"is not available.*waited for it in vain") as failed:
        operator.resume_execution("execute_after_database", {"event": event.payload}, {})
    assert failed.value.code == DatabaseUnavailable.code


def test_the_trigger_of_the_database_survives_the_triggerer() -> None:
    path, given = DatabaseTrigger("2026-12-10T03:00:00-03:00").serialize()
    assert path == f"{DatabaseTrigger.__module__}.{DatabaseTrigger.__name__}"
    assert DatabaseTrigger(**given).serialize() == (path, given)
