"""From settlement on: charges without an invoice of their own, credits in parts, payouts, corrections taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.exc import DatabaseError

from multitv.billing import correction, sweep, tv
from multitv.billing.report import tv_report
from multitv.billing.run import Tally
from multitv.billing.standard import bill_plans
from multitv.database.engine import transaction
from multitv.event_codes import event_code
from multitv.offer.billing_policy import Policy, set_policy
from multitv.quality import books
from tests.support.databases import as_screens
from tests.support.isp import DUE, FIRST, Isp
from tests.support.report_text import assert_readable, unpadded
from tests.support.settings import SETTINGS

pytestmark = pytest.mark.slow

JANUARY = date(2027, 1, 10)
FEBRUARY = date(2027, 2, 10)
MONTHS = (DUE, JANUARY, FEBRUARY)
NOW = date(2026, 12, 1)


def bill(isp: Isp, due_date: date = DUE) -> None:
    isp.bill(due_date)
    check(isp)


def check(isp: Isp) -> None:
    for [due] in isp.run("select due_date from billing.run where kind = 'tv' order by 1"):
        books.check(isp.engine, books.BOOKS, due)


def correct(isp: Isp, event: int, action: correction.Action = "reverse", **other: Any) -> correction.Corrected:
    named_by: dict[str, Any] = {"reason": "cobrado por engano", "author": "Ana"} | other
    corrected = correction.correct(isp.engine, event, action, **named_by)
    check(isp)
    return corrected


def take_back(isp: Isp, event: int, **other: Any) -> correction.Corrected:
    return correct(isp, event, "take_back", **{"reason": "estava certo"} | other)


def ask(isp: Isp, event: int, action: correction.Action = "reverse") -> str:
    return correction.question(isp.engine, event, action, reason="engano", rebill=False).body


def pay(isp: Isp, due_date: date = DUE) -> None:
    isp.run("update finance.invoice set status = 'paid' where due_date = :due", due=due_date)


def totals(isp: Isp, client_plan: int | None = None) -> dict[date, Decimal]:
    rows = isp.run(
        "select due_date, coalesce(sum(amount), 0) from finance.invoice as i left join finance.posting on "
        "invoice_id = i.id where i.client_plan_id = coalesce(:plan, i.client_plan_id) group by 1",
        plan=client_plan,
    )
    return {row[0]: row[1] for row in rows}


def on_invoices(isp: Isp, event: int) -> list[tuple[date, Decimal]]:
    """The due dates of an event's invoices with what they have of it."""
    rows = isp.run(
        "select i.due_date, amount from finance.posting join finance.invoice as i on i.id = invoice_id "
        "where billing_event_id = :event order by 1",
        event=event,
    )
    return [tuple(row) for row in rows]


def status(isp: Isp, event: int) -> str:
    [(found,)] = isp.run("select status from billing.event where id = :event", event=event)
    return str(found)


def payouts(isp: Isp) -> list[tuple[int, Decimal]]:
    rows = isp.run("select client_plan_id, amount from billing.payout where withdrawn_at is null order by id")
    return [tuple(row) for row in rows]


@pytest.fixture
def charged(isp: Isp) -> Isp:
    """One client, charged 29.90 on top of 149.90."""
    isp.sell(isp.client_plan(), isp.package("29.90"))
    bill(isp)
    return isp


# Charges for which the standard billing makes no invoice.


def _suspended(isp: Isp) -> None:
    set_policy(as_screens(isp.engine), "ana", Policy(bills_suspended=True))
    isp.sell(isp.client_plan(status="suspended"), isp.package("30.00"))


def _last_month_in_arrears(isp: Isp) -> None:
    set_policy(as_screens(isp.engine), "ana", Policy(timing="arrears"))
    isp.sell(isp.client_plan(status="cancelled", cancelled_on=date(2026, 12, 5)), isp.package("30.00"))


def _daily_started_later(isp: Isp) -> None:
    set_policy(as_screens(isp.engine), "ana", Policy(proration="daily"))
    isp.sell(isp.client_plan(activated_on=date(2026, 12, 15)), isp.package("30.00"), added_on=date(2026, 12, 15))


def _daily_left_before(isp: Isp) -> None:
    set_policy(as_screens(isp.engine), "ana", Policy(proration="daily"))
    isp.sell(
        isp.client_plan(cancelled_on=date(2026, 12, 6)),
        isp.package("30.00"),
        cancelled_on=date(2026, 12, 6),
    )


