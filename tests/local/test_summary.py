"""The numbers that `make run` shows are those of the ISP's database, and a difference is not glossed over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import Engine, text

from include.local.summary import next_due_date, summary
from include.sandbox.population.seed import seed
from multitv.billing import standard, tv
from tests.support.settings import SETTINGS, TODAY

Plans = Callable[..., None]


@pytest.fixture
def plans(engine: Engine) -> Plans:
    def _add(*due_days: int, status: str = "active") -> None:
        with engine.begin() as connection:
            for due_day in due_days:
                connection.execute(
                    text(
                        "insert into erp.client_plan select coalesce(max(id), 0) + 1, 1, 1, :status, :due_day, "
                        "date '2026-01-01', null from erp.client_plan"
                    ),
                    {"due_day": due_day, "status": status},
                )

    return _add


@pytest.mark.parametrize(
    ("due_days", "today", "expected"),
    [
        ([10, 25], TODAY, date(2026, 11, 25)),
        ([23], TODAY, TODAY),
        ([22], TODAY, date(2026, 12, 22)),
        ([31], TODAY, date(2026, 11, 30)),
        ([31], date(2026, 12, 1), date(2026, 12, 31)),
        ([30, 31], date(2027, 2, 1), date(2027, 2, 28)),
        ([29], date(2028, 2, 1), date(2028, 2, 29)),
        ([5], date(2026, 12, 31), date(2027, 1, 5)),
    ],
)
def test_the_next_due_date_is_the_next_on_which_somebody_is_due(
    engine: Engine, plans: Plans, due_days: list[int], today: date, expected: date
) -> None:
    plans(*due_days)
    assert next_due_date(engine, today) == expected


def test_who_is_not_active_makes_no_due_date(engine: Engine, plans: Plans) -> None:
    plans(24, status="suspended")
    plans(25, status="cancelled")
    assert next_due_date(engine, TODAY) is None


@pytest.fixture
def billed(engine: Engine) -> date:
    seed(engine, 300, TODAY)
    due_date = next_due_date(engine, TODAY)
    assert due_date is not None
    tv.summarise_due_date(engine, due_date)
    tv.save(engine, due_date, SETTINGS)
    standard.bill_plans(engine, due_date)
    return due_date


def test_a_settled_due_date_agrees_and_shows_its_numbers(engine: Engine, billed: date) -> None:
    tv.settle(engine, billed, SETTINGS)
    shown, agree = summary(engine, billed)
    with engine.connect() as connection:
        events = connection.execute(text("select count(*) from billing.event")).scalar_one()
        reasons = connection.execute(text("select distinct reason from billing.exclusion")).scalars().all()
    assert agree
    assert events > 0
    total = next(line.split() for line in shown.splitlines() if line.strip().startswith("total"))
    assert total[1::2] == [str(events)] * 3
    assert len(set(total[2::2])) == 1
    for reason in reasons:
        assert reason in shown


def test_events_that_are_not_posted_are_a_difference(engine: Engine, billed: date) -> None:
    shown, agree = summary(engine, billed)
    assert not agree
    assert "THEY DIFFER" in shown


def test_a_due_date_on_which_nothing_is_due_is_shown_as_such(engine: Engine) -> None:
    shown, agree = summary(engine, TODAY)
    assert agree
    assert "none" in shown
