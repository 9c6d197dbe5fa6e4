"""`make scaling`: what docs/scaling.md says of size, out of docs/bench.jsonl and a simulated month.

The simulation plays every hour of a month: contracts change through the day, a run of the reconciliation begins at the
half hour or when the one before has ended, and takes what was measured. On a due day many are suspended at once.
"""

from __future__ import annotations

import json
import math
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import quantiles
from typing import Any

SEED = 20261210
HOUR = 3600.0
DAYS = 30
# Of a day's changes, by the hour: offices and shops open at eight; the night is the self-service's.
SHARE_BY_HOUR = [1, 1, 1, 1, 1, 2, 3, 5, 8, 9, 9, 8, 6, 7, 8, 8, 7, 6, 5, 3, 2, 1, 1, 1]


@dataclass(frozen=True)
class Costs:
    """What was measured, in seconds a million rows, and what a run takes whatever its size, in `fixed_seconds`."""

    snapshot: float
    diff: float
    billing: float
    standard_billing: float
    requests_per_slot: float
    event_bytes: float
    posting_bytes: float
    # What Airflow takes for a run of nine tasks (`make run` on two cores).
    fixed_seconds: float = 6.0


@dataclass(frozen=True)
class House:
    """An ISP, its platform and its workers."""

    clients: int
    # Tasks that write at once: slots of the pool `beenius`, each on a worker with a core.
    slots: int = 4
    # What the platform allows us; a request a page of 500, or an operation.
    platform_per_second: float = 400.0
    page_latency_seconds: float = 0.05
    # MULTITV_BEENIUS_CONCURRENCY.
    pages_at_once: int = 8
    changes_per_client_and_month: float = 0.06
    operations_per_change: float = 2.0
    # Creation, basic service, an extra for some, a device.
    operations_to_provision: float = 4.0
    # Of a due day's clients; all are suspended in the morning, and most come back within days.
    suspended_on_due_day: float = 0.03
    due_days: tuple[int, ...] = (1, 5, 10, 15, 20, 25, 30)


@dataclass(frozen=True)
class Month:
    """What a month was like: hours from a change to the platform, and how busy the reconciliation was."""

    median_hours: float
    p95_hours: float
    worst_hours: float
    busy: float
    runs: int
    requests: float


def read(source: Path) -> Costs:
    """Return the costs that a bench printed. Raises StopIteration if a line is missing."""
    results = [json.loads(line) for line in source.read_text().splitlines() if line.startswith("{")]

    def per_million(name: str) -> float:
        largest = max((r for r in results if r["name"] == f"growth: {name}"), key=lambda r: r["rows"])
        return float(largest["seconds"] / largest["rows"] * 1e6)

    def one(start: str) -> dict[str, Any]:
        return next(result for result in results if result["name"].startswith(start))

    apply = one("reconciliation: apply at 8")
    return Costs(
        snapshot=per_million("snapshot"),
        diff=per_million("diff and stored change set"),
        billing=per_million("load and save") + per_million("settle"),
        standard_billing=per_million("standard billing"),
        requests_per_slot=apply["rows"] / apply["seconds"],
        event_bytes=one("storage: events")["ratio"],
        posting_bytes=one("storage: their postings")["ratio"],
    )


def run_seconds(house: House, costs: Costs, changes: float) -> tuple[float, float]:
    """Return the seconds of one run of the reconciliation, and the requests that it makes."""
    pages = math.ceil(house.clients / 500)
    fetch = pages * house.page_latency_seconds / house.pages_at_once
    decode = costs.snapshot * house.clients / 1e6
    snapshot = max(fetch, pages / house.platform_per_second) + decode
    operations = changes * house.operations_per_change
    pace = min(house.slots * costs.requests_per_slot, house.platform_per_second)
    plan = costs.diff * house.clients / 1e6
    again = snapshot + plan if operations else 0.0
    return costs.fixed_seconds + snapshot + plan + operations / pace + again, operations + pages * (
        2 if operations else 1
    )