GETS_NO_INVOICE = [_suspended, _last_month_in_arrears, _daily_started_later, _daily_left_before]


@pytest.mark.parametrize("arrange", GETS_NO_INVOICE)
def test_a_charge_of_a_contract_that_gets_no_invoice_is_posted_at_settlement(
    isp: Isp, arrange: Callable[[Isp], None]
) -> None:
    arrange(isp)
    bill(isp)
    assert {state for state, _ in isp.events().values()} == {"processed"}
    [(event, amount)] = isp.run("select id, amount from billing.event where kind = 'charge'")
    assert on_invoices(isp, event) == [(DUE, amount)]
    assert totals(isp) == {DUE: amount}
    assert isp.run("select status from billing.run where kind = 'tv'") == [("closed",)]


def test_repeating_the_settlement_of_what_gets_no_invoice_changes_nothing(isp: Isp) -> None:
    _suspended(isp)
    bill(isp)
    before = isp.tables()
    bill(isp)
    assert isp.tables() == before


def test_the_standard_billing_of_a_contract_in_force_again_uses_the_invoice_that_settling_made(isp: Isp) -> None:
    _suspended(isp)
    bill(isp)
    isp.run("update erp.client_plan set status = 'active'")
    bill(isp)
    assert totals(isp) == {DUE: Decimal("179.90")}


def test_the_invoice_is_of_the_next_due_date_if_that_of_the_due_date_is_taken(isp: Isp) -> None:
    _suspended(isp)
    isp.run("insert into finance.invoice (client_plan_id, due_date, status) select id, :due, 'paid' from "
            "erp.client_plan", due=DUE)  # fmt: skip
    isp.run("insert into finance.invoice (client_plan_id, due_date, status) select id, :due, 'closed' from "
            "erp.client_plan", due=JANUARY)  # fmt: skip
    bill(isp)
    assert on_invoices(isp, FIRST) == [(FEBRUARY, Decimal("30.00"))]


def test_a_due_day_past_the_end_of_a_month_is_its_last_day_for_such_an_invoice_too(isp: Isp) -> None:
    set_policy(as_screens(isp.engine), "ana", Policy(bills_suspended=True))
    isp.sell(isp.client_plan(status="suspended", due_day=31), isp.package("30.00"))
    taken, due = date(2027, 1, 31), date(2027, 2, 28)
    isp.run("insert into finance.invoice (client_plan_id, due_date, status) select id, :due, 'paid' from "
            "erp.client_plan", due=taken)  # fmt: skip
    bill(isp, taken)
    assert totals(isp) == {taken: Decimal(0), due: Decimal("30.00")}


@pytest.mark.parametrize("state", ["paid", "closed"])
def test_a_charge_of_an_active_contract_waits_for_its_next_invoice(isp: Isp, state: str) -> None:
    isp.sell(isp.client_plan(), isp.package("29.90"))
    tv.save(isp.engine, DUE, SETTINGS)
    bill_plans(isp.engine, DUE)
    isp.run("update finance.invoice set status = :state", state=state)
    for _ in range(2):
        left = tv.settle(isp.engine, DUE, SETTINGS).pending
        assert left == {f"invoice_{state}": Tally(1, Decimal("29.90"))}
        check(isp)
    tv.save(isp.engine, JANUARY, SETTINGS)
    bill_plans(isp.engine, JANUARY)
    settled = tv.settle(isp.engine, JANUARY, SETTINGS)
    assert settled.carried == Tally(1, Decimal("29.90"))
    assert settled.posted == Tally(1, Decimal("29.90"))
    check(isp)
    assert totals(isp) == {DUE: Decimal("149.90"), JANUARY: Decimal("209.70")}
    assert set(isp.run("select due_date, status from billing.run where kind = 'tv'")) == {
        (DUE, "closed"),
        (JANUARY, "closed"),
    }
    assert tv.settle(isp.engine, JANUARY, SETTINGS).carried.count == 0


def test_a_charge_that_waits_is_posted_when_the_contract_ends(isp: Isp) -> None:
    isp.sell(isp.client_plan(), isp.package("29.90"))
    tv.save(isp.engine, DUE, SETTINGS)
    bill_plans(isp.engine, DUE)
    pay(isp)
    tv.settle(isp.engine, DUE, SETTINGS)
    isp.run("update erp.client_plan set status = 'cancelled', cancelled_on = '2026-12-20'")
    bill(isp, JANUARY)
    assert on_invoices(isp, FIRST) == [(JANUARY, Decimal("29.90"))]
    assert status(isp, FIRST) == "processed"


