"""A small ISP for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests.support.databases import as_owner, as_pipeline
from tests.support.isp import Isp
from tests.support.life import Life


@pytest.fixture
def isp(engine: Engine) -> Isp:
    made = Isp(as_pipeline(engine))
    made.offer_plans()
    return made


@pytest.fixture
def life(engine: Engine) -> Iterator[Life]:
    """A contract's life that starts; at its end the books of every due date that was billed must hold."""
    isp = Isp(as_owner(engine))
    isp.offer_plans()
    life = Life(isp)
    yield life
    for row in isp.run("select due_date from billing.run where kind = 'tv'"):
        life.books_hold(row.due_date)
