"""Waiting for a fact in the ISP's database: the standard billing of a due date is closed.

The wait is deferred: for days it holds neither a worker nor, between two looks, a database connection.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from airflow.sdk import BaseHook, BaseOperator, Context
from airflow.triggers.base import BaseTrigger, TriggerEvent

from multitv.billing.due_date import parse_due_date
from multitv.billing.standard import standard_billing
from multitv.database.engine import CONNECTION_ID, engine_for, isp_database, url_of
from multitv.errors import PermanentError, TransientError
from multitv.settings import get_settings

log = logging.getLogger(__name__)


class StandardBillingFailed(PermanentError):
    """The standard billing of the due date failed: there is nothing to settle on."""


class StandardBillingOverdue(PermanentError):
    """The standard billing of the due date was not closed before the deadline."""


class StandardBillingTrigger(BaseTrigger):
    """Looks every `poll_seconds` until the standard billing of `due_date` is closed or failed, or `deadline` passes."""

    def __init__(self, due_date: str, deadline: str, poll_seconds: float) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.due_date = due_date
        self.deadline = deadline
        self.poll_seconds = poll_seconds

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return what the triggerer needs to make this trigger again."""
        return (
            "multitv.billing.wait.StandardBillingTrigger",
            {"due_date": self.due_date, "deadline": self.deadline, "poll_seconds": self.poll_seconds},
        )

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Yield one event, whose payload is the state that ends the wait and its reason."""
        engine = engine_for(url_of(await BaseHook.aget_connection(CONNECTION_ID)))
        due_date = date.fromisoformat(self.due_date)
        while True:
            try:
                run = await asyncio.to_thread(standard_billing, engine, due_date)
            except TransientError as error:
                # A database that restarts during days of waiting is no reason to end the wait.
                log.warning("%s Looking again in %s s.", error, self.poll_seconds)
                run = None
            if run is not None and run.status in ("closed", "failed"):
                yield TriggerEvent({"status": run.status, "reason": run.reason})
                return
            if datetime.now(UTC) >= datetime.fromisoformat(self.deadline):
                yield TriggerEvent({"status": "overdue", "reason": None})
                return
            await asyncio.sleep(self.poll_seconds)


class WaitForStandardBilling(BaseOperator):
    """Succeeds when the standard billing of `due_date` is closed.

    Raises StandardBillingFailed if it failed, StandardBillingOverdue if it is not closed by the deadline: the end of
    the day MULTITV_STANDARD_BILLING_DEADLINE_DAYS after the due date, or a day from now, whichever is later.
    """

    template_fields = ("due_date",)

    def __init__(self, *, due_date: Any, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.due_date = due_date

    def execute(self, context: Context) -> None:
        """Return at once if the fact is there, else defer to the trigger."""
        settings = get_settings()
        due_date = parse_due_date(self.due_date)
        run = standard_billing(isp_database(), due_date)
        if run is not None and run.status in ("closed", "failed"):
            self.resume(context, {"status": run.status, "reason": run.reason})
            return
        last_day = due_date + timedelta(settings.standard_billing_deadline_days + 1)
        deadline = max(
            datetime.combine(last_day, time(), settings.timezone), datetime.now(settings.timezone) + timedelta(days=1)
        )
        log.info("The standard billing of %s is not closed yet: waiting until %s.", due_date, deadline)
        self.defer(
            trigger=StandardBillingTrigger(self.due_date, deadline.isoformat(), settings.standard_billing_poll_seconds),
            method_name="resume",
        )

    def resume(self, context: Context, event: dict[str, Any]) -> None:
        """Turn what ended the wait into success or a failure that names the due date and the next step."""
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
