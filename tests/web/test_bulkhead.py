"""Work that waits has a bounded number of places, whatever hangs, and gives each of them back."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextvars import ContextVar

import pytest

from multitv.web.core.bulkhead import Bulkhead, NoAnswerInTime, ServerBusy

_asker: ContextVar[str] = ContextVar("asker", default="nobody")


class Hanging:
    """Work that hangs until it is let go, and counts how much of it runs at once."""

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.running = self.most = 0
        self._lock = threading.Lock()

    def __call__(self) -> str:
        with self._lock:
            self.running += 1
            self.most = max(self.most, self.running)
        assert self.let_go.wait(30)
        with self._lock:
            self.running -= 1
        return "done"


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    work = Hanging()
    yield work
    work.let_go.set()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not true():
            await asyncio.sleep(0.01)


def test_no_more_runs_at_once_than_there_are_places(hanging: Hanging) -> None:
    async def crowd() -> list[str]:
        bulkhead = Bulkhead("test", 3, wait_seconds=30)
        asked = [asyncio.ensure_future(bulkhead.run(hanging)) for _ in range(20)]
        await until(lambda: hanging.running == 3)
        hanging.let_go.set()
        return await asyncio.gather(*asked)

    assert asyncio.run(crowd()) == ["done"] * 20
    assert hanging.most == 3


def test_whoever_finds_no_place_is_refused_and_nothing_of_theirs_runs(hanging: Hanging) -> None:
    async def one_too_many() -> None:
        bulkhead = Bulkhead("test", 1, wait_seconds=0.05)
        first = asyncio.ensure_future(bulkhead.run(hanging))
        await until(lambda: hanging.running == 1)
        with pytest.raises(ServerBusy, match="Nothing was done"):
            await bulkhead.run(pytest.fail, "it ran")
        hanging.let_go.set()
        await first

    asyncio.run(one_too_many())


def test_work_that_hangs_is_answered_for_and_keeps_its_place_until_it_ends(hanging: Hanging) -> None:
    async def hang() -> str:
        bulkhead = Bulkhead("test", 1, wait_seconds=0.05, answer_seconds=0.05)
        with pytest.raises(NoAnswerInTime):
            await bulkhead.run(hanging)
        with pytest.raises(ServerBusy):
            await bulkhead.run(pytest.fail, "it ran beside the first")
        hanging.let_go.set()
        await until(lambda: hanging.running == 0)
        return await bulkhead.run(str, "free again")

    assert asyncio.run(hang()) == "free again"


def test_a_place_outlives_whoever_stopped_waiting(hanging: Hanging) -> None:
    async def leave() -> str:
        bulkhead = Bulkhead("test", 1, wait_seconds=0.05)
        visitor = asyncio.ensure_future(bulkhead.run(hanging))
        await until(lambda: hanging.running == 1)
        visitor.cancel()
        await asyncio.gather(visitor, return_exceptions=True)
        with pytest.raises(ServerBusy):
            await bulkhead.run(pytest.fail, "it ran beside the first")
        hanging.let_go.set()
        await until(lambda: hanging.running == 0)
        return await bulkhead.run(str, "free again")

    assert asyncio.run(leave()) == "free again"


def test_an_error_passes_through_and_gives_the_place_back() -> None:
    async def fail() -> str:
        bulkhead = Bulkhead("test", 1, wait_seconds=1)
        for _ in range(3):
            with pytest.raises(ValueError, match="invalid literal"):
                await bulkhead.run(int, "none")
        return await bulkhead.run(str, "free")

    assert asyncio.run(fail()) == "free"


def test_a_coroutine_that_hangs_is_answered_for_and_keeps_its_place_until_it_ends() -> None:
    async def hang() -> str:
        bulkhead = Bulkhead("test", 1, wait_seconds=0.05, answer_seconds=0.05)
        let_go = asyncio.Event()
        ended = asyncio.Event()

        async def work() -> None:
            await let_go.wait()
            ended.set()

        async def answer() -> str:
            return "free again"

        with pytest.raises(NoAnswerInTime):
            await bulkhead.wait_for(work)
        with pytest.raises(ServerBusy):
            await bulkhead.wait_for(answer)
        let_go.set()
        await ended.wait()
        return await bulkhead.wait_for(answer)

    assert asyncio.run(hang()) == "free again"


def test_work_in_a_thread_knows_the_context_of_its_request() -> None:
    async def ask() -> str:
        _asker.set("maria")
        return await Bulkhead("test", 1).run(_asker.get)

    assert asyncio.run(ask()) == "maria"
