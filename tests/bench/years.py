"""What five years of billed due dates cost: the steps of a due date and a client's pages, with them and without."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import date
from functools import partial
from pathlib import Path
from statistics import median
from threading import Barrier, BrokenBarrierError

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from include.local import postgres
from include.local.postgres import Server
from include.sandbox.process import sandbox as running_sandbox
from multitv.billing import tv
from multitv.billing.standard import bill_plans
from multitv.database.engine import engine_for, reading
from multitv.database.migrate import migrate
from multitv.database.sql import named
from multitv.maintenance.merge import merge_partitions
from multitv.quality import books
from tests.bench import sql
from tests.bench.harness import TURNS, Scores, checkpoint, copy_of, exists, in_turns, show
from tests.support.settings import SETTINGS
from tests.web.server import api_server
from tests.web.visitor import Visitor

TODAY = date(2026, 12, 3)
UNTIL = date(2026, 12, 20)
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
            if turn == TURNS - 1:
                _pages(server, after, none, charges, of_pages)
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


def _pages(server: Server, after: Engine, none: Engine, charges: int, scores: Scores) -> None:
    """Add what a client's pages take, as answers of two real api-servers, and an event by its number."""
    chance = random.Random(7)
    first = {after: FIRST_OF_OLD, none: FIRST_OF_SMALL}

    def event(engine: Engine) -> None:
        # Long ago, where there are five years.
        with reading(engine) as connection:
            number = first[engine] + chance.randrange(10)
            connection.execute(named("billing/explain_event"), {"event": number}).one()

    def page(person: Visitor, part: str) -> None:
        shown = f"/clientes/{_client_plan(chance, charges)}/{part}?ate={UNTIL}"
        answer = person.get(shown)
        assert (answer.status_code, "R$" in answer.text) == (200, True), shown

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="multitv-years-")))
        sandbox = stack.enter_context(running_sandbox(folder))
        people = {}
        for name, engine in {"after": after, "none": none}.items():
            (home := folder / name).mkdir()
            web = stack.enter_context(api_server(home, server, engine.url, sandbox, f"years_airflow_{name}"))
            people[engine] = web.visitor("viewer")
        ask: dict[str, Callable[[Engine], None]] = {
            "years: the page of a client's events": lambda engine: page(people[engine], "eventos"),
            "years: the page of a client's invoices": lambda engine: page(people[engine], "financeiro"),
            "years: an event by its number": event,
        }
        for turn in range(TURNS):
            for name, it in ask.items():
                taken = [
                    in_turns(number, partial(it, after), partial(it, none)) for number in range(turn, turn + ASKED)
                ]
                scores.add(name, median(ours for ours, _ in taken), median(floor for _, floor in taken))


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
