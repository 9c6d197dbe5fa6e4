"""An event-driven run: takes the changes that wait, and makes the platform follow them, for just these client plans."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from time import monotonic, sleep
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from multitv.database.engine import explained, transaction
from multitv.database.locks import try_session_lock
from multitv.database.sql import named
from multitv.reconciliation.apply import Wave, apply_batch, list_batches
from multitv.reconciliation.change_set import make_change_set, read_change_set
from multitv.reconciliation.errors import DifferenceLeft
from multitv.reconciliation.guard import assess
from multitv.reconciliation.report import outcome_report
from multitv.reconciliation.snapshot import stage_subscribers
from multitv.reconciliation.verify import verify_change_set
from multitv.settings import Settings

if TYPE_CHECKING:
    from multitv.beenius.client import BeeniusClient

log = logging.getLogger(__name__)

# Client plans in one change set. More of them are served by several, one after the other, so that a person's change
# comes between; fewer would show the guard less at once.
MOST = 2_000
# Then a run ends, so that its questions are asked; what is left wakes the next one.
LONGEST_SECONDS = 600.0
_LOCK = "reconciliation of changes"
_LOOK_SECONDS = 0.5


@dataclass(frozen=True)
class ChangeRun:
    """What an event-driven run needs. Each call of `platform` makes a client of its own."""

    engine: Engine
    platform: Callable[[], BeeniusClient]
    settings: Settings
    today: Callable[[], date]

    def serve(self) -> list[int]:
        """Serve what waits until nothing does, or for ten minutes; return the questions that a person is to be asked.

        One run at a time: another one waits, unless everything is in the hands of the first. Harmless when killed: what
        was taken and not finished waits again. Raises what the steps raise; what was not taken then wakes another run.
        Raises DifferenceLeft only once everybody else is served.
        """
        while True:
            with explained(self.engine.url), try_session_lock(self.engine, _LOCK) as alone:
                if alone is not None:
                    self._serve_alone()
                    # Also those of a run that was killed before it could tell.
                    return self._questions()
            if not self._any_untaken():
                log.info("Another run has taken everything that waited.")
                return []
            sleep(_LOOK_SECONDS)

    def _serve_alone(self) -> None:
        until = monotonic() + LONGEST_SECONDS
        failures: list[DifferenceLeft] = []
        failed: list[int] = []
        plans = self._waiting(failed)
        while plans:
            taken = True
            try:
                taken = self._serve_some(plans)
            except DifferenceLeft as error:
                log.error("%s", error)
                failures.append(error)
                failed += plans
            if not taken or monotonic() > until:
                break
            # Its own event may have come while this run was at work.
            plans = self._waiting(failed) if self._any_untaken() else []
        # Not if a step failed otherwise: the next run would fail at once as well, and wake another one without end.
        self.announce_again()
        if failures:
            raise DifferenceLeft(" ".join(map(str, failures)))

    def announce_again(self) -> None:
        """Have another run look at what no run took: its event may have woken a run that had looked already."""
        with transaction(self.engine) as connection:
            connection.execute(named("reconciliation/announce_again"))

    def _serve_some(self, plans: list[int]) -> bool:
        """Serve these client plans; return False if all of them are in the hands of another change set."""
        try:
            return self._reconcile(plans)
        except DifferenceLeft as error:
            # A full run at work on the same client plans may have sent its last operation after they were read.
            log.warning("%s They are compared once more.", error)
            return self._reconcile(plans)

    def _reconcile(self, plans: list[int]) -> bool:
        in_flight = self.settings.beenius_concurrency
        snapshot = stage_subscribers(self.engine, self.platform(), changed=plans, in_flight=in_flight)
        change_set = make_change_set(self.engine, snapshot, self.today(), changed=plans)
        taken = self._rows("taken_client_plans", {"change_set": change_set})
        log.info("Change set %s: %s client plans changed.", change_set, len(taken))
        for concern in assess(self.engine, change_set, self.settings).concerns:
            log.warning("Change set %s: some client plans wait for a person: %s.", change_set, concern)
        operations = read_change_set(self.engine, change_set).operations
        if operations:
            self._apply(change_set, "release")
            self._apply(change_set, "rest")
        # Without operations as well: a full run may have undone meanwhile what made them needless.
        disturbed = self._rows("disturbed_client_plans", {"change_set": change_set})
        try:
            if operations or disturbed:
                verify_change_set(self.engine, self.platform(), change_set, in_flight=in_flight)
        finally:
            outcome_report(self.engine, change_set)
        return bool(taken)

    def _apply(self, change_set: int, wave: Wave) -> None:
        batches = list_batches(self.engine, change_set, self.settings, wave)
        # One after the other, so as one; none if nothing is left.
        if batches[-1] != (0, 0):
            first, last = batches[0][0], batches[-1][1]
            apply_batch(self.engine, self.platform(), change_set, first, last, self.settings, wave)

    def _waiting(self, left_out: list[int]) -> list[int]:
        return self._rows("list_waiting", {"at_most": MOST, "left_out": left_out})

    def _questions(self) -> list[int]:
        return self._rows("questions_to_run", {})

    def _rows(self, statement: str, given: dict[str, object]) -> list[int]:
        with transaction(self.engine) as connection:
            return list(connection.execute(named(f"reconciliation/{statement}"), given).scalars())

    def _any_untaken(self) -> bool:
        with transaction(self.engine) as connection:
            return connection.execute(named("reconciliation/any_untaken")).first() is not None
