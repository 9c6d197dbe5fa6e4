"""How the time of each heavy step grows with the rows: seconds at 10,000, 100,000, 1,000,000, and the exponent."""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import linear_regression, median

from sqlalchemy import Engine

from include.local.postgres import Server
from multitv.billing import tv
from multitv.billing.standard import bill_plans
from multitv.reconciliation.snapshot import stage_subscribers
from tests.bench import billing, reconciliation
from tests.bench.harness import checkpoint, copy_of, seconds, show
from tests.support.settings import SETTINGS

SIZES = (10_000, 100_000, 1_000_000)
TURNS = 3
# 1 is linear. What a step costs however few its rows are makes it less.
GOAL = 1.05


def bench(server: Server, rows: int) -> None:
    """Print the seconds of each step at each size up to `rows`, and the exponent between the first and the last."""
    sizes = [size for size in SIZES if size <= max(rows, SIZES[1])]
    found: dict[str, list[float]] = {}
    for size in sizes:
        turns = [turn(server, size) for _ in range(TURNS)]
        for name in turns[0]:
            found.setdefault(name, []).append(median(each[name] for each in turns))
    for name, times in found.items():
        for size, taken in zip(sizes, times, strict=True):
            show(f"growth: {name}", taken / times[0], None, size, taken, times[0])
        slope = linear_regression([math.log(size) for size in sizes], [math.log(taken) for taken in times]).slope
        show(f"growth: {name}, exponent from {sizes[0]:,} rows", slope, GOAL, sizes[-1], times[-1], times[0])
    storage(server, sizes[-1])


def storage(server: Server, rows: int) -> None:
    """Print the MB that what a step leaves behind takes, keys included; the ratio is bytes a row."""
    with copy_of(server, billing.population(server, rows)) as engine:
        tv.summarise_due_date(engine, billing.DUE)
        tv.save(engine, billing.DUE, SETTINGS)
        bill_plans(engine, billing.DUE)
        tv.settle(engine, billing.DUE, SETTINGS)
        kept = {
            "events of a due date": "billing.event_record_2026_12_10",
            "their postings": "finance.posting_2026_12_10",
        }
        for name, table in kept.items():
            show_size(engine, name, table, rows)
    with copy_of(server, reconciliation.sides(server, rows)) as engine:
        for name in ("subscriber", "desired_subscriber"):
            show_size(engine, f"staging.{name}", f"staging.{name}", rows)


def show_size(engine: Engine, name: str, table: str, rows: int) -> None:
    with engine.connect() as connection:
        size = connection.exec_driver_sql("select pg_total_relation_size(%s::regclass)", (table,)).scalar_one()
    show(f"storage: {name} (MB)", size / rows, None, rows, size / 1e6, 0)


def turn(server: Server, rows: int) -> dict[str, float]:
    """Return the seconds of each step, once."""
    with copy_of(server, reconciliation.sides(server, rows)) as engine:
        platform = reconciliation.Platform(
            rows, [*map(reconciliation.Pages(rows).body, reconciliation.Pages(rows).numbers())]
        )
        found = {
            "diff and stored change set": seconds(lambda: reconciliation.diff(engine)),
            "snapshot": seconds(lambda: stage_subscribers(engine, platform)),
        }
    with copy_of(server, billing.population(server, rows)) as engine:
        found |= timed(
            engine,
            {
                "load and save": lambda: (
                    tv.summarise_due_date(engine, billing.DUE),
                    tv.save(engine, billing.DUE, SETTINGS),
                ),
                "standard billing": lambda: bill_plans(engine, billing.DUE),
                "settle": lambda: tv.settle(engine, billing.DUE, SETTINGS),
            },
        )
    return found


def timed(engine: Engine, steps: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Return the seconds of steps in their order, each after a checkpoint."""
    found = {}
    for name, step in steps.items():
        checkpoint(engine)
        found[name] = seconds(step)
    return found