def provision_seconds(house: House, costs: Costs) -> float:
    """Return the seconds in which an empty platform gets every client."""
    seconds, _ = run_seconds(house, costs, house.clients * house.operations_to_provision / house.operations_per_change)
    return seconds


def month(house: House, costs: Costs) -> Month:
    """Play a month, with a seed, and return what it was like."""
    chance = random.Random(SEED)
    arrivals = list(_changes(house, chance))
    clock, busy, requests, waits, runs, at = 0.0, 0.0, 0.0, [], 0, 0
    while at < len(arrivals):
        clock = max(clock, math.ceil((clock - HOUR / 2) / HOUR) * HOUR + HOUR / 2)
        waiting = []
        while at < len(arrivals) and arrivals[at][0] <= clock:
            waiting.append(arrivals[at])
            at += 1
        seconds, sent = run_seconds(house, costs, sum(count for _, count in waiting))
        clock, busy, requests, runs = clock + seconds, busy + seconds, requests + sent, runs + 1
        waits += [((clock - moment) / HOUR, count) for moment, count in waiting]
    cut = quantiles([wait for wait, count in waits for _ in range(max(1, round(math.log1p(count))))], n=20)
    return Month(cut[9], cut[18], max(wait for wait, _ in waits), busy / max(clock, DAYS * 24 * HOUR), runs, requests)


def _changes(house: House, chance: random.Random) -> Iterator[tuple[float, float]]:
    """Yield moments, a minute apart, and how many clients change in each."""
    daily = house.clients * house.changes_per_client_and_month / DAYS
    for day in range(DAYS):
        for minute in range(24 * 60):
            expected = daily * SHARE_BY_HOUR[minute // 60] / sum(SHARE_BY_HOUR) / 60
            count = max(0.0, chance.gauss(expected, math.sqrt(expected)))
            if day + 1 in house.due_days and minute == 8 * 60:
                count += house.clients / len(house.due_days) * house.suspended_on_due_day
            if count:
                yield (day * 24 + minute / 60) * HOUR, count


def table(costs: Costs) -> str:
    """Return the month of several houses, as Markdown."""
    plain = House(1_000_000)
    wide = replace(plain, slots=16, platform_per_second=4_000.0, pages_at_once=32)
    houses = [
        ("4 slots, 400 requests/s", [replace(plain, clients=n) for n in (100_000, 1_000_000, 5_000_000, 10_000_000)]),
        ("16 slots, 4,000 requests/s", [replace(wide, clients=n) for n in (10_000_000, 50_000_000)]),
        ("one of 10 operators, 2 slots", [replace(plain, clients=5_000_000, slots=2)]),
    ]
    lines = [
        "| workers, platform | clients | a quiet run | busy | change to platform: median | 95 % | worst "
        "| requests a month | all from nothing |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, sizes in houses:
        for house in sizes:
            quiet, _ = run_seconds(house, costs, 0)
            lived = month(house, costs)
            lines.append(
                f"| {name} | {house.clients:,} | {duration(quiet)} | {lived.busy:.0%} "
                f"| {duration(lived.median_hours * HOUR)} "
                f"| {duration(lived.p95_hours * HOUR)} | {duration(lived.worst_hours * HOUR)} "
                f"| {lived.requests / 1e6:,.1f} M | {duration(provision_seconds(house, costs))} |"
            )
    return "\n".join(lines)


def duration(seconds: float) -> str:
    """Write seconds as a person would."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 2 * HOUR else f"{seconds / HOUR:.1f} h"


def main(source: Path) -> None:
    costs = read(source)
    print(f"A million: snapshot {costs.snapshot:.1f} s, diff and change set {costs.diff:.1f} s, a due date's billing "
          f"{costs.billing:.0f} s, standard billing {costs.standard_billing:.0f} s; a slot sends "
          f"{costs.requests_per_slot:.0f} requests/s; an event keeps {costs.event_bytes:.0f} bytes, its posting "
          f"{costs.posting_bytes:.0f}.\n")  # fmt: skip
    print(table(costs))


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/bench.jsonl"))
