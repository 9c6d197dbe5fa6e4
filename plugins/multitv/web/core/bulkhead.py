"""Bulkheads: limits on concurrent work, so that the screens cannot exhaust what the rest of the api-server needs.

Airflow runs its sync handlers, those of the task API included, in 40 threads that the whole api-server shares. The
screens use none of them to wait: their blocking work runs in threads of their own, a few for each thing that it waits
for, so a slow platform cannot stop the pages that need only the database.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial, wraps
from inspect import iscoroutinefunction
from typing import Any, ParamSpec, TypeVar

from fastapi.routing import APIRoute

from multitv.errors import TransientError

log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")


class ServerBusy(TransientError):
    """All places for this kind of work stayed taken. The work did not begin."""

    cause = "too_many_requests"


class NoAnswerInTime(TransientError):
    """The work began, but did not end in time. It may still end."""

    cause = "answer_late"


class Bulkhead:
    """Runs at most `places` pieces of work at a time.

    Refuses work that gets no place within `wait_seconds`, and stops waiting for it after `answer_seconds`. Work keeps
    its place until it really ends, so the limit holds even if something hangs.
    """

    def __init__(self, name: str, places: int, *, wait_seconds: float = 5, answer_seconds: float = 20) -> None:
        self.name = name
        self.wait_seconds = wait_seconds
        self.answer_seconds = answer_seconds
        self._places = asyncio.Semaphore(places)
        self._threads = ThreadPoolExecutor(places, thread_name_prefix=f"multitv-{name}")

    async def run(self, function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        """Call a blocking function in a thread of this bulkhead and return its result.

        Raises ServerBusy, NoAnswerInTime, and whatever the function raises.
        """
        call = partial(copy_context().run, partial(function, *arguments, **named))
        return await self._within(lambda: asyncio.get_running_loop().run_in_executor(self._threads, call))

    async def wait_for(self, function: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Return the result of a coroutine function. Raises ServerBusy, NoAnswerInTime, and whatever it raises."""
        return await self._within(lambda: asyncio.ensure_future(function()))

    async def _within(self, begin: Callable[[], asyncio.Future[T]]) -> T:
        try:
            async with asyncio.timeout(self.wait_seconds):
                await self._places.acquire()
        except TimeoutError as error:
            log.warning("No place for '%s' within %g s: refused.", self.name, self.wait_seconds)
            raise ServerBusy(f"No place for '{self.name}' within {self.wait_seconds:g} s. Nothing was done.") from error
        try:
            work = begin()
        except BaseException:
            self._places.release()
            raise
        work.add_done_callback(self._ended)
        done, _ = await asyncio.wait([work], timeout=self.answer_seconds)
        if not done:
            log.warning("'%s' gave no answer within %g s; its place stays taken.", self.name, self.answer_seconds)
            raise NoAnswerInTime(
                f"'{self.name}' gave no answer within {self.answer_seconds:g} s. It may still end, and write."
            )
        return work.result()

    def _ended(self, work: asyncio.Future[Any]) -> None:
        self._places.release()
        # Reading the exception keeps asyncio from reporting it when nobody waits for the result any more.
        if not work.cancelled() and work.exception() is not None:
            log.debug("'%s' ended with %r.", self.name, work.exception())


# As many as the connections in the pool of `shared_engine_for`.
DATABASE = Bulkhead("database", 10)
# Permissions and connections, which Airflow looks up in its own database or in a secrets backend.
LOOKUPS = Bulkhead("lookups", 4)
PLATFORM = Bulkhead("platform", 4, wait_seconds=2, answer_seconds=10)
# Each call to Airflow's own API takes one of the 40 shared threads until it is answered.
AIRFLOW_API = Bulkhead("airflow-api", 6, answer_seconds=10)


def in_thread_of(bulkhead: Bulkhead) -> Callable[[Callable[P, T]], Callable[P, Coroutine[Any, Any, T]]]:
    """Return a decorator that runs a blocking function in a thread of a bulkhead, as a coroutine function."""

    def decorate(function: Callable[P, T]) -> Callable[P, Coroutine[Any, Any, T]]:
        @wraps(function)
        async def in_thread(*arguments: P.args, **named: P.kwargs) -> T:
            return await bulkhead.run(function, *arguments, **named)

        return in_thread

    return decorate


class DatabaseRoute(APIRoute):
    """A route that runs its handler, unless it is a coroutine function, in the threads of the database bulkhead."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        if not iscoroutinefunction(endpoint):
            endpoint = in_thread_of(DATABASE)(endpoint)
        super().__init__(path, endpoint, **options)
