"""An event-driven run: takes the changes that wait, and makes the platform follow them, for just these client plans."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from time import monotonic

from sqlalchemy import Engine

from multitv.beenius.client import BeeniusClient
from multitv.database.engine import transaction
from multitv.database.sql import named
from multitv.reconciliation.apply import SMALLEST_BATCH, Wave, apply_batch, list_batches
from multitv.reconciliation.change_set import make_change_set, read_change_set
from multitv.reconciliation.errors import DifferenceLeft
from multitv.reconciliation.guard import assess
from multitv.reconciliation.snapshot import stage_subscribers
from multitv.reconciliation.verify import verify_change_set
from multitv.settings import Settings

log = logging.getLogger(__name__)

# As many client plans a run takes at most; the next run takes the others.
MOST = 10_000
# For so long a run looks whether more has come, instead of leaving it to another run, which takes seconds to start.
LOOK_AGAIN_SECONDS = 60.0


@dataclass(frozen=True)
class Taken:
    """A change set that is left to be applied in batches, the first and last client plan of each, and verified."""

    change_set: int
    batches: list[tuple[int, int]]


@dataclass(frozen=True)
class ChangeRun:
    """What an event-driven run needs. Each call of `platform` makes a client of its own."""

    engine: Engine
    platform: Callable[[], BeeniusClient]
    settings: Settings
    today: Callable[[], date]

    def serve(self) -> Taken | None:
        """Serve what waits, until nothing does; return what is too much to be applied by one task, if anything.

        Small change sets are applied and verified at once, each in the time of a few requests. Raises what these steps
        raise; whatever was not taken then is announced again.
        """
        until = monotonic() + LOOK_AGAIN_SECONDS
        # A full run that was at work on the same client plans may have sent its last operation after they were read.
        may_differ = True
        try:
            while plans := self._waiting():
                change_set, asks = self._plan(plans)
                # A question is asked by a task of its own, after the batches.
                if asks or len(plans) > SMALLEST_BATCH:
                    return self._left(change_set)
                try:
                    self._finish_at_once(change_set)
                except DifferenceLeft as error:
                    if not may_differ:
                        raise
                    may_differ = False
                    log.warning("%s They are compared once more.", error)
                    continue
                if monotonic() > until or not self._any_untaken():
                    break
        finally:
            self.announce_again()
        return None

    def verify(self, change_set: int) -> list[int]:
        """Verify a change set that was applied in batches; return the questions that are to be asked.

        Raises what verify_change_set raises.
        """
        try:
            if read_change_set(self.engine, change_set).operations:
                verify_change_set(self.engine, self.platform(), change_set, in_flight=self.settings.beenius_concurrency)
        finally:
            self.announce_again()
        with transaction(self.engine) as connection:
            return list(connection.execute(named("reconciliation/questions_to_run")).scalars())

    def announce_again(self) -> None:
        """Have another run look at what no run took: its own event may have woken this one, too late."""
        with transaction(self.engine) as connection:
            connection.execute(named("reconciliation/announce_again"))

    def _waiting(self) -> list[int]:
        with transaction(self.engine) as connection:
            return list(connection.execute(named("reconciliation/list_waiting"), {"at_most": MOST}).scalars())

    def _any_untaken(self) -> bool:
        with transaction(self.engine) as connection:
            return bool(connection.execute(named("reconciliation/any_untaken")).scalar_one())

    def _plan(self, plans: list[int]) -> tuple[int, bool]:
        """Read the subscribers of these client plans, and make an approved change set.

        Returns its id, and whether some of it waits for a person, who is to be asked.
        """
        in_flight = self.settings.beenius_concurrency
        snapshot = stage_subscribers(self.engine, self.platform(), changed=plans, in_flight=in_flight)
        change_set = make_change_set(self.engine, snapshot, self.today(), changed=plans)
        assessment = assess(self.engine, change_set, self.settings)
        for concern in assessment.concerns:
            log.warning("Change set %s: some client plans wait for a person: %s.", change_set, concern)
        log.info("Change set %s: %s client plans changed.", change_set, len(plans))
        return change_set, bool(assessment.concerns)

    def _finish_at_once(self, change_set: int) -> None:
        if not read_change_set(self.engine, change_set).operations:
            return
        for wave in ("release", "rest"):
            self._apply(change_set, wave)
        verify_change_set(self.engine, self.platform(), change_set, in_flight=self.settings.beenius_concurrency)

    def _left(self, change_set: int) -> Taken:
        """Release devices everywhere, so that the batches need not wait for each other; return them."""
        if not read_change_set(self.engine, change_set).operations:
            return Taken(change_set, [(0, 0)])
        self._apply(change_set, "release")
        return Taken(change_set, list_batches(self.engine, change_set, self.settings, "rest"))

    def _apply(self, change_set: int, wave: Wave) -> None:
        for batch in list_batches(self.engine, change_set, self.settings, wave):
            apply_batch(self.engine, self.platform(), change_set, *batch, self.settings, wave)
