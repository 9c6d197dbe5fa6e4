"""Applies a change set: batches of client plans, several requests in flight at once, resumed wherever it was stopped.

Threads talk to the platform; this thread alone talks to the database. An operation's idempotency key was stored with
the change set, so an operation that is sent again after a crash is carried out once.

A client plan is locked while its operations go out, because a full run and an event-driven one may both have some. What
another run has locked is tried again later; what another run has overtaken meanwhile is superseded.
"""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import groupby, islice
from queue import Empty, SimpleQueue
from threading import Event
from time import monotonic, sleep
from typing import TYPE_CHECKING, Literal

from sqlalchemy import Connection, Engine

from multitv.database.engine import explained, transaction
from multitv.database.locks import try_session_lock
from multitv.database.sql import named
from multitv.extra_fields import PIN_FIELD, UID_FIELD
from multitv.reconciliation.change_set import load_change_set
from multitv.reconciliation.circuit_breaker import CircuitBreaker
from multitv.reconciliation.errors import ChangeSetTooOld, NotApproved, StillRunning
from multitv.reconciliation.execution import MAKES_PIN, ConcurrentChange, Operation, OperationResult, execute
from multitv.reconciliation.lanes import Lane, lane_of
from multitv.reconciliation.pins import Pins
from multitv.reconciliation.recompute import recompute
from multitv.reconciliation.results import record_results
from multitv.settings import Settings

if TYPE_CHECKING:
    from multitv.beenius.client import BeeniusClient

log = logging.getLogger(__name__)

# release: devices are removed everywhere before any is added, so that a MAC is free for its new owner.
Wave = Literal["release", "rest"]
# With fewer client plans a task costs more to start than it saves.
SMALLEST_BATCH = 200
PAGE = 200
FLUSH_SECONDS = 0.5
FLUSH_RESULTS = 200
# How many client plans are locked by one statement, for each request in flight.
LOCKED_AT_ONCE = 4
# How long what another run has locked is left alone before it is tried again.
LOCKED_SECONDS = 0.2


@dataclass(frozen=True)
class Applied:
    """How many operations of a batch this try applied and rejected."""

    applied: int
    rejected: int


def list_batches(engine: Engine, change_set_id: int, settings: Settings, wave: Wave) -> list[tuple[int, int]]:
    """Divide the client plans with operations left in a wave; return each batch's first and last id, in order.

    Returns at least one batch, possibly empty, since a mapped task over nothing is skipped, and with it whatever
    follows. Raises NotApproved, ChangeSetTooOld, DatabaseUnavailable.
    """
    _require_approval(engine, change_set_id)
    with transaction(engine) as connection:
        rows = connection.execute(
            named("reconciliation/list_batches"),
            {
                "change_set": change_set_id,
                "release": wave == "release",
                "batches": settings.reconciliation_batches,
                "smallest": SMALLEST_BATCH,
            },
        ).all()
    return [(row.first_id, row.last_id) for row in rows] or [(0, 0)]


def apply_batch(
    engine: Engine, client: BeeniusClient, change_set_id: int, first: int, last: int, settings: Settings, wave: Wave
) -> Applied:
    """Apply the operations of client plans `first` to `last` that are still planned, then close the client.

    Records what the platform refuses, or does not answer, as rejected with its reason, and goes on with the rest.
    Raises NotApproved, ChangeSetTooOld, MissingPinKey, StillRunning, DatabaseUnavailable; PlatformUnavailable if the
    platform fails as a whole, and what `execute` raises. What was done until then is kept.
    """
    pins = Pins(settings.pin_keys)
    with client, _batch_lock(engine, f"reconciliation {change_set_id} {wave} {first}") as connection:
        lane = _require_approval(engine, change_set_id)
        batch = _Batch(engine, connection, client, change_set_id, lane, pins, settings.beenius_concurrency)
        batch.run(_operations_by_client_plan(engine, change_set_id, first, last, wave))
    applied = Applied(batch.counts["applied"], batch.counts["rejected"])
    log.info("Change set %s: %s operations applied, %s rejected.", change_set_id, applied.applied, applied.rejected)
    return applied


