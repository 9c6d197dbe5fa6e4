"""Waits until something outside answers again: one look after another, by the triggerer, in no worker's slot."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any, ClassVar

from airflow.triggers.base import BaseTrigger, TriggerEvent

log = logging.getLogger(__name__)


class AnswerTrigger(BaseTrigger):
    """Looks every `poll_seconds` until there is an answer, or `deadline` passes."""

    POLL_SECONDS: ClassVar[float]

    def __init__(self, deadline: str, poll_seconds: float | None = None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.deadline = deadline
        self.poll_seconds = self.POLL_SECONDS if poll_seconds is None else poll_seconds

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return the class path and the arguments with which the triggerer recreates this trigger."""
        of_class = type(self)
        return (
            f"{of_class.__module__}.{of_class.__name__}",
            {"deadline": self.deadline, "poll_seconds": self.poll_seconds},
        )

    async def look(self) -> Callable[[], str | None]:
        """Return a function that says why there is no answer, None if there is one; it may block."""
        raise NotImplementedError

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Yield one event: None if there is an answer, and what happened last if there was none until the deadline."""
        look = await self.look()
        while (happened := await asyncio.to_thread(look)) is not None:
            if datetime.now(UTC) >= datetime.fromisoformat(self.deadline):
                break
            log.info("%s Looking again in %g s.", happened, self.poll_seconds)
            await asyncio.sleep(self.poll_seconds)
        yield TriggerEvent(happened)
