"""Sensors that wait for the standard billing of a due date to be closed, and for a billing run to end.

Both are deferred: during days of waiting they occupy no worker, and no database connection between two polls. Airflow's
own sensors do not fit: ExternalTaskSensor finds runs by logical date, which manual runs do not have, and
DagStateTrigger never ends if the run was deleted.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any, TypedDict

from airflow.sdk import BaseHook, BaseOperator, Context
from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance
from airflow.triggers.base import BaseTrigger, TriggerEvent

from multitv.billing.due_date import parse_due_date, wait_deadline
from multitv.billing.standard import standard_billing
from multitv.database.engine import CONNECTION_ID, engine_for, task_engine, url_of
from multitv.errors import PermanentError, TransientError
from multitv.settings import WAIT_GRACE, get_settings

log = logging.getLogger(__name__)

UNFINISHED = ["queued", "running"]


class StandardBillingFailed(PermanentError):
    """The standard billing of the due date failed, so there are no invoices to settle on."""


class StandardBillingOverdue(PermanentError):
    """The standard billing of the due date was not closed before the deadline."""


class WaitEnd(TypedDict):
    """What ended the wait: the status closed, failed or overdue, and why the standard billing failed."""

    status: str
    reason: str | None


class StandardBillingTrigger(BaseTrigger):
    """Polls every `poll_seconds` until the standard billing of `due_date` is closed or failed, or `deadline` passes."""

    def __init__(self, due_date: str, deadline: str, poll_seconds: float) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.due_date = due_date
        self.deadline = deadline
        self.poll_seconds = poll_seconds

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return the class path and the arguments with which the triggerer recreates this trigger."""
        return (
            "multitv.billing.sensors.StandardBillingTrigger",
            {"due_date": self.due_date, "deadline": self.deadline, "poll_seconds": self.poll_seconds},
        )

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Yield one event with the status that ends the wait (closed, failed or overdue) and its reason."""
        engine = engine_for(url_of(await BaseHook.aget_connection(CONNECTION_ID)))
        due_date = date.fromisoformat(self.due_date)
        while True:
            try:
                run = await asyncio.to_thread(standard_billing, engine, due_date)
            except TransientError as error:
                # The database may restart during days of waiting.
                log.warning("%s Looking again in %s s.", error, self.poll_seconds)
                run = None
            if run is not None and run.status in ("closed", "failed"):
                yield TriggerEvent(WaitEnd(status=run.status, reason=run.reason))
                return
            if datetime.now(UTC) >= datetime.fromisoformat(self.deadline):
                yield TriggerEvent(WaitEnd(status="overdue", reason=None))
                return
            await asyncio.sleep(self.poll_seconds)


class StandardBillingSensor(BaseOperator):
    """Succeeds when the standard billing of `due_date` is closed.

    Raises StandardBillingFailed if it failed, StandardBillingOverdue if it is not closed by the deadline: the end of
    the day MULTITV_STANDARD_BILLING_DEADLINE_DAYS days after the due date, or 24 hours from now, whichever is later.
    """

    template_fields = ("due_date",)

    def __init__(self, *, due_date: Any, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.due_date = due_date

    def execute(self, context: Context) -> None:
        """Return at once if the standard billing is closed, fail if it failed, or else defer to the trigger."""
        settings = get_settings()
        due_date = parse_due_date(self.due_date)
        run = standard_billing(task_engine(), due_date)
        if run is not None and run.status in ("closed", "failed"):
            self.resume(context, {"status": run.status, "reason": run.reason})
            return
        now = datetime.now(settings.timezone)
        deadline = wait_deadline(due_date, now, settings)
        log.info("The standard billing of %s is not closed yet: waiting until %s.", due_date, deadline)
        self.defer(
            trigger=StandardBillingTrigger(self.due_date, deadline.isoformat(), settings.standard_billing_poll_seconds),
            method_name="resume",
            # The scheduler ends a wait that the triggerer does not end by then.
            timeout=deadline - now + WAIT_GRACE,
        )

    def resume(self, context: Context, event: WaitEnd) -> None:
        """Succeed, or raise an error with the next step, by the status that ended the wait."""
        if event["status"] == "failed":
            raise StandardBillingFailed(
                f"The standard billing of {self.due_date} failed: {event['reason']} Repair it and run standard_billing "
                "for this due date again, then clear this task. The events stay pending; nothing was posted."
            )
        if event["status"] == "overdue":
            raise StandardBillingOverdue(
                f"The standard billing of {self.due_date} was not closed before the deadline: run standard_billing for "
                "this due date, then clear this task. The events stay pending; nothing was posted."
            )
        log.info("The standard billing of %s is closed.", self.due_date)


class BillingRunFailed(PermanentError):
    """The billing run of the due date failed."""


class BillingRunMissing(PermanentError):
    """The billing run does not exist: it was deleted, or never created."""


class BillingRunTrigger(BaseTrigger):
    """Polls every `poll_seconds` until the run is neither queued nor running: it ended, or was deleted."""

    def __init__(self, dag_id: str, run_id: str, poll_seconds: float) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.dag_id = dag_id
        self.run_id = run_id
        self.poll_seconds = poll_seconds

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return the class path and the arguments with which the triggerer recreates this trigger."""
        return (
            "multitv.billing.sensors.BillingRunTrigger",
            {"dag_id": self.dag_id, "run_id": self.run_id, "poll_seconds": self.poll_seconds},
        )

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Yield one event without a payload, because the sensor reads the state itself."""
        while await asyncio.to_thread(
            RuntimeTaskInstance.get_dr_count, dag_id=self.dag_id, run_ids=[self.run_id], states=UNFINISHED
        ):
            await asyncio.sleep(self.poll_seconds)
        yield TriggerEvent(None)


class BillingRunSensor(BaseOperator):
    """Succeeds when the run `billing_run_id` of `billing_dag_id`, which bills `due_date`, has succeeded.

    It is deferred while the run is queued or running. Raises BillingRunFailed if the run failed, BillingRunMissing if
    it does not exist.
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
        """Check the run's state at once."""
        self.resume(context)

    def resume(self, context: Context, event: None = None) -> None:
        """Return if the run succeeded, defer while it is queued or running, else raise an error with the next step."""
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
