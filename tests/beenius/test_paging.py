"""Pages that are fetched ahead: in order, so many at once, and none left on their way."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator

import pytest

from multitv.beenius import paging
from multitv.beenius.models import Page, PageBody

SIZE, ROWS = 2, 19
LAST = 10
# Slow enough for pages to be fetched ahead.
SLOW_SECONDS = 2 * paging.WORTH_A_THREAD_SECONDS


def page(number: int, size: int = SIZE) -> PageBody[str]:
    assert size == SIZE
    if number == 1:
        time.sleep(SLOW_SECONDS)
    first = (number - 1) * SIZE
    return PageBody([f"uid-{row}" for row in range(first, min(first + SIZE, ROWS))], number, SIZE, ROWS)


def scan(
    get: Callable[[int, int], PageBody[str]], at_once: int, start_over: Callable[[], None] = lambda: None
) -> Generator[Page[str]]:
    return paging.scan("subscribers", get, start_over, str, "host", 0, SIZE, at_once=at_once)


def fetching() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("beenius-pages")]


@pytest.mark.parametrize("at_once", [1, 2, 3, 8, 50])
def test_pages_come_in_their_order(at_once: int) -> None:
    assert [page.number for page in scan(page, at_once)] == list(range(1, LAST + 1))
    assert not fetching()


def test_so_many_are_on_their_way_at_once() -> None:
    together = threading.Barrier(3, timeout=10)

    def get(number: int, _: int) -> PageBody[str]:
        if number > 1:
            together.wait()
        return page(number)

    assert len(list(scan(get, 3))) == LAST


def test_no_more_are_fetched_than_that_before_they_are_wanted() -> None:
    asked: list[int] = []

    def get(number: int, _: int) -> PageBody[str]:
        asked.append(number)
        return page(number)

    pages = scan(get, 3)
    next(pages)
    next(pages)
    pages.close()
    assert max(asked) <= 1 + 3 + 1
    assert not fetching()


def test_pages_that_are_there_at_once_are_not_handed_from_thread_to_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "WORTH_A_THREAD_SECONDS", 60)
    threads = set()

    def get(number: int, _: int) -> PageBody[str]:
        threads.add(threading.current_thread())
        return page(number)

    assert len(list(scan(get, 8))) == LAST
    assert threads == {threading.current_thread()}


@pytest.mark.parametrize("at_once", [1, 4])
def test_what_goes_wrong_with_a_page_is_told_in_its_turn(at_once: int) -> None:
    def get(number: int, _: int) -> PageBody[str]:
        if number == 5:
            raise ConnectionError("gone")
        return page(number)

    pages = scan(get, at_once)
    assert [next(pages).number for _ in range(4)] == [1, 2, 3, 4]
    with pytest.raises(ConnectionError, match="gone"):
        next(pages)
    assert not fetching()


def test_a_scan_that_starts_over_begins_with_the_first_page_again() -> None:
    spoilt: list[int] = [6]
    seen: list[int] = []

    def get(number: int, _: int) -> PageBody[str]:
        body = page(number)
        if number in spoilt:
            spoilt.clear()
            return PageBody(body.rows[:1], number, SIZE, ROWS)
        return body

    seen.extend(found.number for found in scan(get, 4, seen.clear))
    assert seen == list(range(1, LAST + 1))
    assert not fetching()


@pytest.mark.parametrize("told", [True, False], ids=["told", "silent"])
@pytest.mark.parametrize("at_once", [1, 4])
def test_pages_that_are_capped_below_what_was_asked_are_read_in_the_size_that_comes(at_once: int, told: bool) -> None:
    asked: list[tuple[int, int]] = []

    def get(number: int, size: int) -> PageBody[str]:
        asked.append((number, size))
        given = min(size, 4)
        # Where a page starts depends on the size that was asked for.
        first = (number - 1) * size
        rows = [f"uid-{row}" for row in range(first, min(first + given, ROWS))]
        return PageBody(rows, number, given if told else size, ROWS)

    seen: list[str] = []
    for found in paging.scan("subscribers", get, seen.clear, str, "host", 0, 500, at_once=at_once):
        seen.extend(found.rows)
    assert seen == [f"uid-{row}" for row in range(ROWS)]
    assert asked[0] == (1, 500)
    assert {size for _, size in asked[1:]} == {4}
