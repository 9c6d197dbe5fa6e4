"""Scans the platform's lists and proves each scan complete, with a page in memory at a time."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from time import monotonic, sleep, thread_time
from typing import Any

from multitv.beenius.errors import IncompleteSnapshot
from multitv.beenius.models import Page, PageBody, R

log = logging.getLogger(__name__)

TRIES = 3
# A page that arrives sooner takes less time to fetch than to hand from thread to thread.
WORTH_A_THREAD_SECONDS = 0.005


class _Incomplete(Exception):
    """This try cannot become a complete snapshot. `cap`: so many rows came instead of a full first page."""

    def __init__(self, reason: str, cap: int | None = None) -> None:
        super().__init__(reason)
        self.cap = cap


def scan(
    resource: str,
    get: Callable[[int, int], PageBody[R]],
    start_over: Callable[[], None],
    uid_of: Callable[[R], str] | None,
    host: str,
    pause_seconds: float,
    page_size: int,
    repeated: Callable[[], bool] | None = None,
    at_once: int = 1,
) -> Generator[Page[R]]:
    """Yield the pages of a list in their order; only when the iterator ends is the snapshot known to be complete.

    `get` takes a page's number and size. A platform that caps the size, and says so or not, is asked for what it gives.
    Calls `start_over` whenever the pages yielded so far are void: discard them. Calls `repeated` after the last page to
    learn whether a uid came twice; without it the uids are kept in memory. Without `uid_of` a row may lack a uid.
    Fetches `at_once` pages concurrently, since a scan mostly waits for pages. `pause_seconds` is the pause after the
    first failed try, and grows with each.
    Raises IncompleteSnapshot after as many tries as TRIES says, and whatever `get` raises.
    """
    for attempt in range(1, TRIES + 1):
        try:
            yield from _once(resource, _in_order(get, at_once, page_size), uid_of, repeated)
        except _Incomplete as reason:
            if attempt == TRIES:
                raise IncompleteSnapshot(
                    f"Beenius at {host}: the list of {resource} could not be read completely in {TRIES} tries; at "
                    f"last, {reason}. Nothing of it was used or written. If somebody is changing the platform, wait "
                    "until they are done, then clear this task."
                ) from reason
            log.warning("Beenius: %s: %s; starting over (try %s of %s).", resource, reason, attempt + 1, TRIES)
            start_over()
            page_size = reason.cap or page_size
            sleep(pause_seconds * attempt)
        else:
            return


def uid_of_mapping(row: Any) -> str:
    """Return the uid of a row as received, '' if it has none."""
    uid = row.get("uid") if isinstance(row, dict) else None
    return uid if isinstance(uid, str) else ""


def _once(
    resource: str,
    bodies: Generator[PageBody[R]],
    uid_of: Callable[[R], str] | None,
    repeated: Callable[[], bool] | None,
) -> Generator[Page[R]]:
    proof, seen = _Proof(), set[str]()
    with closing(bodies):
        for body in bodies:
            uids = list(map(uid_of, body.rows)) if uid_of else []
            proof.accept(body, uids)
            if repeated is None:
                seen.update(uids)
            yield Page(resource, body.number, body.rows, body.row_count, proof.at_end)
            if proof.at_end:
                break
    if repeated() if repeated else len(seen) < proof.row_count:
        raise _Incomplete("a uid came twice")


def _in_order(get: Callable[[int, int], PageBody[R]], at_once: int, page_size: int) -> Generator[PageBody[R]]:
    """Yield the pages in order; fetch those after the first concurrently if a page has to be waited for."""
    began, computed = monotonic(), thread_time()
    first = get(1, page_size)
    # Less the time of decoding it, which threads of one interpreter cannot share.
    waited = monotonic() - began - (thread_time() - computed)
    yield first
    last = -(-first.row_count // first.size)
    numbers = iter(range(2, last + 1))
    if at_once == 1 or waited < WORTH_A_THREAD_SECONDS:
        yield from (get(number, first.size) for number in numbers)
        return
    pool = ThreadPoolExecutor(at_once, "beenius-pages")
    try:
        coming = deque(pool.submit(get, number, first.size) for number in islice(numbers, at_once))
        while coming:
            body = coming.popleft().result()
            coming.extend(pool.submit(get, number, first.size) for number in islice(numbers, 1))
            yield body
    finally:
        # Also when the scan starts over or is abandoned.
        pool.shutdown(wait=True, cancel_futures=True)


@dataclass
class _Proof:
    """The pages of a list seen so far; checks that they fit together."""

    pages: int = 0
    size: int = 0
    row_count: int = 0

    @property
    def at_end(self) -> bool:
        return self.pages > 0 and self.pages * self.size >= self.row_count

    def accept(self, body: PageBody[R], uids: Sequence[str]) -> None:
        """Count the next page. Raises _Incomplete if its rows cannot belong to one complete list."""
        number = self.pages + 1
        if number == 1:
            self.size, self.row_count = body.size, body.row_count
        if body.row_count != self.row_count:
            raise _Incomplete(f"rowCount went from {self.row_count} to {body.row_count} on page {number}")
        if (body.number, body.size) != (number, self.size):
            raise _Incomplete(f"instead of page {number} of {self.size} rows came page {body.number} of {body.size}")
        expected = max(0, min(self.size, self.row_count - self.pages * self.size))
        if len(body.rows) != expected:
            cap = len(body.rows) if number == 1 and len(body.rows) < expected else None
            raise _Incomplete(f"page {number} has {len(body.rows)} rows instead of {expected}", cap)
        for position, uid in enumerate(uids, start=1):
            if not uid or uid.isspace():
                raise _Incomplete(f"row {position} of page {number} has no uid")
        self.pages = number