def test_a_charge_that_waits_and_is_voided_is_posted_nowhere(isp: Isp) -> None:
    isp.sell(isp.client_plan(), isp.package("29.90"))
    tv.save(isp.engine, DUE, SETTINGS)
    bill_plans(isp.engine, DUE)
    pay(isp)
    tv.settle(isp.engine, DUE, SETTINGS)
    correct(isp, FIRST, "void")
    bill(isp, JANUARY)
    assert on_invoices(isp, FIRST) == []
    assert isp.run("select * from billing.carried_charge") == []
    assert set(isp.run("select status from billing.run where kind = 'tv'")) <= {("closed",), ("saved",)}


def test_a_charge_that_waits_goes_on_its_own_invoice_if_that_is_opened_again(isp: Isp) -> None:
    isp.sell(isp.client_plan(), isp.package("29.90"))
    tv.save(isp.engine, DUE, SETTINGS)
    bill_plans(isp.engine, DUE)
    pay(isp)
    tv.settle(isp.engine, DUE, SETTINGS)
    isp.run("update finance.invoice set status = 'open'")
    bill(isp)
    assert totals(isp) == {DUE: Decimal("179.80")}
    assert isp.run("select * from billing.carried_charge") == []


def test_a_charge_of_a_parked_contract_waits_for_its_row_and_gets_no_invoice(isp: Isp) -> None:
    isp.sell(isp.client_plan(), isp.package("29.90"))
    tv.save(isp.engine, DUE, SETTINGS)
    isp.run("update erp.client_plan set service_plan_id = 77")
    bill_plans(isp.engine, DUE)
    assert set(tv.settle(isp.engine, DUE, SETTINGS).pending) == {"service_plan_unknown"}
    assert totals(isp) == {}
    isp.run("update erp.client_plan set service_plan_id = 1")
    bill(isp)
    assert totals(isp) == {DUE: Decimal("179.80")}


# Charged again at another price.


def test_a_correction_of_a_paid_month_and_its_new_charge_are_on_the_next_invoice(isp: Isp) -> None:
    isp.sell(isp.client_plan(), isp.package("49.90"))
    bill(isp)
    pay(isp)
    credit = correct(isp, FIRST, rebill=True)
    isp.run("update tv.package set price = 29.90")
    bill(isp)
    [(again,)] = isp.run("select max(id) from billing.event where kind = 'charge'")
    assert status(isp, again) == "pending"
    bill(isp)
    bill(isp, JANUARY)
    assert on_invoices(isp, again) == [(JANUARY, Decimal("29.90"))]
    assert on_invoices(isp, credit.reversal_event or 0) == [(JANUARY, Decimal("-49.90"))]
    assert totals(isp) == {DUE: Decimal("199.80"), JANUARY: Decimal("159.80")}


def test_a_waived_month_can_be_charged_again_by_a_later_decision(charged: Isp) -> None:
    correct(charged, FIRST)
    bill(charged)
    assert totals(charged) == {DUE: Decimal("149.90")}
    correct(charged, FIRST, rebill=True, reason="era devido")
    bill(charged)
    assert totals(charged) == {DUE: Decimal("179.80")}
    before = charged.tables()
    assert correct(charged, FIRST, rebill=True, reason="era devido").event == FIRST
    assert charged.tables() == before


# Credits that are larger than an invoice.


def test_a_credit_stops_at_the_total_of_the_invoice_and_the_rest_goes_on_the_next(isp: Isp) -> None:
    isp.run("update erp.service_plan set monthly_price = 20.00 where id = 1")
    isp.sell(isp.client_plan(), isp.package("50.00"), cancelled_on=date(2026, 12, 20))
    bill(isp)
    pay(isp)
    credit = correct(isp, FIRST).reversal_event or 0
    bill(isp, JANUARY)
    assert status(isp, credit) == "pending"
    assert on_invoices(isp, credit) == [(JANUARY, Decimal("-20.00"))]
    bill(isp, FEBRUARY)
    bill(isp, date(2027, 3, 10))
    assert status(isp, credit) == "processed"
    assert totals(isp) == {
        DUE: Decimal("70.00"),
        JANUARY: Decimal(0),
        FEBRUARY: Decimal(0),
        date(2027, 3, 10): Decimal("10.00"),
    }
    rows = isp.run("select id, billing_event_id from finance.posting where kind = 'reversal' order by id")
    assert [tuple(row) for row in rows] == [
        (credit, credit),
        (2026121050000001, credit),
        (2026121050000002, credit),
    ]
    before = isp.tables()
    bill(isp, FEBRUARY)
    assert isp.tables() == before