@dataclass
class _Batch:
    """A batch in progress: groups of operations go out to threads, and their results are recorded as they come back.

    Results are written on the connection that holds the batch's lock and those of its client plans: a try that lost
    them cannot write an old PIN.
    """

    engine: Engine
    connection: Connection
    client: BeeniusClient
    change_set_id: int
    lane: Lane
    pins: Pins
    concurrency: int
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._results: SimpleQueue[OperationResult] = SimpleQueue()
        self._breaker = CircuitBreaker()
        # Not concurrent.futures.wait, which takes the lock of every future each time one of them ends.
        self._ended: SimpleQueue[tuple[int, Future[ConcurrentChange | None]]] = SimpleQueue()
        self._stop = Event()
        self._flushed = monotonic()
        self._running = 0
        # Locked by another run, with when each was tried last.
        self._locked: deque[tuple[float, list[Operation]]] = deque()
        # Client plans whose operations have all been sent, and which are unlocked once their results are recorded.
        self._done: list[int] = []

    def run(self, groups: Iterator[list[Operation]]) -> None:
        pool = ThreadPoolExecutor(self.concurrency, "beenius")
        try:
            some = self._next(groups)
            while some or self._running or self._locked:
                # Enough to keep every thread busy, without holding more in memory.
                while some and self._running < 2 * self.concurrency:
                    self._start_all(pool, some)
                    some = self._next(groups)
                if self._running:
                    self._collect(pool)
                elif not some:
                    self._flush()
                    sleep(LOCKED_SECONDS)
                some = some or self._next(groups)
            self._keep(self._breaker.release())
        finally:
            self._stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
            # Whose results are lost with the connection is sent again, under its key, by the next try.
            if not self.connection.invalidated:
                self._flush()

    def _next(self, groups: Iterator[list[Operation]]) -> list[list[Operation]]:
        """Return some groups to start: what was locked for a while, then new ones."""
        some: list[list[Operation]] = []
        # So many at once, because locking each alone would take as long as sending it.
        most = LOCKED_AT_ONCE * self.concurrency
        while self._locked and self._locked[0][0] < monotonic() - LOCKED_SECONDS and len(some) < most:
            some.append(self._locked.popleft()[1])
        return some or list(islice(groups, most))

    def _start_all(self, pool: ThreadPoolExecutor, groups: list[list[Operation]]) -> None:
        """Start the groups whose client plans can be locked, unless another run overtook them."""
        of_change_set = {"change_set": self.change_set_id}
        plans = [group[0].client_plan_id for group in groups]
        with explained(self.engine.url), self.connection.begin():
            ours = set(
                self.connection.execute(named("reconciliation/lock_client_plans"), {"client_plans": plans}).scalars()
            )
            # In a statement of its own, which sees what was committed before the lock was free.
            overtaken = set(
                self.connection.execute(
                    named("reconciliation/supersede_overtaken"), of_change_set | {"client_plans": list(ours)}
                ).scalars()
            )
        self._done += overtaken
        for plan, group in zip(plans, groups, strict=True):
            if plan not in ours:
                self._locked.append((monotonic(), group))
        for group in self._with_recorded_pins(
            [group for group in groups if group[0].client_plan_id in ours - overtaken]
        ):
            self._start(pool, group)

    def _start(self, pool: ThreadPoolExecutor, group: list[Operation]) -> None:
        self._running += 1
        plan = group[0].client_plan_id
        pool.submit(self._execute, group).add_done_callback(lambda future: self._ended.put((plan, future)))

    def _with_recorded_pins(self, groups: list[list[Operation]]) -> list[list[Operation]]:
        """Add to each operation that makes a PIN what is recorded by now: another run may have made one meanwhile."""
        plans = [group[0].client_plan_id for group in groups if any(one.action in MAKES_PIN for one in group)]
        if not plans:
            return groups
        fields = {"uid_field": UID_FIELD, "pin_field": PIN_FIELD}
        with explained(self.engine.url), self.connection.begin():
            rows = self.connection.execute(
                named("reconciliation/recorded_pins"),
                {"change_set": self.change_set_id, "client_plans": plans} | fields,
            )
            recorded = {(row.client_plan_id, row.number): row for row in rows}

        def with_recorded_pin(operation: Operation) -> Operation:
            row = recorded.get((operation.client_plan_id, operation.number))
            if row is None:
                return operation
            return replace(operation, recorded_uid=row.recorded_uid, pins_before=row.pins_before)

        return [[with_recorded_pin(operation) for operation in group] for group in groups]

    def _execute(self, group: list[Operation]) -> ConcurrentChange | None:
        began = monotonic()

        def report(result: OperationResult) -> None:
            nonlocal began
            self._keep(self._breaker.take(result, began))
            began = monotonic()

        try:
            change = execute(self.client, group, report, self._stop.is_set)
            if change is not None:
                self._keep(self._breaker.release(began))
            return change
        except BaseException:
            # Here and not where the future is read, so that the other threads stop sending at once.
            self._stop.set()
            raise

    def _keep(self, results: list[OperationResult]) -> None:
        for result in results:
            if result.doubtful and result.sent:
                log.warning("%s", result.note)
            self._results.put(result)

    def _collect(self, pool: ThreadPoolExecutor) -> None:
        with suppress(Empty):
            plan, future = self._ended.get(timeout=FLUSH_SECONDS)
            self._running -= 1
            change = future.result()
            left: list[list[Operation]] = []
            if change is not None:
                # The results so far must be in the database before the rest is recomputed.
                self._flush()
                recompute(self.engine, self.change_set_id, change, self.lane)
                left = list(_operations_by_client_plan(self.engine, self.change_set_id, plan, plan, "rest"))
            for group in self._with_recorded_pins(left):
                self._start(pool, group)
            if not left:
                self._done.append(plan)
        if self._results.qsize() >= FLUSH_RESULTS or monotonic() - self._flushed > FLUSH_SECONDS:
            self._flush()

    def _flush(self) -> None:
        self._flushed = monotonic()
        results = []
        with suppress(Empty):
            while True:
                results.append(self._results.get_nowait())
        if results:
            with explained(self.engine.url), self.connection.begin():
                record_results(self.connection, self.change_set_id, results, self.pins)
            self.counts.update(result.status for result in results)
        # Only now, when whoever locks them next sees the results. Without any as well: if the session is gone, and with
        # it the locks, this fails, and nothing more is sent.
        with explained(self.engine.url), self.connection.begin():
            self.connection.execute(named("reconciliation/unlock_client_plans"), {"client_plans": self._done})
        self._done = []


