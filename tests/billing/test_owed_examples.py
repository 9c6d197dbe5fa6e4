"""What a month owes, against amounts worked out by hand: 31.00 a month is 1.00 a day of December or January."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Engine

from multitv.erp import history
from tests.support.databases import as_owner
from tests.support.isp import Isp
from tests.support.settings import SETTINGS

DECEMBER = date(2026, 12, 1)
# Of the history.
FIRST = date(2026, 12, 1)


@pytest.fixture
def isp(engine: Engine) -> Isp:
    """As the owner, who may record for any day."""
    made = Isp(as_owner(engine))
    made.offer_plans()
    return made


def record(isp: Isp, today: date) -> None:
    history.record(isp.engine, today, SETTINGS)


def default_policy(isp: Isp, *, proration: str = "full", timing: str = "advance") -> None:
    isp.run("insert into billing.policy (proration, timing, author) values (:p, :t, 'Ana')", p=proration, t=timing)


def owed(isp: Isp, month: date = DECEMBER) -> list[Decimal]:
    """Return the amounts of a month's segments."""
    rows = isp.run(
        "select amount from billing.owed(:month, null, null) where exclusion is null "
        "order by client_package_id, segment",
        month=month,
    )
    return [amount for (amount,) in rows]


def test_the_days_before_a_change_to_a_service_plan_without_a_tv_tab_are_owed(isp: Isp) -> None:
    """The service plan of the 20th, the billing day, has the default policy; the 14 days before the change had TV."""
    default_policy(isp, proration="daily")
    isp.run("insert into erp.service_plan values (4, 'Fibra 100', 79.90)")
    isp.sell(isp.client_plan(due_day=20), isp.package("31.00"))
    record(isp, FIRST)
    isp.run("update erp.client_plan set service_plan_id = 4")
    record(isp, date(2026, 12, 15))
    assert owed(isp) == [Decimal("14.00")]


def test_the_days_before_the_end_of_a_cancelled_contract_whose_row_lacks_all_else_are_owed(isp: Isp) -> None:
    default_policy(isp, proration="daily")
    isp.run("alter table erp.client_plan alter due_day drop not null, alter service_plan_id drop not null")
    isp.sell(isp.client_plan(due_day=20), isp.package("31.00"))
    record(isp, FIRST)
    isp.run(
        "update erp.client_plan set status = 'cancelled', cancelled_on = '2026-12-15', due_day = null, "
        "service_plan_id = null"
    )
    record(isp, date(2026, 12, 15))
    assert owed(isp) == [Decimal("14.00")]


def test_a_due_day_that_a_cancelled_contract_no_longer_states_moves_no_billing_day(isp: Isp) -> None:
    """December's is the 10th, on which the package was in force: the month stays owed when the contract ends."""
    isp.run("alter table erp.client_plan alter due_day drop not null")
    isp.sell(isp.client_plan(due_day=10), isp.package("31.00"))
    record(isp, FIRST)
    isp.run("update erp.client_plan set status = 'cancelled', cancelled_on = '2026-12-28', due_day = null")
    record(isp, date(2026, 12, 28))
    assert owed(isp) == [Decimal("31.00")]


def test_the_days_of_a_sale_at_one_price_are_one_segment_wherever_the_price_comes_from(isp: Isp) -> None:
    default_policy(isp, proration="daily")
    sale = isp.sell(isp.client_plan(), isp.package("31.00"))
    record(isp, FIRST)
    isp.run("update tv.client_package set price = 31.00 where id = :id", id=sale)
    record(isp, date(2026, 12, 15))
    assert owed(isp) == [Decimal("31.00")]