def test_two_credits_share_an_invoice_and_leave_it_at_zero(isp: Isp) -> None:
    isp.run("update erp.service_plan set monthly_price = 20.00 where id = 1")
    plan = isp.client_plan()
    for price in ("15.00", "12.00"):
        isp.sell(plan, isp.package(price), cancelled_on=date(2026, 12, 20))
    bill(isp)
    pay(isp)
    first, second = (correct(isp, FIRST + number).reversal_event or 0 for number in (0, 1))
    bill(isp, JANUARY)
    assert totals(isp)[JANUARY] == 0
    bill(isp, FEBRUARY)
    assert totals(isp)[FEBRUARY] == Decimal("13.00")
    assert sum(amount for _, amount in on_invoices(isp, first) + on_invoices(isp, second)) == Decimal("-27.00")


def test_a_credit_is_spread_over_several_open_invoices_at_once(isp: Isp) -> None:
    isp.run("update erp.service_plan set monthly_price = 20.00 where id = 1")
    isp.sell(isp.client_plan(), isp.package("50.00"), cancelled_on=date(2026, 12, 20))
    for due in MONTHS:
        bill(isp, due)
    pay(isp)
    corrected = correct(isp, FIRST)
    assert on_invoices(isp, corrected.reversal_event or 0) == [
        (JANUARY, Decimal("-20.00")),
        (FEBRUARY, Decimal("-20.00")),
    ]
    assert not corrected.posted


@pytest.mark.parametrize(
    ("erp_total", "posted"), [(None, "-50.00"), ("15.00", "-15.00"), ("0.00", None), ("60.00", "-50.00")]
)
def test_where_the_erp_posts_the_fee_a_credit_stops_at_the_total_that_it_reports(
    isp: Isp, erp_total: str | None, posted: str | None
) -> None:
    plan = isp.client_plan()
    isp.sell(plan, isp.package("50.00"), cancelled_on=date(2026, 12, 20))
    tv.save(isp.engine, DUE, SETTINGS)
    closed = "insert into billing.run (kind, due_date, status, closed_at) values ('standard', :due, 'closed', now())"
    for due in (DUE, JANUARY):
        isp.run("insert into finance.invoice (client_plan_id, due_date) values (:plan, :due)", plan=plan, due=due)
        isp.run(closed, due=due)
    tv.settle(isp.engine, DUE, SETTINGS)
    pay(isp)
    isp.run("update finance.invoice set erp_total = :total where due_date = :due", total=erp_total, due=JANUARY)
    credit = correct(isp, FIRST).reversal_event or 0
    assert on_invoices(isp, credit) == ([(JANUARY, Decimal(posted))] if posted else [])


def test_a_credit_of_an_ended_contract_is_listed_for_paying_out_once(charged: Isp) -> None:
    pay(charged)
    charged.run("update erp.client_plan set status = 'cancelled', cancelled_on = '2026-12-20'")
    credit = correct(charged, FIRST).reversal_event or 0
    assert status(charged, credit) == "pending"
    assert payouts(charged) == []
    bill(charged, JANUARY)
    assert payouts(charged) == [(1, Decimal("29.90"))]
    assert status(charged, credit) == "processed"
    bill(charged, JANUARY)
    bill(charged, FEBRUARY)
    assert payouts(charged) == [(1, Decimal("29.90"))]
    [(number,)] = charged.run("select id from billing.payout")
    charged.run("select billing.mark_paid_out(:id, 'Bia', '2027-01-12', 'Pix')", id=number)
    with pytest.raises(DatabaseError, match="there is nothing to pay out"):
        charged.run("select billing.mark_paid_out(:id, 'Bia', '2027-01-12', 'Pix')", id=number)
    check(charged)


def test_the_last_charge_of_an_ended_contract_takes_what_it_can_of_a_credit(isp: Isp) -> None:
    plan = isp.client_plan()
    isp.sell(plan, isp.package("50.00"), cancelled_on=date(2027, 1, 5))
    bill(isp)
    pay(isp)
    correct(isp, FIRST)
    set_policy(as_screens(isp.engine), "ana", Policy(bills_suspended=True))
    isp.sell(plan, isp.package("20.00"))
    isp.run("update erp.client_plan set status = 'suspended'")
    bill(isp, JANUARY)
    assert totals(isp)[JANUARY] == 0
    assert payouts(isp) == [(1, Decimal("30.00"))]


