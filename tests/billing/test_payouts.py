"""A person pays a credit out, and notes when and how: once, whoever else does it at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest

from multitv.billing import sweep
from multitv.billing.correction import correct
from multitv.billing.payouts import PayoutRefused, note_payment
from multitv.changes.errors import InvalidValue, NotThere
from multitv.settings import get_settings
from tests.support.databases import as_screens
from tests.support.isp import DUE, FIRST, Isp

JANUARY = date(2027, 1, 10)
TODAY = date(2027, 1, 12)


@pytest.fixture
def payout(isp: Isp) -> int:
    """The number of a credit of 10.00 that is to be paid out, because its contract ended."""
    isp.sell(isp.client_plan(), isp.package("10.00"))
    isp.bill(DUE)
    isp.run("update finance.invoice set status = 'paid'")
    isp.run("update erp.client_plan set status = 'cancelled', cancelled_on = '2026-12-20'")
    correct(isp.engine, FIRST, "reverse", reason="engano", author="Ana")
    isp.bill(JANUARY)
    [(number,)] = isp.run("select id from billing.payout")
    return int(number)


def note(isp: Isp, payout: int, author: str = "Ana", **other: Any) -> bool:
    noted: dict[str, Any] = {"paid_on": TODAY, "paid_how": "Pix", "today": TODAY} | other
    return note_payment(as_screens(isp.engine), author, payout, **noted)


def stored(isp: Isp) -> list[Any]:
    return [tuple(row) for row in isp.run("select paid_by, paid_on, paid_how, paid_at is not null from billing.payout")]


def test_a_payment_is_noted_with_its_day_and_means_and_the_sweep_is_calm_again(isp: Isp, payout: int) -> None:
    codes = [item.reason.code for item in sweep.unfinished(isp.engine, get_settings(), TODAY)]
    assert "credits_to_pay_out" in codes
    assert note(isp, payout)
    assert stored(isp) == [("Ana", TODAY, "Pix", True)]
    codes = [item.reason.code for item in sweep.unfinished(isp.engine, get_settings(), TODAY)]
    assert "credits_to_pay_out" not in codes
    assert sweep.waiting(isp.engine).payouts == 0


def test_the_same_note_twice_is_one_and_another_is_refused(isp: Isp, payout: int) -> None:
    note(isp, payout)
    assert not note(isp, payout)
    with pytest.raises(PayoutRefused, match=r"já foi registrado por Ana, em 12/01/2027 \(Pix\)"):
        note(isp, payout, "Bia")
    with pytest.raises(PayoutRefused):
        note(isp, payout, paid_how="dinheiro")
    assert stored(isp) == [("Ana", TODAY, "Pix", True)]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"paid_on": None}, "paid_on"),
        ({"paid_on": date(2027, 1, 13)}, "paid_on"),
        ({"paid_on": date(1999, 1, 1)}, "paid_on"),
        ({"paid_how": "  "}, "paid_how"),
        ({"paid_how": "a\nb"}, "paid_how"),
    ],
)
def test_a_note_that_says_too_little_is_refused(isp: Isp, payout: int, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        note(isp, payout, **wrong)
    assert refused.value.field == field
    assert stored(isp) == [(None, None, None, False)]


def test_what_is_not_there_and_what_was_taken_back_cannot_be_paid(isp: Isp, payout: int) -> None:
    with pytest.raises(NotThere):
        note(isp, payout + 1)
    correct(isp.engine, FIRST, "take_back", reason="estava certo", author="Ana")
    with pytest.raises(PayoutRefused, match="foi desfeita"):
        note(isp, payout)
    assert stored(isp) == [(None, None, None, False)]


def test_of_eight_people_at_once_one_notes_it(isp: Isp, payout: int) -> None:
    def pay(author: str) -> bool:
        try:
            return note(isp, payout, author)
        except PayoutRefused:
            return False

    with ThreadPoolExecutor(8) as people:
        assert sum(people.map(pay, [f"pessoa {number}" for number in range(8)])) == 1
    assert len([row for row in stored(isp) if row[3]]) == 1
