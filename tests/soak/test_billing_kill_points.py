"""The worker's connection ends before or after any statement or commit; run again, the books are the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine

from include.local.postgres import Server
from multitv.billing import correction, preview, tv
from multitv.billing.standard import bill_plans
from multitv.database.engine import DatabaseUnavailable, engine_for
from multitv.quality import books
from tests.support.databases import as_owner, as_pipeline, own_database
from tests.support.isp import DUE, FIRST, Isp
from tests.support.kill import Killer
from tests.support.settings import SETTINGS
from tests.support.size import part

pytestmark = pytest.mark.proof

JANUARY = date(2027, 1, 10)
# What a person would compare: no number that a sequence gave, no time.
BOOKS = (
    "select client_package_id, due_date, reference_month, kind, amount, status, reversed from billing.event",
    "select due_date, client_package_id, x.reason from billing.exclusion as x join billing.run as r on r.id = run_id",
    "select due_date, service_plan_id, candidates, charges, amount from billing.expectation join billing.run on "
    "run_id = id",
    "select kind, due_date, status from billing.run",
    "select client_plan_id, due_date, status from finance.invoice",
    "select client_plan_id, due_date, kind, amount from finance.posting join finance.invoice as i on i.id = invoice_id",
    "select action, reason, author, rebill from billing.correction",
    "select due_date, digest, charges, amount, decision, decided_by from billing.review",
    "select due_date, digest, candidates, charges, amount from billing.preview",
    "select outcome, client_packages, amount from billing.preview_outcome",
    "select client_package_id, outcome, status, line.amount from billing.preview_line as line "
    "join billing.preview on preview_id = preview.id",
)  # fmt: skip


def correct(engine: Engine) -> None:
    correction.correct(engine, FIRST, "reverse", reason="engano", author="Ana")


@dataclass(frozen=True)
class Step:
    """What is done before, and then with the connection ending at every point in turn."""

    before: tuple[Callable[[Engine], object], ...]
    act: Callable[[Engine], object]


STEPS = {
    "load": Step((lambda e: tv.save(e, DUE, SETTINGS),), lambda e: tv.summarise_due_date(e, DUE)),
    "store a list": Step(
        (lambda e: preview.store(e, DUE, SETTINGS), lambda e: tv.save(e, DUE, SETTINGS), lambda e: change(e)),
        lambda e: preview.store(e, DUE, SETTINGS),
    ),
    "save": Step((), lambda e: tv.save(e, DUE, SETTINGS)),
    "save again": Step(
        (lambda e: tv.save(e, DUE, SETTINGS), lambda e: change(e)),
        lambda e: tv.save(e, DUE, SETTINGS, approval="never"),
    ),
    "bill the plans": Step((lambda e: tv.save(e, DUE, SETTINGS),), lambda e: bill_plans(e, DUE)),
    "settle": Step(
        (lambda e: tv.save(e, DUE, SETTINGS), lambda e: bill_plans(e, DUE)), lambda e: tv.settle(e, DUE, SETTINGS)
    ),
    "reverse": Step(
        (lambda e: tv.save(e, DUE, SETTINGS), lambda e: bill_plans(e, DUE), lambda e: tv.settle(e, DUE, SETTINGS)),
        correct,
    ),
    "settle a credit": Step(
        (
            lambda e: tv.save(e, DUE, SETTINGS),
            lambda e: bill_plans(e, DUE),
            lambda e: tv.settle(e, DUE, SETTINGS),
            lambda e: Isp(e).run("update finance.invoice set status = 'paid'"),
            correct,
            lambda e: tv.save(e, JANUARY, SETTINGS),
            lambda e: bill_plans(e, JANUARY),
        ),
        lambda e: tv.settle(e, JANUARY, SETTINGS),
    ),
}  # fmt: skip


def change(engine: Engine) -> None:
    """Make the next list add, re-price and void."""
    isp = Isp(engine, count(100))
    isp.run("update tv.client_package set price = 7.77 where id = 1")
    isp.run("update tv.client_package set cancelled_on = :d where id = 2", d=DUE)
    isp.sell(isp.client_plan(), 1)


@pytest.fixture(scope="module", params=STEPS)
def prepared(request: pytest.FixtureRequest, server: Server, migrated: str) -> Iterator[tuple[str, Step]]:
    """A database in which everything is done that comes before a step."""
    step = STEPS[request.param]
    with own_database(server, migrated) as engine:
        isp = Isp(engine)
        isp.offer_plans()
        package = isp.package("10.00")
        for price in (None, "12.34", "0.00"):
            isp.sell(isp.client_plan(), package, price)
        for act in step.before:
            act(as_pipeline(engine))
        yield str(engine.url.database), step


def state(engine: Engine) -> list[Any]:
    # One connection for all of it: to connect takes longer than to look.
    looking = create_engine(as_owner(engine).url)
    try:
        for due in (DUE, JANUARY):
            books.check(looking, books.BOOKS, due)
        return [sorted(map(repr, Isp(looking).run(statement))) for statement in BOOKS]
    finally:
        looking.dispose()


def test_wherever_the_connection_ends_the_next_try_makes_the_same_books(
    prepared: tuple[str, Step], server: Server
) -> None:
    template, step = prepared
    with own_database(server, template) as owner:
        engine = as_pipeline(owner)
        alone = Killer(server, engine, None)
        step.act(engine)
        points = alone.points
        expected = state(engine)
    assert points >= 4
    died = 0
    # An odd distance, since each statement has a point before it and one after it.
    tried = sorted({*part(range(points), 7), points - 2, points - 1})
    for at in tried:
        with own_database(server, template) as owner:
            engine = as_pipeline(owner)
            killer = Killer(server, engine, at)
            try:
                step.act(engine)
            except DatabaseUnavailable:
                died += 1
            assert killer.points > at
            engine.dispose()
            again = engine_for(engine.url)
            step.act(again)
            assert state(again) == expected, f"after the connection ended at point {at} of {points}"
            again.dispose()
    # After the last commit nobody notices.
    assert died >= len(tried) - 2