def test_a_credit_of_a_parked_contract_is_not_paid_out(charged: Isp) -> None:
    pay(charged)
    correct(charged, FIRST)
    charged.run("update erp.client_plan set service_plan_id = 77")
    tv.save(charged.engine, JANUARY, SETTINGS)
    bill_plans(charged.engine, JANUARY)
    assert tv.settle(charged.engine, JANUARY, SETTINGS).to_pay_out.count == 0
    check(charged)


# Corrections that are taken back.


def test_a_voided_charge_is_charged_by_a_new_event(isp: Isp) -> None:
    isp.sell(isp.client_plan(), isp.package("29.90"))
    tv.save(isp.engine, DUE, SETTINGS)
    correct(isp, FIRST, "void")
    done = take_back(isp, FIRST)
    assert done.charge_event == FIRST + 1
    assert not done.posted
    bill(isp)
    assert totals(isp) == {DUE: Decimal("179.80")}
    assert status(isp, FIRST) == "cancelled"
    assert status(isp, FIRST + 1) == "processed"
    bill(isp)
    assert totals(isp) == {DUE: Decimal("179.80")}


def test_a_void_after_settlement_is_taken_back_on_the_next_invoice(isp: Isp) -> None:
    isp.sell(isp.client_plan(), isp.package("29.90"))
    tv.save(isp.engine, DUE, SETTINGS)
    bill_plans(isp.engine, DUE)
    pay(isp)
    tv.settle(isp.engine, DUE, SETTINGS)
    correct(isp, FIRST, "void")
    charge = take_back(isp, FIRST).charge_event or 0
    bill(isp, JANUARY)
    assert on_invoices(isp, charge) == [(JANUARY, Decimal("29.90"))]


def test_a_credit_that_waits_is_void_and_the_charge_counts_again(charged: Isp) -> None:
    pay(charged)
    credit = correct(charged, FIRST).reversal_event or 0
    done = take_back(charged, FIRST)
    assert done.charge_event is None
    assert status(charged, credit) == "cancelled"
    assert charged.run("select reversed, live from billing.event where id = :id", id=FIRST) == [(False, True)]
    assert charged.exclusions() == {}
    bill(charged)
    bill(charged, JANUARY)
    assert totals(charged) == {DUE: Decimal("179.80"), JANUARY: Decimal("179.80")}


def test_a_credit_that_is_posted_is_taken_back_by_a_new_charge(charged: Isp) -> None:
    credit = correct(charged, FIRST).reversal_event or 0
    done = take_back(charged, credit)
    assert (done.event, done.charge_event, done.posted) == (FIRST, FIRST + 2, True)
    assert totals(charged) == {DUE: Decimal("179.80")}
    assert charged.run("select status from billing.run where kind = 'tv'") == [("closed",)]
    assert charged.run(
        "select taken.event_id, first.reversal_event_id from billing.correction as taken "
        "join billing.correction as first on taken.undoes = first.id where taken.charge_event_id = :id",
        id=FIRST + 2,
    ) == [(FIRST, credit)]
    before = charged.tables()
    assert take_back(charged, FIRST) == done
    assert charged.tables() == before
    bill(charged)
    assert totals(charged) == {DUE: Decimal("179.80")}


def test_a_credit_that_is_posted_in_part_is_taken_back_by_a_new_charge(isp: Isp) -> None:
    isp.run("update erp.service_plan set monthly_price = 20.00 where id = 1")
    isp.sell(isp.client_plan(), isp.package("50.00"), cancelled_on=date(2026, 12, 20))
    bill(isp)
    pay(isp)
    credit = correct(isp, FIRST).reversal_event or 0
    bill(isp, JANUARY)
    assert status(isp, credit) == "pending"
    pay(isp, JANUARY)
    assert "R$ 20,00 já foram devolvidos" in ask(isp, FIRST, "take_back")
    charge = take_back(isp, FIRST).charge_event or 0
    assert status(isp, charge) == "pending"
    bill(isp, FEBRUARY)
    assert on_invoices(isp, charge) == [(FEBRUARY, Decimal("50.00"))]
    assert status(isp, credit) == "processed"
    assert sum(totals(isp).values()) == 3 * Decimal("20.00") + Decimal("50.00")


