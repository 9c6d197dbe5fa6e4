"""Waits for a billing run by its run id.

Airflow's ExternalTaskSensor looks runs up by logical date, which these have none of, and its DagStateTrigger waits for
ever for a run that was deleted.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

from airflow.sdk import BaseOperator, Context
from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance
from airflow.triggers.base import BaseTrigger, TriggerEvent

from multitv.errors import PermanentError

log = logging.getLogger(__name__)

UNFINISHED = ["queued", "running"]


class BillingRunFailed(PermanentError):
    """The billing run of the due date failed."""


class BillingRunMissing(PermanentError):
    """There is no billing run of this id, or no longer."""


class BillingRunTrigger(BaseTrigger):
    """Looks every `poll_seconds` until the run is neither queued nor running: it ended, or was deleted."""

    def __init__(self, dag_id: str, run_id: str, poll_seconds: float) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.dag_id = dag_id
        self.run_id = run_id
        self.poll_seconds = poll_seconds

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return what the triggerer needs to make this trigger again."""
        return (
            "multitv.billing.sensors.BillingRunTrigger",
            {"dag_id": self.dag_id, "run_id": self.run_id, "poll_seconds": self.poll_seconds},
        )

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Yield one event, without a payload: the sensor looks at the state itself."""
        while await asyncio.to_thread(
            RuntimeTaskInstance.get_dr_count, dag_id=self.dag_id, run_ids=[self.run_id], states=UNFINISHED
        ):
            await asyncio.sleep(self.poll_seconds)
        yield TriggerEvent(None)


class BillingRunSensor(BaseOperator):
    """Succeeds when the run `billing_run_id` of `billing_dag_id`, which bills `due_date`, has succeeded.

    Deferred while it is under way. Raises BillingRunFailed if it failed, BillingRunMissing if it does not exist.
    """

    template_fields = ("due_date", "billing_run_id")

    def __init__(
        self, *, billing_dag_id: str, billing_run_id: str, due_date: str, poll_seconds: float = 10, **arguments: Any
    ) -> None:
        super().__init__(**arguments)
        self.billing_dag_id = billing_dag_id
        self.billing_run_id = billing_run_id
        self.due_date = due_date
        self.poll_seconds = poll_seconds

    def execute(self, context: Context) -> None:
        """Look at the run."""
        self.resume(context)

    def resume(self, context: Context, event: None = None) -> None:
        """Return if the run succeeded, defer while it is under way, else raise with the next step."""
        ti = context["ti"]
        run = f"the run '{self.billing_run_id}' of {self.billing_dag_id}"
        if not ti.get_dr_count(dag_id=self.billing_dag_id, run_ids=[self.billing_run_id]):
            raise BillingRunMissing(
                f"The billing of {self.due_date} is gone: {run} was deleted, or never made. Clear the 'trigger' "
                "task of this due date with what follows it: it makes the run, and nobody is charged twice."
            )
        state = ti.get_dagrun_state(dag_id=self.billing_dag_id, run_id=self.billing_run_id)
        if state in UNFINISHED:
            log.info("The billing of %s is under way: %s is %s. Waiting for its end.", self.due_date, run, state)
            self.defer(
                trigger=BillingRunTrigger(self.billing_dag_id, self.billing_run_id, self.poll_seconds),
                method_name="resume",
            )
        if state != "success":
            raise BillingRunFailed(
                f"The billing of {self.due_date} failed: {run} ended as {state}. Open it, do what the message of its "
                "failed task says, and clear that task there; then clear this task, which looks at the run again."
            )
        log.info("The billing of %s is done: %s succeeded.", self.due_date, run)
