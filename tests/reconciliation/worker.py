"""Takes a snapshot, applies a change set or serves what waits, as a task does, in a process that a test may kill."""

from __future__ import annotations

import json
import sys
from dataclasses import replace

from pydantic import SecretStr

from multitv.beenius.client import BeeniusClient
from multitv.beenius.transport import RetryPolicy
from multitv.database.engine import engine_for
from multitv.reconciliation.apply import apply_batch, list_batches
from multitv.reconciliation.changes import ChangeRun
from multitv.reconciliation.snapshot import stage_subscribers
from multitv.settings import Settings
from tests.support.settings import TODAY


def main(given: dict[str, str]) -> None:
    """Serve what waits if asked to, take a snapshot if no change set is given, else apply both waves of it."""
    engine = engine_for(given["database"])
    settings = Settings(pin_keys=SecretStr(given["pin_keys"]), beenius_requests_per_second=100_000)
    retry_policy = replace(RetryPolicy(), first_wait_seconds=0.01, longest_wait_seconds=0.05)

    def client() -> BeeniusClient:
        return BeeniusClient(given["host"], given["operator"], given["id"], given["secret"], retry_policy=retry_policy)

    if "serves" in given:
        ChangeRun(engine, client, settings, lambda: TODAY).serve()
        return
    if "change_set" not in given:
        stage_subscribers(engine, client())
        return
    change_set = int(given["change_set"])
    for wave in ("release", "rest"):
        for first, last in list_batches(engine, change_set, settings, wave):
            apply_batch(engine, client(), change_set, first, last, settings, wave)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