def test_a_payout_that_nobody_paid_is_withdrawn(charged: Isp) -> None:
    pay(charged)
    charged.run("update erp.client_plan set status = 'cancelled', cancelled_on = '2026-12-20'")
    correct(charged, FIRST)
    bill(charged, JANUARY)
    assert "é cancelado, e a cobrança volta a valer" in ask(charged, FIRST, "take_back")
    assert take_back(charged, FIRST).charge_event is None
    assert payouts(charged) == []
    bill(charged, JANUARY)
    assert payouts(charged) == []


def test_a_payout_that_was_paid_is_charged_again(charged: Isp) -> None:
    pay(charged)
    charged.run("update erp.client_plan set status = 'cancelled', cancelled_on = '2026-12-20'")
    correct(charged, FIRST)
    bill(charged, JANUARY)
    charged.run("select billing.mark_paid_out(id, 'Bia', '2027-01-12', 'Pix') from billing.payout")
    charge = take_back(charged, FIRST).charge_event or 0
    bill(charged, FEBRUARY)
    assert on_invoices(charged, charge) == [(FEBRUARY, Decimal("29.90"))]


@pytest.mark.parametrize("paid", [False, True])
def test_what_was_taken_back_can_be_corrected_again_and_again(charged: Isp, paid: bool) -> None:
    if paid:
        pay(charged)
    event = FIRST
    for _ in range(3):
        correct(charged, event)
        event = take_back(charged, event).charge_event or event
    correct(charged, event)
    bill(charged)
    bill(charged, JANUARY)
    expected = {DUE: Decimal("149.90"), JANUARY: Decimal("179.80")}
    if paid:
        expected = {DUE: Decimal("179.80"), JANUARY: Decimal("149.90")}
    assert totals(charged) == expected


def test_a_charge_that_was_replaced_is_corrected_by_the_new_one(charged: Isp) -> None:
    correct(charged, FIRST)
    charge = take_back(charged, FIRST).charge_event or 0
    with pytest.raises(correction.CorrectionRefused, match="corrija esse evento") as refused:
        correct(charged, FIRST, reason="de novo")
    assert event_code(charge) in str(refused.value)
    with pytest.raises(correction.CorrectionRefused, match=event_code(charge)):
        ask(charged, FIRST)


def test_a_month_that_was_charged_again_is_corrected_by_that_charge(charged: Isp) -> None:
    correct(charged, FIRST, rebill=True)
    bill(charged)
    [(again,)] = charged.run("select max(id) from billing.event where kind = 'charge'")
    before = charged.tables()
    for refuse in (lambda: take_back(charged, FIRST), lambda: ask(charged, FIRST, "take_back")):
        with pytest.raises(correction.CorrectionRefused, match=event_code(again)):
            refuse()
    assert charged.tables() == before
    correct(charged, again)
    take_back(charged, FIRST)
    assert totals(charged) == {DUE: Decimal("179.80")}


def test_what_nobody_corrected_cannot_be_taken_back(charged: Isp) -> None:
    for refuse in (lambda: take_back(charged, FIRST), lambda: ask(charged, FIRST, "take_back")):
        with pytest.raises(correction.CorrectionRefused, match="não há o que desfazer"):
            refuse()
    correct(charged, FIRST)
    take_back(charged, FIRST)
    with pytest.raises(correction.CorrectionRefused, match="já foi corrigido por Ana .Desfazer a correção"):
        take_back(charged, FIRST, author="Bia")


def test_whoever_takes_a_correction_back_is_asked_with_what_happens(charged: Isp) -> None:
    pay(charged)
    correct(charged, FIRST)
    asked = correction.question(charged.engine, FIRST, "take_back", reason="engano", rebill=False)
    assert asked.subject == f"Desfazer a correção do evento {event_code(FIRST)}, de R$ 29,90?"
    assert "do qual nada foi devolvido ainda, é cancelado, e a cobrança volta a valer" in asked.body


# A contract that moved to another client.


@pytest.fixture
def moved(isp: Isp) -> Isp:
    """Client plan 1, charged to client 1 and paid, is client 3's now."""
    isp.sell(isp.client_plan(), isp.package("29.90"))
    isp.client_plan(due_day=20)
    bill(isp)
    isp.run(
        "insert into history.client_plan (client_plan_id, client_id, service_plan_id, status, due_day, since, until) "
        "values (1, 1, 1, 'active', 10, '2026-06-01', '2026-12-20'), (1, 3, 1, 'active', 10, '2026-12-20', 'infinity')"
    )
    pay(isp)
    isp.run("update erp.client_plan set client_id = 3 where id = 1")
    return isp


