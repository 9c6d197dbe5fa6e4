"""Whatever the day of seeding, every due date to come has somebody to charge and every reason not to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from include.local.postgres import Server
from include.sandbox.population.seed import seed
from tests.support.databases import own_database

pytestmark = pytest.mark.proof

DUE_DAYS = (1, 5, 8, 10, 12, 15, 20, 25, 28, 29, 30, 31)
REASONS = {
    "client_plan_cancelled",
    "client_plan_suspended",
    "client_plan_not_active_yet",
    "plan_without_tv",
    "package_not_extra",
    "package_inactive",
    "not_added_yet",
    "package_cancelled",
    "no_price",
    "free",
}


def last_day(day: date) -> int:
    return ((day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)).day


def due_dates(anchor: date) -> Iterator[date]:
    """The dates from the anchor on, on which a due day of the population falls."""
    day = anchor
    while True:
        if day.day in {min(due_day, last_day(day)) for due_day in DUE_DAYS}:
            yield day
        day += timedelta(days=1)


def exclusions(engine: Engine, anchor: date, dates: int) -> Iterator[tuple[date, dict[str | None, int]]]:
    with engine.begin() as connection:
        # As the first catalogue sync will find: the platform does not have it any more.
        connection.execute(text("update tv.package set active = false where platform_uid = 'svc-antigo'"))
        for due_date, _ in zip(due_dates(anchor), range(dates), strict=False):
            query = text("select exclusion, count(*) as number from billing.candidate(:due_date) group by exclusion")
            yield due_date, {row.exclusion: row.number for row in connection.execute(query, {"due_date": due_date})}


@pytest.mark.parametrize(
    "anchor", [date(2026, 1, 31), date(2028, 2, 29), date(2026, 12, 31), date(2027, 6, 15), date(2026, 11, 23)]
)
def test_each_due_date_of_the_year_after_has_charges_and_every_exclusion(engine: Engine, anchor: date) -> None:
    seed(engine, 5_000, anchor)
    for due_date, found in exclusions(engine, anchor, 140):
        assert set(found) == {*REASONS, None}, f"{due_date}: {found}"
        assert found[None] > 200, f"{due_date}: {found}"


@settings(max_examples=5, deadline=None)
@given(anchor=st.dates(date(2024, 1, 1), date(2040, 12, 31)), number=st.integers(0, 2**32))
def test_whatever_the_day_and_the_seed_480_clients_show_every_exclusion(
    server: Server, migrated: str, anchor: date, number: int
) -> None:
    with own_database(server, migrated) as engine:
        seed(engine, 480, anchor, seed=number)
        for due_date, found in exclusions(engine, anchor, 24):
            assert set(found) == {*REASONS, None}, f"{due_date}: {found}"
