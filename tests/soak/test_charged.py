"""Whatever changes from day to day, and however often a due date is billed, no month is charged more than once."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from include.local.postgres import Server
from multitv.billing import correction, tv
from multitv.billing.standard import bill_plans
from multitv.erp import history
from multitv.quality import books
from tests.soak.ledger import Policy
from tests.soak.test_owed import DAYS, Changes, month_at
from tests.support.settings import SETTINGS
from tests.support.size import SOAK
from tests.support.stories import try_stories

EXAMPLES = 3 * SOAK
HIGHEST_PRICE = Decimal("49.90")


class Bills(Changes):
    """The due dates of a month are billed again and again."""

    # Nobody can delete what was billed, and what ends contracts leaves little to charge.
    delete_sale = change_tv_tab = go_live = change_package = change_service_plan = None  # type: ignore[assignment]
    lose_contract = show_contract_again = cancel_contract = None  # type: ignore[assignment]
    state_end = activate = renew_contract = None  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.billed: list[date] = []
        self.reasons = 0

    @rule(days=DAYS, daily=st.booleans(), arrears=st.booleans(), adjusts=st.booleans())
    def change_policy(self, days: int, daily: bool, arrears: bool, adjusts: bool) -> None:
        self.wait(days)
        self.set_policy(Policy(daily=daily, arrears=arrears, adjusts=adjusts))

    @rule(data=st.data())
    def bill_again(self, data: st.DataObject) -> None:
        self.bill(data.draw(st.sampled_from(self.billed)))

    @rule(data=st.data(), months=st.integers(0, 1))
    def save(self, data: st.DataObject, months: int) -> None:
        """A list that is made before its due date, while earlier ones may be billed again."""
        client_plan = data.draw(st.sampled_from(sorted(self.ledger.client_plans)))
        due_date = self.ledger.billing_day(client_plan, month_at(self.today, months))
        history.record(self.isp.engine, self.today, SETTINGS)
        tv.save(self.isp.engine, due_date, SETTINGS, allow_voids=True)

    @rule(data=st.data(), rebill=st.booleans())
    def correct(self, data: st.DataObject, rebill: bool) -> None:
        charges = self.isp.run("select id, status from billing.event where kind = 'charge' and live order by id")
        if charges:
            event, status = data.draw(st.sampled_from(charges))
            self.decide(event, "void" if status == "pending" else "reverse", rebill=rebill)

    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        corrected = self.isp.run("select distinct event_id from billing.correction order by 1")
        if corrected:
            [event] = data.draw(st.sampled_from(corrected))
            self.decide(event, "take_back")

    def decide(self, event: int, action: correction.Action, *, rebill: bool = False) -> None:
        self.reasons += 1
        with suppress(correction.CorrectionRefused):
            correction.correct(
                self.isp.engine, event, action, reason=f"motivo {self.reasons}", author="Ana", rebill=rebill
            )

    @invariant()
    def a_due_date_of_the_month_is_billed(self) -> None:
        history.record(self.isp.engine, self.today, SETTINGS)
        client_plans = sorted(self.ledger.client_plans)
        client_plan = client_plans[len(self.billed) % len(client_plans)]
        self.bill(self.ledger.billing_day(client_plan, month_at(self.today, 0)))

    def bill(self, due_date: date) -> None:
        self.billed.append(due_date)
        tv.save(self.isp.engine, due_date, SETTINGS, allow_voids=True)
        self.nothing_is_pending_beyond_what_is_owed(due_date)
        bill_plans(self.isp.engine, due_date)
        tv.settle(self.isp.engine, due_date, SETTINGS, allow_voids=True)
        books.check(self.isp.engine, books.BOOKS, due_date)
        charged: Any = self.isp.run(
            "select client_plan_id, package_id, reference_month, sum(amount) as amount from billing.event "
            "where status <> 'cancelled' group by 1, 2, 3"
        )
        for month in charged:
            assert 0 <= month.amount <= HIGHEST_PRICE, tuple(month)
        days: Any = self.isp.run(
            "select client_plan_id, package_id, reference_month, sum(days) as days, max(denominator) as of_month "
            "from billing.event where live and kind = 'charge' group by 1, 2, 3 having sum(days) > max(denominator)"
        )
        assert not days, days

    def nothing_is_pending_beyond_what_is_owed(self, due_date: date) -> None:
        """What is charged in full stays as its due date judged it; by days it is what the month owes by now."""
        pending: Any = self.isp.run(
            "select client_plan_id, package_id, reference_month, sum(amount) as amount from billing.event "
            "where status <> 'cancelled' group by 1, 2, 3 having bool_or(due_date = :due_date and status = 'pending' "
            "and kind = 'charge' and days is not null)",
            due_date=due_date,
        )
        for *unit, amount in pending:
            assert amount <= self.ledger.owed(*unit), (unit, amount)


# A failure is shrunk for up to five minutes.
@pytest.mark.timeout(600 * SOAK)
def test_no_month_is_charged_twice(server: Server, migrated: str) -> None:
    try_stories(Bills, server, migrated, examples=EXAMPLES, steps=25)