def test_the_credit_of_a_contract_that_moved_goes_on_another_contract_of_whoever_was_charged(moved: Isp) -> None:
    assert "Cliente 1, que era o cliente no vencimento" in ask(moved, FIRST)
    credit = correct(moved, FIRST).reversal_event or 0
    moved.run("insert into erp.client_plan values (50, 1, 1, 'active', 10, '2026-01-01', null)")
    bill(moved, JANUARY)
    assert on_invoices(moved, credit) == [(JANUARY, Decimal("-29.90"))]
    assert totals(moved, 50) == {JANUARY: Decimal("120.00")}
    assert totals(moved, 1) == {DUE: Decimal("179.80"), JANUARY: Decimal("179.80")}


def test_the_credit_of_a_contract_that_moved_is_paid_out_if_its_client_has_no_other(moved: Isp) -> None:
    credit = correct(moved, FIRST).reversal_event or 0
    bill(moved, JANUARY)
    assert payouts(moved) == [(1, Decimal("29.90"))]
    assert moved.run("select client_id from billing.payout") == [(1,)]
    assert status(moved, credit) == "processed"


def test_the_credit_waits_for_an_active_contract_of_whoever_was_charged(moved: Isp) -> None:
    moved.run("insert into erp.client_plan values (50, 1, 1, 'active', 20, '2026-01-01', null)")
    credit = correct(moved, FIRST).reversal_event or 0
    bill(moved, JANUARY)
    assert status(moved, credit) == "pending"
    bill(moved, date(2027, 1, 20))
    assert on_invoices(moved, credit) == [(date(2027, 1, 20), Decimal("-29.90"))]


def test_the_credit_goes_on_the_invoice_of_the_charge_while_that_is_open(moved: Isp) -> None:
    moved.run("update finance.invoice set status = 'open'")
    assert correct(moved, FIRST).posted
    assert totals(moved, 1) == {DUE: Decimal("149.90")}


def test_a_correction_is_not_taken_back_at_the_cost_of_another_client(moved: Isp) -> None:
    correct(moved, FIRST)
    assert "é cancelado, e a cobrança volta a valer" in ask(moved, FIRST, "take_back")
    moved.run("insert into erp.client_plan values (50, 1, 1, 'active', 10, '2026-01-01', null)")
    bill(moved, JANUARY)
    before = moved.tables()
    for refuse in (lambda: take_back(moved, FIRST), lambda: ask(moved, FIRST, "take_back")):
        with pytest.raises(correction.CorrectionRefused, match="cobre Cliente 1 por fora do Multi TV"):
            refuse()
    assert moved.tables() == before


def test_a_credit_of_a_contract_that_moved_that_waits_is_taken_back(moved: Isp) -> None:
    correct(moved, FIRST)
    assert take_back(moved, FIRST).charge_event is None
    bill(moved, JANUARY)
    assert totals(moved, 1) == {DUE: Decimal("179.80"), JANUARY: Decimal("179.80")}


def test_nothing_is_said_of_the_holder_where_the_contract_did_not_move(charged: Isp) -> None:
    assert "o crédito é de" not in ask(charged, FIRST)


# Adjustments, which no person orders.


def adjust(isp: Isp, *rows: tuple[int, str, int | None], due_date: date = DUE) -> list[int]:
    with transaction(isp.engine) as connection:
        connection.exec_driver_sql(
            "create temporary table adjustment (charge_id bigint, due_date date, amount numeric(12, 2), days integer) "
            "on commit drop"
        )
        for event, amount, days in rows:
            connection.exec_driver_sql(
                "insert into adjustment values (%s, %s, %s, %s)", (event, due_date, amount, days)
            )
        assert correction.add_adjustments(connection, due_date, due_date).count == len(rows)
        correction.post_credits(connection)
    check(isp)
    made = isp.run("select event_id from billing.credit where kind = 'adjustment' order by 1 desc")
    return [row[0] for row in made[: len(rows)]]


def test_an_adjustment_gives_a_part_of_a_charge_back_and_the_charge_counts(charged: Isp) -> None:
    [credit] = adjust(charged, (FIRST, "9.90", 10))
    assert status(charged, credit) == "processed"
    assert on_invoices(charged, credit) == [(DUE, Decimal("-9.90"))]
    assert charged.run("select reversed from billing.event where id = :id", id=FIRST) == [(False,)]
    before = charged.tables()
    bill(charged)
    assert charged.tables() == before


