"""Waits for a platform that is down, as in a maintenance: one look a minute, by the triggerer, in no worker's slot."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

from airflow.triggers.base import BaseTrigger, TriggerEvent

from multitv.beenius.errors import PlatformDown, Unanswered
from multitv.beenius.hook import BeeniusHook
from multitv.beenius.transport import RetryPolicy

log = logging.getLogger(__name__)

POLL_SECONDS = 60.0
# The looks themselves are the tries.
_ONE_TRY = RetryPolicy(tries=1, total_seconds=60)


class PlatformTrigger(BaseTrigger):
    """Looks every `poll_seconds` until the platform answers, or `deadline` passes."""

    def __init__(self, deadline: str, poll_seconds: float = POLL_SECONDS) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.deadline = deadline
        self.poll_seconds = poll_seconds

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return the class path and the arguments with which the triggerer recreates this trigger."""
        return (
            "multitv.beenius.triggers.PlatformTrigger",
            {"deadline": self.deadline, "poll_seconds": self.poll_seconds},
        )

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Yield one event: None if the platform answers, and what happened last if it did not until the deadline."""
        while (happened := await asyncio.to_thread(_look)) is not None:
            if datetime.now(UTC) >= datetime.fromisoformat(self.deadline):
                break
            log.info("%s Looking again in %g s.", happened, self.poll_seconds)
            await asyncio.sleep(self.poll_seconds)
        yield TriggerEvent(happened)


def _look() -> str | None:
    """Return why the platform does not answer, None if it does."""
    try:
        with closing(BeeniusHook().get_conn(connections=1, retry_policy=_ONE_TRY)) as client:
            client.count_subscribers()
    except Unanswered as error:
        return error.happened or str(error)
    except Exception as error:  # noqa: BLE001, the task meets it too, and knows what is to be done
        log.warning("The wait for the platform ends: %s", error)
    return None


def go_on(event: str | None) -> None:
    """Return if the platform answers again. Raises PlatformDown if it did not until the deadline."""
    if event is not None:
        raise PlatformDown(
            f"{event} This task waited for it until MULTITV_PLATFORM_WAIT_HOURS were over. Nothing more was sent to "
            "it. Call whoever runs the platform. Once it is well again, clear this task, or wait for the next run."
        )
    log.info("The platform answers again.")
