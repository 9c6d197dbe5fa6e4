"""A small ISP, and due dates of two months that it billed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import count

import pytest
from sqlalchemy import Engine

from include.local.postgres import Server
from multitv.maintenance import merge
from tests.support.databases import own_database
from tests.support.isp import Isp

DUE_DATES = (date(2026, 11, 10), date(2026, 11, 20), date(2026, 12, 10), date(2026, 12, 20))
# Months are over, and the year is not old enough.
MONTHS_OVER = date(2027, 1, 1)
YEAR_OVER = date(2027, 3, 1)


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merge, "PAUSE_SECONDS", 0.01)


def furnish(engine: Engine) -> Isp:
    """Each of two due days has client plans with two extras, one package that is excluded, and a plan fee."""
    made = Isp(engine)
    made.offer_plans()
    packages = made.package("10.00"), made.package("29.90"), made.package(None)
    for due_day in (10, 20):
        for _ in range(3):
            client_plan = made.client_plan(due_day=due_day)
            for package in packages:
                made.sell(client_plan, package)
    return made


@pytest.fixture
def isp(engine: Engine) -> Isp:
    return furnish(engine)


@pytest.fixture(scope="session")
def billed_once(server: Server, migrated: str) -> Iterator[Isp]:
    """To make copies of."""
    with own_database(server, migrated) as engine:
        made = furnish(engine)
        for due_date in DUE_DATES:
            made.bill(due_date)
        yield made


@pytest.fixture
def billed(server: Server, billed_once: Isp) -> Iterator[Isp]:
    with own_database(server, str(billed_once.engine.url.database)) as engine:
        yield Isp(engine, count(next(billed_once.ids)))