def test_the_adjustments_of_a_charge_never_exceed_it(charged: Isp) -> None:
    adjust(charged, (FIRST, "20.00", None))
    before = charged.tables()
    with pytest.raises(DatabaseError, match="its credits are 29.91"):
        adjust(charged, (FIRST, "9.91", None))
    assert charged.tables() == before
    adjust(charged, (FIRST, "9.90", None))
    with pytest.raises(correction.CorrectionRefused, match="já foi devolvido por inteiro"):
        correct(charged, FIRST)


def test_two_adjustments_of_a_charge_at_once_are_summed(charged: Isp) -> None:
    with pytest.raises(DatabaseError, match="its credits are"):
        adjust(charged, (FIRST, "20.00", None), (FIRST, "10.00", None))
    assert len(adjust(charged, (FIRST, "20.00", None), (FIRST, "9.90", None))) == 2
    assert totals(charged) == {DUE: Decimal("149.90")}


def test_a_reversal_gives_back_what_adjustments_left_and_is_taken_back_so(charged: Isp) -> None:
    adjust(charged, (FIRST, "9.90", None))
    assert "R$ 20,00: o resto já foi devolvido" in ask(charged, FIRST)
    credit = correct(charged, FIRST).reversal_event or 0
    assert on_invoices(charged, credit) == [(DUE, Decimal("-20.00"))]
    assert totals(charged) == {DUE: Decimal("149.90")}
    take_back(charged, FIRST)
    assert totals(charged) == {DUE: Decimal("169.90")}


def test_only_what_is_processed_is_adjusted(isp: Isp) -> None:
    isp.sell(isp.client_plan(), isp.package("29.90"))
    tv.save(isp.engine, DUE, SETTINGS)
    with pytest.raises(DatabaseError, match="its credits are"):
        adjust(isp, (FIRST, "9.90", None))


# Where people see what waits.


def test_the_report_and_the_sweep_name_credits_that_wait_and_what_is_to_be_paid_out(isp: Isp) -> None:
    isp.run("update erp.service_plan set monthly_price = 20.00 where id = 1")
    isp.sell(isp.client_plan(), isp.package("50.00"), cancelled_on=date(2026, 12, 20))
    bill(isp)
    pay(isp)
    correct(isp, FIRST)
    assert "Estornos à espera de uma fatura aberta: 1 (R$ -50,00)." in tv_report(isp.engine, DUE)
    bill(isp, JANUARY)
    report = tv_report(isp.engine, DUE)
    assert "Estornos à espera de uma fatura aberta: 1 (R$ -30,00)." in report
    assert "Já lançados em parte: 1." in report
    assert sweep.waiting(isp.engine) == sweep.Waiting(1, Decimal("30.00"), 1, 0, Decimal(0), 0)
    assert sweep.unfinished(isp.engine, SETTINGS, NOW) == []
    isp.run("alter table billing.credit disable trigger user")
    isp.run("update billing.credit set created_at = created_at - interval '70 days'")
    assert [(str(item.due_date), item.reason.code) for item in sweep.unfinished(isp.engine, SETTINGS, NOW)] == [
        ("2026-12-10", "credits_wait")
    ]
    isp.run("update erp.client_plan set status = 'cancelled', cancelled_on = '2027-01-20'")
    pay(isp, JANUARY)
    bill(isp, FEBRUARY)
    report = tv_report(isp.engine, DUE)
    assert "Créditos a pagar ao cliente, porque o contrato não está ativo e não terá fatura: 1 (R$ 30,00)." in report
    [item] = sweep.unfinished(isp.engine, SETTINGS, NOW)
    assert item.reason.sentence == (
        "1 crédito não tem fatura em que caber, porque o contrato não está ativo: pague R$ 30,00 ao cliente e registre "
        "o pagamento, ou desfaça a correção"
    )
    assert_readable(report, isp.engine)


def test_the_sweep_shows_what_waits_without_failing(charged: Isp, caplog: pytest.LogCaptureFixture) -> None:
    pay(charged)
    correct(charged, FIRST)
    caplog.set_level("INFO")
    sweep.sweep(charged.engine, SETTINGS, NOW)
    assert "| créditos sem fatura | 1 | R$ 29,90 |" in unpadded(caplog.text)
