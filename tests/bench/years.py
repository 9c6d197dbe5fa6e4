"""What five years of billed due dates cost: the steps of a due date and a client's pages, with them and without."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from statistics import median
from threading import Barrier, BrokenBarrierError

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from include.local import postgres
from include.local.postgres import Server
from multitv.billing import tv
from multitv.billing.standard import bill_plans
from multitv.database.engine import engine_for, reading, shared_engine_for
from multitv.database.migrate import migrate
from multitv.database.sql import named
from multitv.maintenance.merge import merge_partitions
from multitv.quality import books
from multitv.web.clients import queries as clients
from multitv.web.clients.pages import AHEAD, SPAN
from tests.bench import sql
from tests.bench.harness import TURNS, Scores, checkpoint, copy_of, exists, in_turns, show
from tests.support.settings import SETTINGS

TODAY = date(2026, 12, 3)
SMALL, LARGE = date(2026, 12, 10), date(2026, 12, 30)
FIRST_OF_SMALL, FIRST_OF_OLD = 2026121000000001, 2023061000000001
# Seven due days a month over five years, and one more.
DUE_DATES = 421
CHARGES = 1_000
LARGEST = 100_000
READERS = 200
ASKED = 40
# What a step of a small due date may take longer, and what a page may take, in seconds.
MORE_SECONDS = 0.1
PAGE_SECONDS = 0.025
Step = Callable[[Engine, date], object]


def _save(engine: Engine, due: date) -> None:
    tv.save(engine, due, SETTINGS)


def _settle(engine: Engine, due: date) -> None:
    tv.settle(engine, due, SETTINGS)


def _again(engine: Engine, due: date) -> None:
    tv.summarise_due_date(engine, due)
    _save(engine, due)
    _settle(engine, due)


STEPS: dict[str, Step] = {
    "years: load": tv.summarise_due_date,
    "years: save": _save,
    "years: bill the plans": bill_plans,
    "years: settle": _settle,
    "years: a whole second run": _again,
}


def bench(server: Server, rows: int) -> None:
    """Print what five years add to each step and page, as ratios against none, and how many readers succeed at once."""
    _allow_connections(server, READERS + 50)
    charges, large = min(CHARGES, max(20, rows // 100)), min(rows, LARGEST)
    of_large, of_small, of_pages = Scores(large), Scores(charges), Scores(DUE_DATES * charges)
    plain = population(server, charges, large)
    billed = history(server, charges, large)
    succeeded, taken = 0, 0.0
    for turn in range(TURNS):
        with copy_of(server, billed) as after, copy_of(server, plain) as none:
            for due, scores in ((SMALL, of_small), (LARGE, of_large)):
                for name, step in STEPS.items():
                    checkpoint(after)
                    scores.add(name, *in_turns(turn, partial(step, after, due), partial(step, none, due)))
            _pages(turn, after, none, charges, of_pages)
            if turn == TURNS - 1:
                succeeded, taken = _crowd(after)
    for name in STEPS:
        of_large.pairs[f"{name} after {DUE_DATES} due dates against none"] = of_large.pairs[name]
        of_large.show(f"{name} after {DUE_DATES} due dates against none", 1.15)
    for name, pairs in of_small.pairs.items():
        more = median(ours - floor for ours, floor in pairs)
        show(
            f"{name} of a small due date: seconds more than without history, against {MORE_SECONDS} s",
            more / MORE_SECONDS,
            1.0,
            charges,
            median(ours for ours, _ in pairs),
            median(f for _, f in pairs),
        )
    for name, pairs in list(of_pages.pairs.items()):
        of_pages.pairs[f"{name} after {DUE_DATES} due dates against none"] = pairs
        of_pages.show(f"{name} after {DUE_DATES} due dates against none", 1.5)
        slowest = max(ours for ours, _ in pairs)
        show(f"{name}, against {PAGE_SECONDS} s", slowest / PAGE_SECONDS, 1.0, of_pages.rows, slowest, PAGE_SECONDS)
    crowd = f"years: {READERS} readers at once that name no due date, the share that succeed (more is better)"
    show(crowd, succeeded / READERS, 1.0, of_pages.rows, taken, taken)


def population(server: Server, charges: int, large: int) -> str:
    """Return the name of a database with so many client plans of each due day, made on the first call."""
    name = f"years_{charges}_{large}"
    if not exists(server, name):
        engine = engine_for(postgres.database(server, name))
        migrate(engine)
        sql.run(engine, "years_population", charges=charges, rows=large)
        _tidy(engine)
    return name


def history(server: Server, charges: int, large: int) -> str:
    """Return the name of a database as by `population`, with five years of billed due dates, made on the first call."""
    name = f"years_{charges}_{large}_billed"
    if not exists(server, name):
        engine = engine_for(postgres.database(server, name, template=population(server, charges, large)))
        sql.run(engine, "years_history", charges=charges)
        _tidy(engine)
        merged = merge_partitions(engine, SETTINGS, TODAY, dry_run=False)
        assert all(item.left is None for item in merged), merged
        _tidy(engine)
        for due in (date(2021, 12, 1), date(2026, 11, 10)):
            books.check(engine, books.BOOKS, due)
    return name


def _pages(turn: int, after: Engine, none: Engine, charges: int, scores: Scores) -> None:
    """Add what a client's pages and an event by its number take, as the median of many."""
    chance = random.Random(turn)
    engines = [shared_engine_for(engine.url) for engine in (after, none)]
    span = TODAY - SPAN, TODAY + AHEAD

    def events(engine: Engine) -> None:
        assert clients.events(engine, _client_plan(chance, charges), *span)

    def invoices(engine: Engine) -> None:
        assert clients.invoices(engine, _client_plan(chance, charges), *span)

    def event(engine: Engine) -> None:
        # Long ago, where there are five years.
        first = FIRST_OF_SMALL if engine is engines[1] else FIRST_OF_OLD
        with reading(engine) as connection:
            connection.execute(named("billing/explain_event"), {"event": first + chance.randrange(10)}).one()

    pages: dict[str, Callable[[Engine], None]] = {
        "years: a client's events": events,
        "years: a client's invoices": invoices,
        "years: an event by its number": event,
    }
    for name, ask in pages.items():
        taken = [in_turns(number, partial(ask, engines[0]), partial(ask, engines[1])) for number in range(ASKED)]
        scores.add(name, median(ours for ours, _ in taken), median(floor for _, floor in taken))
    for engine in engines:
        engine.dispose()


def _client_plan(chance: random.Random, charges: int) -> int:
    """Return a client plan of the small due date."""
    return 7 * chance.randrange(charges - 1) + 2


def _crowd(engine: Engine) -> tuple[int, float]:
    """Return how many readers at once find an event without naming its due date, and how long all of them take."""
    together = Barrier(READERS)

    def read(number: int) -> bool:
        try:
            with engine.connect() as connection:
                find = text("select count(*) from billing.event where id = :event")
                found: int = connection.execute(find, {"event": FIRST_OF_OLD + number % 10}).scalar_one()
                # Holds its locks until all have theirs.
                together.wait(120)
                return found == 1
        except (DBAPIError, BrokenBarrierError):
            together.abort()
            return False

    began = time.perf_counter()
    with ThreadPoolExecutor(READERS) as pool:
        succeeded = sum(pool.map(read, range(READERS)))
    return succeeded, time.perf_counter() - began


def _allow_connections(server: Server, number: int) -> None:
    with postgres.connect(server) as connection:
        connection.execute(f"alter system set max_connections = {number}")
    server.stop()
    server.start()


def _tidy(engine: Engine) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("vacuum analyze")
