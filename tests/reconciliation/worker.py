"""Takes a snapshot or applies a plan as a task does, in a process of its own that a test may kill."""

from __future__ import annotations

import json
import sys
from dataclasses import replace

from pydantic import SecretStr

from multitv.beenius.client import BeeniusClient
from multitv.beenius.transport import Patience
from multitv.database.engine import engine_for
from multitv.reconciliation import apply as applying
from multitv.reconciliation import snapshot
from multitv.settings import Settings


def main(told: dict[str, str]) -> None:
    """Take a snapshot if no plan is told, else apply both waves of the plan."""
    engine = engine_for(told["database"])
    settings = Settings(pin_keys=SecretStr(told["pin_keys"]), beenius_requests_per_second=100_000)
    patience = replace(Patience(), first_wait_seconds=0.01, longest_wait_seconds=0.05)

    def client() -> BeeniusClient:
        return BeeniusClient(told["host"], told["operator"], told["id"], told["secret"], patience=patience)

    if "plan" not in told:
        snapshot.take(engine, client())
        return
    plan = int(told["plan"])
    for wave in ("release", "rest"):
        for first, last in applying.batches(engine, plan, settings, wave):
            applying.apply(engine, client(), plan, first, last, settings, wave)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
