"""An event-driven run: takes the changes that wait, and makes the platform follow them, for just these client plans."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from time import sleep

from sqlalchemy import Engine

from multitv.beenius.client import BeeniusClient
from multitv.database.engine import explained, transaction
from multitv.database.locks import try_session_lock
from multitv.database.sql import named
from multitv.reconciliation.apply import Wave, apply_batch, list_batches
from multitv.reconciliation.change_set import make_change_set, read_change_set
from multitv.reconciliation.errors import DifferenceLeft
from multitv.reconciliation.guard import assess
from multitv.reconciliation.snapshot import stage_subscribers
from multitv.reconciliation.verify import verify_change_set
from multitv.settings import Settings

log = logging.getLogger(__name__)

# Client plans in one change set. More of them are served by several, one after the other, so that a person's change
# comes between; fewer would show the guard less at once.
MOST = 2_000
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
        """Serve what waits until nothing does; return the questions that a person is to be asked.

        One run at a time: another one waits, unless everything is in the hands of the first. Harmless when killed: what
        was taken and not finished waits again. Raises what the steps raise; what was not taken then wakes another run.
        """
        while True:
            with explained(self.engine.url), try_session_lock(self.engine, _LOCK) as alone:
                if alone is not None:
                    return self._serve_alone()
            if not self._any_untaken():
                log.info("Another run has taken everything that waited.")
                return []
            sleep(_LOOK_SECONDS)

    def _serve_alone(self) -> list[int]:
        held = False
        try:
            plans = self._waiting()
            while plans:
                held = self._serve_some(plans) or held
                # Its own event may have come while this run was at work.
                plans = self._waiting() if self._any_untaken() else []
        finally:
            self.announce_again()
        if not held:
            return []
        with transaction(self.engine) as connection:
            return list(connection.execute(named("reconciliation/questions_to_run")).scalars())

    def announce_again(self) -> None:
        """Have another run look at what no run took: its event may have woken a run that had looked already."""
        with transaction(self.engine) as connection:
            connection.execute(named("reconciliation/announce_again"))

    def _serve_some(self, plans: list[int]) -> bool:
        """Serve these client plans; return whether some of it waits for a person."""
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
        log.info("Change set %s: %s client plans changed.", change_set, len(plans))
        concerns = assess(self.engine, change_set, self.settings).concerns
        for concern in concerns:
            log.warning("Change set %s: some client plans wait for a person: %s.", change_set, concern)
        if read_change_set(self.engine, change_set).operations:
            self._apply(change_set, "release")
            self._apply(change_set, "rest")
            verify_change_set(self.engine, self.platform(), change_set, in_flight=in_flight)
        return bool(concerns)

    def _apply(self, change_set: int, wave: Wave) -> None:
        batches = list_batches(self.engine, change_set, self.settings, wave)
        # One after the other, so as one; none if nothing is left.
        if batches[-1] != (0, 0):
            first, last = batches[0][0], batches[-1][1]
            apply_batch(self.engine, self.platform(), change_set, first, last, self.settings, wave)

    def _waiting(self) -> list[int]:
        with transaction(self.engine) as connection:
            return list(connection.execute(named("reconciliation/list_waiting"), {"at_most": MOST}).scalars())

    def _any_untaken(self) -> bool:
        with transaction(self.engine) as connection:
            return bool(connection.execute(named("reconciliation/any_untaken")).scalar_one())