def _operations_by_client_plan(
    engine: Engine, change_set_id: int, first: int, last: int, wave: Wave
) -> Iterator[list[Operation]]:
    """Yield the operations left for each client plan, with a page of client plans in memory at a time."""
    after = first - 1
    while True:
        with transaction(engine) as connection:
            rows = connection.execute(
                named("reconciliation/read_operations"),
                {"change_set": change_set_id, "after": after, "last": last, "release": wave == "release", "page": PAGE},
            ).all()
        for _, group in groupby(
            (Operation(**row._mapping) for row in rows), lambda operation: operation.client_plan_id
        ):
            yield list(group)
        if not rows:
            return
        after = rows[-1].client_plan_id


def _require_approval(engine: Engine, change_set_id: int) -> Lane:
    """Return the lane of a change set that may be applied. Raises NotApproved, ChangeSetTooOld."""
    with transaction(engine) as connection:
        change_set = load_change_set(connection, change_set_id)
    if change_set.status not in ("approved", "applied", "verified"):
        raise NotApproved(
            f"Change set {change_set_id} is {change_set.status}, so it is not applied. Nothing was sent to the "
            "platform. If a newer change set superseded it, that one does its work; otherwise trigger a new run."
        )
    if change_set.too_old:
        raise ChangeSetTooOld(
            f"Change set {change_set_id} was made more than 20 hours ago: the platform may have forgotten what it did "
            "of it. Nothing more was sent. Trigger a new run, which makes a change set of what is left."
        )
    return lane_of(change_set.lane)


@contextmanager
def _batch_lock(engine: Engine, name: str) -> Iterator[Connection]:
    with explained(engine.url), try_session_lock(engine, name) as connection:
        if connection is None:
            raise StillRunning("Another try of this task is still running: Airflow repeats this one later.")
        yield connection
