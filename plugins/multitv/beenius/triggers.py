"""Waits for a platform that is down, as in a maintenance: one look a minute, by the triggerer, in no worker's slot."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import closing

from multitv.beenius.errors import PlatformDown, Unanswered
from multitv.beenius.hook import BeeniusHook
from multitv.beenius.transport import RetryPolicy
from multitv.waiting import AnswerTrigger

log = logging.getLogger(__name__)

# The looks themselves are the tries.
_ONE_TRY = RetryPolicy(tries=1, total_seconds=60)


class PlatformTrigger(AnswerTrigger):
    """Looks every `poll_seconds` until the platform answers, or `deadline` passes."""

    POLL_SECONDS = 60.0

    async def look(self) -> Callable[[], str | None]:
        """Return a function that says why the platform does not answer, None if it does."""
        return _look


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
