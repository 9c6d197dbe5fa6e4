"""The review between Carregar and Salvar: who is asked when, and that what is saved is what was approved."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy.exc import DatabaseError

from multitv.billing import review, tv
from multitv.billing.run import Tally
from multitv.billing.standard import bill_plans
from multitv.settings import get_settings
from tests.support.isp import DUE, Isp
from tests.support.settings import SETTINGS

NOVEMBER = date(2026, 11, 10)


@pytest.fixture
def billed(isp: Isp) -> Isp:
    """Ten clients at 10 reais each, billed in November."""
    package = isp.package("10.00")
    for _ in range(10):
        isp.sell(isp.client_plan(), package)
    isp.bill(NOVEMBER)
    return isp


def ask(isp: Isp, approval: review.Approval = "auto", due: date = DUE) -> review.ApprovalRequest | tv.Saved:
    return tv.save(isp.engine, due, SETTINGS, approval=approval)


def asked(isp: Isp, approval: review.Approval = "auto", due: date = DUE) -> review.ApprovalRequest:
    request = ask(isp, approval, due)
    assert isinstance(request, review.ApprovalRequest)
    return request


def answer(isp: Isp, request: review.ApprovalRequest, *, approved: bool = True) -> None:
    review.decide(
        isp.engine, request.review, request.digest, approved=approved, by="Ana", at=datetime(2026, 12, 1, tzinfo=UTC)
    )


def reviews(isp: Isp) -> list[tuple[object, ...]]:
    found = isp.run("select decision, decided_by, charges, amount from billing.review where due_date = :d", d=DUE)
    return [tuple(row) for row in found]


def test_a_usual_list_is_saved_and_the_rule_that_let_it_pass_is_kept(billed: Isp) -> None:
    assert isinstance(ask(billed), tv.Saved)
    assert reviews(billed) == [("approved", "limits", 10, Decimal("100.00"))]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("update tv.package set price = 12.01", r"O total mudou mais de 20% em um mês: de R\$ 100,00 para R\$ 120,10"),
        ("update tv.package set price = 7.99", r"O total mudou mais de 20%"),
        (
            "update tv.client_package set cancelled_on = '2026-12-01' where id in (1, 2, 3)",
            "O número de cobranças mudou mais de 20% em um mês: de 10 para 7",
        ),
        ("update tv.client_package set price = 500.01 where id = 1", r"Há uma cobrança de R\$ 500,01, acima do limite"),
    ],
)
def test_what_is_unusual_is_asked_with_the_numbers_in_front(billed: Isp, change: str, said: str) -> None:
    billed.run(change)
    before = billed.events()
    request = asked(billed)
    assert "Faturamento TV, vencimento 10/12/2026: salvar" in request.subject
    assert re.search(said, request.body)
    assert billed.events() == before == {}
    answer(billed, request)
    assert isinstance(ask(billed), tv.Saved)
    assert billed.events()
    assert reviews(billed)[0][:2] == ("approved", "Ana")


@pytest.mark.parametrize("price", ["12.00", "8.00"])
def test_a_change_up_to_the_limit_is_usual(billed: Isp, price: str) -> None:
    billed.run("update tv.package set price = :price", price=price)
    assert isinstance(ask(billed), tv.Saved)


def test_a_first_run_is_unusual(billed: Isp) -> None:
    billed.sell(billed.client_plan(due_day=12), 1)
    assert "não foi faturado no mês anterior" in asked(billed, due=date(2026, 12, 12)).body


def test_always_asks_and_never_does_not(billed: Isp) -> None:
    request = asked(billed, "always")
    assert "**10 (R$ 100,00)** de 10 pacotes da lista seriam cobrados. No mês anterior: 10 (R$ 100,00)." in request.body
    billed.run("update tv.package set price = 99.00")
    assert isinstance(ask(billed, "never"), tv.Saved)
    assert [row[1] for row in reviews(billed)] == [None, "nobody (approval: never)"]


def test_the_question_shows_who_changes_most_and_why_others_are_left_out(billed: Isp) -> None:
    billed.run("update tv.client_package set price = 30.00 where id = 4")
    billed.run("update tv.client_package set price = 0 where id = 5")
    body = re.sub(" +", " ", asked(billed, "always").body)
    plan = billed.run("select client_plan_id from tv.client_package where id = 4")[0][0]
    assert f"| {plan} | R$ 10,00 | R$ 30,00 |" in body
    assert "| gratuito | 1 | R$ 0,00 |" in body


def test_a_list_that_changed_after_it_was_approved_is_asked_again(billed: Isp) -> None:
    first = asked(billed, "always")
    answer(billed, first)
    billed.run("update tv.client_package set price = 10.01 where id = 1")
    second = asked(billed, "always")
    assert second.review != first.review
    assert billed.events() == {}
    answer(billed, second)
    assert isinstance(ask(billed, "always"), tv.Saved)
    assert billed.events()[1] == ("pending", Decimal("10.01"))


def test_a_list_that_was_approved_and_saved_needs_nobody_again(billed: Isp) -> None:
    answer(billed, asked(billed, "always"))
    ask(billed, "always")
    bill_plans(billed.engine, DUE)
    tv.settle(billed.engine, DUE, SETTINGS)
    before = billed.tables(), reviews(billed)
    assert ask(billed, "always") == tv.Saved(0, 0, Tally(0, Decimal()))
    assert (billed.tables(), reviews(billed)) == before


def test_a_rejected_list_is_not_saved_and_asked_about_again(billed: Isp) -> None:
    request = asked(billed, "always")
    answer(billed, request, approved=False)
    again = asked(billed, "always")
    assert again.review != request.review
    assert billed.events() == {}


def test_an_unanswered_question_is_asked_once(billed: Isp) -> None:
    assert asked(billed, "always").review == asked(billed, "always").review


def test_a_decision_is_made_once_and_stays(billed: Isp) -> None:
    request = asked(billed, "always")
    answer(billed, request)
    with pytest.raises(review.ReviewDecided, match="was decided before"):
        answer(billed, request, approved=False)
    for damage in (
        "update billing.review set decision = 'rejected'",
        "delete from billing.review",
        "truncate billing.review",
    ):
        with pytest.raises(DatabaseError, match="append-only"):
            billed.run(damage)


def test_the_limit_of_an_amount_is_a_setting() -> None:
    charged = review.OutcomeTotal(review.CHARGE, 1, Decimal(9))
    summary = review.ListSummary(DUE, [charged], Decimal(9), "0", Tally(1, Decimal(9)), [], Tally(0, Decimal(0)))
    assert review.concerns(summary, get_settings()) == []
    assert review.concerns(summary, get_settings().model_copy(update={"billing_max_amount": Decimal(8)}))
