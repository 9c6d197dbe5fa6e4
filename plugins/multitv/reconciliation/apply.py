"""A plan, carried out: batches of client plans, some requests in flight at once, resumed wherever it was stopped.

Threads talk to the platform; this thread alone talks to the database. An operation's key was stored with the plan, so
sending it again after a crash does nothing a second time.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import groupby
from queue import Empty, SimpleQueue
from threading import Event
from time import monotonic
from typing import Literal

from sqlalchemy import Connection, Engine

from multitv.beenius.client import BeeniusClient
from multitv.database.engine import explained, transaction
from multitv.database.locks import try_session_lock
from multitv.database.sql import named
from multitv.reconciliation.errors import NotApproved, PlanTooOld, StillRunning
from multitv.reconciliation.outcomes import write_outcomes
from multitv.reconciliation.pins import Pins
from multitv.reconciliation.plan import plan_of
from multitv.reconciliation.replan import replan
from multitv.reconciliation.work import Drift, Operation, Outcome, carry_out
from multitv.settings import Settings

log = logging.getLogger(__name__)

# release: devices are taken away everywhere before any is added, so that a MAC is free for its new owner.
Wave = Literal["release", "rest"]
# Below that many client plans a task of its own is not worth its start.
SMALLEST_BATCH = 200
PAGE = 200
FLUSH_SECONDS = 0.5
FLUSH_OUTCOMES = 200


@dataclass(frozen=True)
class Applied:
    """How many operations of a batch were applied and rejected this time."""

    applied: int
    rejected: int


def batches(engine: Engine, plan_id: int, settings: Settings, wave: Wave) -> list[tuple[int, int]]:
    """Divide the client plans that have operations left in a wave: first and last id of each batch, in order.

    There is at least one batch, possibly an empty one, since a mapped task over nothing would be skipped, and with it
    whatever follows. Raises NotApproved, PlanTooOld, DatabaseUnavailable.
    """
    _require_approval(engine, plan_id)
    with transaction(engine) as connection:
        rows = connection.execute(
            named("reconciliation/list_batches"),
            {
                "plan": plan_id,
                "release": wave == "release",
                "batches": settings.reconciliation_batches,
                "smallest": SMALLEST_BATCH,
            },
        ).all()
    return [(row.first_id, row.last_id) for row in rows] or [(0, 0)]


def apply(
    engine: Engine, client: BeeniusClient, plan_id: int, first: int, last: int, settings: Settings, wave: Wave
) -> Applied:
    """Carry out what is left of a batch. The client is closed at the end.

    What the platform refuses is rejected with its reason, and the others go on.
    Raises NotApproved, PlanTooOld, MissingPinKey, StillRunning, what a client's call raises but for refusals,
    DatabaseUnavailable; what was done until then is kept.
    """
    pins = Pins(settings.pin_keys)
    with client, _alone(engine, f"reconciliation {plan_id} {wave} {first}") as connection:
        _require_approval(engine, plan_id)
        batch = _Batch(engine, connection, client, plan_id, pins, settings.beenius_concurrency)
        batch.run(_groups(engine, plan_id, first, last, wave))
    applied = Applied(batch.counts["applied"], batch.counts["rejected"])
    log.info("Plan %s: %s operations applied, %s rejected.", plan_id, applied.applied, applied.rejected)
    return applied


@dataclass
class _Batch:
    """A batch at work: groups of operations go out to threads, outcomes come back and are written.

    They are written on the connection that holds the batch's lock: who has lost it cannot write a PIN of yesterday.
    """

    engine: Engine
    connection: Connection
    client: BeeniusClient
    plan_id: int
    pins: Pins
    concurrency: int
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._told: SimpleQueue[Outcome] = SimpleQueue()
        # Not concurrent.futures.wait: it takes the lock of every future, each time that one of them ends.
        self._ended: SimpleQueue[Future[Drift | None]] = SimpleQueue()
        self._stop = Event()
        self._flushed = monotonic()
        self._running = 0

    def run(self, groups: Iterator[list[Operation]]) -> None:
        pool = ThreadPoolExecutor(self.concurrency, "beenius")
        try:
            for group in groups:
                self._start(pool, group)
                # Enough to keep every thread busy, and no more in memory.
                while self._running >= 4 * self.concurrency:
                    self._look(pool)
            while self._running:
                self._look(pool)
        finally:
            self._stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
            self._flush()

    def _start(self, pool: ThreadPoolExecutor, group: list[Operation]) -> None:
        self._running += 1
        pool.submit(self._carry_out, group).add_done_callback(self._ended.put)

    def _carry_out(self, group: list[Operation]) -> Drift | None:
        try:
            return carry_out(self.client, group, self._told.put, self._stop.is_set)
        except BaseException:
            # Here, and not where the future is read: the other threads send nothing more from now on.
            self._stop.set()
            raise

    def _look(self, pool: ThreadPoolExecutor) -> None:
        with suppress(Empty):
            future = self._ended.get(timeout=FLUSH_SECONDS)
            self._running -= 1
            drift = future.result()
            if drift is not None:
                # What was done of this client plan must be in the database before it is planned anew.
                self._flush()
                replan(self.engine, self.plan_id, drift)
                for group in _groups(self.engine, self.plan_id, drift.client_plan_id, drift.client_plan_id, "rest"):
                    self._start(pool, group)
        if self._told.qsize() >= FLUSH_OUTCOMES or monotonic() - self._flushed > FLUSH_SECONDS:
            self._flush()

    def _flush(self) -> None:
        self._flushed = monotonic()
        outcomes = []
        with suppress(Empty):
            while True:
                outcomes.append(self._told.get_nowait())
        if not outcomes:
            return
        with explained(self.engine.url), self.connection.begin():
            write_outcomes(self.connection, self.plan_id, outcomes, self.pins)
        self.counts.update(outcome.status for outcome in outcomes)


def _groups(engine: Engine, plan_id: int, first: int, last: int, wave: Wave) -> Iterator[list[Operation]]:
    """Yield what is left to do for each client plan, a page of client plans in memory at a time."""
    after = first - 1
    while True:
        with transaction(engine) as connection:
            rows = connection.execute(
                named("reconciliation/read_operations"),
                {"plan": plan_id, "after": after, "last": last, "release": wave == "release", "page": PAGE},
            ).all()
        for _, group in groupby((Operation(*row) for row in rows), lambda operation: operation.client_plan_id):
            yield list(group)
        if not rows:
            return
        after = rows[-1].client_plan_id


def _require_approval(engine: Engine, plan_id: int) -> None:
    with transaction(engine) as connection:
        plan = plan_of(connection, plan_id)
    if plan.status not in ("approved", "applied", "verified"):
        raise NotApproved(
            f"Plan {plan_id} is {plan.status}, so it is not applied. Nothing was sent to the platform. If it was "
            "superseded by a newer plan, that one does its work; else trigger a new run."
        )
    if plan.too_old:
        raise PlanTooOld(
            f"Plan {plan_id} was made more than 20 hours ago: the platform may have forgotten what it did of it. "
            "Nothing more was sent. Trigger a new run, which plans what is left."
        )


@contextmanager
def _alone(engine: Engine, name: str) -> Iterator[Connection]:
    with explained(engine.url), try_session_lock(engine, name) as connection:
        if connection is None:
            raise StillRunning("Another try of this task is still at work: this one comes back later.")
        yield connection
