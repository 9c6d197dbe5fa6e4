"""The wait for a billing run: what it does with each state in which it can find the run."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pkgutil import resolve_name
from typing import cast

import pytest
from airflow.sdk import Context
from airflow.sdk.exceptions import TaskDeferred
from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance
from airflow.triggers.base import TriggerEvent

from multitv.billing.sensors import BillingRunFailed, BillingRunMissing, BillingRunSensor, BillingRunTrigger
from multitv.errors import PermanentError

RUN = "due_2026-10-10__manual__1"


@dataclass
class Runs:
    """What Airflow answers about the runs of tv_billing: their states by run id."""

    states: dict[str, str] = field(default_factory=dict)

    def get_dr_count(self, dag_id: str, run_ids: list[str], states: list[str] | None = None) -> int:
        assert dag_id == "tv_billing"
        return sum(run in self.states and (states is None or self.states[run] in states) for run in run_ids)

    def get_dagrun_state(self, dag_id: str, run_id: str) -> str:
        assert dag_id == "tv_billing"
        return self.states[run_id]


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Runs:
    """Runs of other due dates, in each state; those of the test are added to them."""
    known = Runs({f"due_2026-11-{day}__manual__1": state for day, state in ((1, "success"), (5, "failed"))})
    monkeypatch.setattr(RuntimeTaskInstance, "get_dr_count", staticmethod(known.get_dr_count))
    return known


def seeing(runs: Runs) -> Context:
    return cast("Context", {"ti": runs})


def sensor() -> BillingRunSensor:
    return BillingRunSensor(task_id="wait", billing_dag_id="tv_billing", billing_run_id=RUN, due_date="2026-10-10")


def test_a_run_that_is_over_ends_the_wait_at_once(runs: Runs) -> None:
    runs.states[RUN] = "success"
    sensor().execute(seeing(runs))


@pytest.mark.parametrize("state", ["queued", "running"])
def test_a_run_under_way_is_waited_for_without_a_worker(runs: Runs, state: str) -> None:
    runs.states[RUN] = state
    with pytest.raises(TaskDeferred) as deferred:
        sensor().execute(seeing(runs))
    assert deferred.value.trigger.serialize() == (
        "multitv.billing.sensors.BillingRunTrigger",
        {"dag_id": "tv_billing", "run_id": RUN, "poll_seconds": 10},
    )
    assert (deferred.value.method_name, deferred.value.timeout) == ("resume", None)


def test_a_failed_run_fails_the_wait_with_the_due_date_the_run_and_what_to_do(runs: Runs) -> None:
    runs.states[RUN] = "failed"
    with pytest.raises(BillingRunFailed, match=f"billing of 2026-10-10 failed: the run '{RUN}'.*then clear this task"):
        sensor().execute(seeing(runs))


def test_a_deleted_run_fails_the_wait_and_says_how_to_make_it_anew(runs: Runs) -> None:
    with pytest.raises(BillingRunMissing, match=f"2026-10-10 is gone: the run '{RUN}' of .* Clear the 'trigger' task"):
        sensor().execute(seeing(runs))


def test_neither_failure_is_tried_again_by_itself() -> None:
    assert issubclass(BillingRunFailed, PermanentError)
    assert issubclass(BillingRunMissing, PermanentError)


def test_after_the_wait_the_run_is_judged_as_it_is_then(runs: Runs) -> None:
    runs.states[RUN] = "success"
    sensor().resume(seeing(runs), None)
    runs.states[RUN] = "running"
    with pytest.raises(TaskDeferred):
        # It had failed, and somebody cleared it before this task was awake.
        sensor().resume(seeing(runs), None)
    runs.states[RUN] = "failed"
    with pytest.raises(BillingRunFailed):
        sensor().resume(seeing(runs), None)
    del runs.states[RUN]
    with pytest.raises(BillingRunMissing):
        sensor().resume(seeing(runs), None)


async def first_event(trigger: BillingRunTrigger) -> TriggerEvent:
    return await anext(aiter(trigger.run()))


@pytest.mark.parametrize("end", ["success", "failed", None])
def test_the_trigger_fires_when_its_run_ends_or_is_deleted(runs: Runs, end: str | None) -> None:
    runs.states |= {RUN: "queued", "due_2026-11-10__manual__1": "running"}

    async def end_meanwhile() -> TriggerEvent:
        looking = asyncio.create_task(first_event(BillingRunTrigger("tv_billing", RUN, 0.02)))
        for state in ("running", "queued"):
            await asyncio.sleep(0.1)
            assert not looking.done()
            runs.states[RUN] = state
        if end is None:
            del runs.states[RUN]
        else:
            runs.states[RUN] = end
        return await asyncio.wait_for(looking, 20)

    assert asyncio.run(end_meanwhile()) == TriggerEvent(None)


def test_a_triggerer_that_restarts_makes_the_same_trigger_again() -> None:
    path, arguments = BillingRunTrigger("tv_billing", RUN, 10).serialize()
    assert resolve_name(path)(**arguments).serialize() == (path, arguments)
