"""Speeds as ratios: ours and its floor in the same run, in turns, the median of the pairs. One JSON object a line."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median

from sqlalchemy import Engine

from include.local import postgres
from include.local.postgres import Server
from multitv.database.engine import engine_for
from tests.support.databases import own_database

TURNS = 5


@dataclass
class Scores:
    """Pairs of seconds by name; `goal` is the greatest good ratio, or with `more` the least."""

    rows: int
    pairs: dict[str, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, name: str, seconds: float, floor_seconds: float) -> None:
        self.pairs[name].append((seconds, floor_seconds))

    def show(self, name: str, goal: float | None) -> None:
        pairs = self.pairs[name]
        show(
            name,
            median(ours / floor for ours, floor in pairs),
            goal,
            self.rows,
            median(ours for ours, _ in pairs),
            median(floor for _, floor in pairs),
        )


def show(name: str, ratio: float, goal: float | None, rows: int, seconds: float, floor_seconds: float) -> None:
    """Print one result. No goal: it is there to compare with."""
    numbers = {"ratio": round(ratio, 3), "goal": goal, "rows": rows}
    print(
        json.dumps({"name": name, **numbers, "seconds": round(seconds, 3), "floor_seconds": round(floor_seconds, 3)}),
        flush=True,
    )


def seconds(step: Callable[[], object]) -> float:
    """Return how long a step takes."""
    began = time.perf_counter()
    step()
    return time.perf_counter() - began


def in_turns(turn: int, ours: Callable[[], object], floor: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds of both; every other turn the floor goes first, so that neither always finds a warm cache."""
    if turn % 2:
        floor_seconds = seconds(floor)
        return seconds(ours), floor_seconds
    return seconds(ours), seconds(floor)


def memory(script: str, *arguments: object) -> float:
    """Return the most memory, in MB, that a process of its own takes that runs a Python script (on Linux).

    Not by getrusage: a child starts with the greatest size that its parent ever had.
    """
    ending = "; print(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])"
    command = [sys.executable, "-c", script + ending, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(done.stdout.split()[-1]) / 1024


def exists(server: Server, name: str) -> bool:
    """Tell whether there is a database of that name."""
    with postgres.connect(server) as connection:
        return bool(connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone())


@contextmanager
def copy_of(server: Server, template: str) -> Iterator[Engine]:
    """A database with the rows of another one, for one turn."""
    with own_database(server, template) as engine:
        checkpoint(engine)
        # That of the tasks, which keeps no connection.
        yield engine_for(engine.url)


def checkpoint(engine: Engine) -> None:
    """Write out what earlier steps left in memory, or the next one would pay for it."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("checkpoint")
