"""The state of one running sandbox, on disk and in memory."""

from __future__ import annotations

from datetime import timedelta

from include.sandbox.clock import Clock
from include.sandbox.faults import Faults
from include.sandbox.lineup import Lineup
from include.sandbox.request_log import RequestLog
from include.sandbox.settings import Settings
from include.sandbox.store import Store
from include.sandbox.subscribers import Subscribers
from include.sandbox.tokens import Tokens
from include.sandbox.variant import VARIANTS, Variant


class Platform:
    """Everything the routes work on: state on disk (the store and its readers) and in memory (faults, variant, log)."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.store = Store(settings.state)
        self.clock = Clock(timedelta(seconds=float(self.store.setting("ahead") or 0)))
        self.tokens = Tokens(settings, self.store, self.clock)
        self.lineup = Lineup(self.store)
        self.subscribers = Subscribers(self.store, self.lineup, self.clock)
        self.faults = Faults()
        self.variant = Variant(VARIANTS[settings.variant])
        self.log = RequestLog()

    def advance(self, seconds: float) -> None:
        """Move the platform's clock ahead. Stored, because a clock that went back would break the order of changes."""
        self.clock.ahead += timedelta(seconds=seconds)
        self.store.set("ahead", str(self.clock.ahead.total_seconds()))

    def reset(self, *, to_kept: bool = False) -> None:
        """Restore the state of the first start, or with the subscribers that were kept; tokens stay valid.

        Raises NothingKept, and then changes nothing.
        """
        with self.store.transaction():
            self.store.clear()
            if to_kept:
                self.store.restore_kept()
            self.lineup.restore()
            self.clock.ahead = timedelta()
            self.store.set("ahead", "0")
        self.faults.clear()
        self.variant = Variant(VARIANTS[self.settings.variant])
        self.log.clear()
