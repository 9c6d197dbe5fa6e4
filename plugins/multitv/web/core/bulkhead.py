"""Bounded places for work that waits, so that the screens cannot use up what the rest of the api-server needs.

Airflow runs its sync handlers, those of the task API included, in 40 threads that all of the api-server shares. Nothing
here holds one of them: blocking work of the screens has threads of its own, a few for each thing that it waits for, and
so has a slow platform no way to stop the pages that need only the database.
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
    wrote_nothing = True


class NoAnswerInTime(TransientError):
    """The work began, and did not end in time. It may still end."""

    cause = "answer_late"


class Bulkhead:
    """At most `places` pieces of work at a time.

    Whoever finds no place within `wait_seconds` is refused. Whoever gets no answer within `answer_seconds` is told so;
    the work keeps its place until it really ends, so the bound holds whatever hangs.
    """

    def __init__(self, name: str, places: int, *, wait_seconds: float = 5, answer_seconds: float = 20) -> None:
        self.name = name
        self.wait_seconds = wait_seconds
        self.answer_seconds = answer_seconds
        self._places = asyncio.Semaphore(places)
        self._threads = ThreadPoolExecutor(places, thread_name_prefix=f"multitv-{name}")

    async def run(self, function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        """Return what a blocking function returns, called in a thread of this bulkhead.

        Raises ServerBusy, NoAnswerInTime, and whatever the function raises.
        """
        call = partial(copy_context().run, partial(function, *arguments, **named))
        return await self._within(lambda: asyncio.get_running_loop().run_in_executor(self._threads, call))

    async def wait_for(self, function: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Return what a coroutine function returns. Raises ServerBusy, NoAnswerInTime, and whatever it raises."""
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
        # Looked at, so that asyncio does not report the error of an answer that nobody waits for any more.
        if not work.cancelled() and work.exception() is not None:
            log.debug("'%s' ended with %r.", self.name, work.exception())


# As many as the connections that the web keeps (`shared_engine_for`).
DATABASE = Bulkhead("database", 10)
# What Airflow itself looks up for us: permissions and connections, in its own database or a secrets backend.
LOOKUPS = Bulkhead("lookups", 4)
PLATFORM = Bulkhead("platform", 4, wait_seconds=2, answer_seconds=10)
# Each call to Airflow's own API in this process takes one of the 40 shared threads for as long as it is answered.
AIRFLOW_API = Bulkhead("airflow-api", 6, answer_seconds=10)


def in_thread_of(bulkhead: Bulkhead) -> Callable[[Callable[P, T]], Callable[P, Coroutine[Any, Any, T]]]:
    """Make a blocking function a coroutine function that runs it in a thread of a bulkhead."""

    def decorate(function: Callable[P, T]) -> Callable[P, Coroutine[Any, Any, T]]:
        @wraps(function)
        async def in_thread(*arguments: P.args, **named: P.kwargs) -> T:
            return await bulkhead.run(function, *arguments, **named)

        return in_thread

    return decorate


class DatabaseRoute(APIRoute):
    """A route whose handler, if it is not a coroutine function, runs in the threads that wait for the database."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        if not iscoroutinefunction(endpoint):
            endpoint = in_thread_of(DATABASE)(endpoint)
        super().__init__(path, endpoint, **options)
