"""A person waives an open month: it is neither named nor charged, until that is taken back. The last word counts."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import TextClause

from multitv.billing import correction, standard, tv, waivers
from multitv.billing.open_months import OpenMonths
from multitv.billing.review import ApprovalRequest
from multitv.billing.standard import bill_plans
from multitv.billing.waivers import PLAN_FEE, Month, WaiverRefused
from multitv.changes.errors import InvalidValue
from multitv.database.sql import named
from multitv.offer.billing_policy import Policy, set_policy
from tests.support.concurrency import at_once, until_waiting
from tests.support.databases import as_screens
from tests.support.life import DECEMBER, JANUARY, Life, moved, sold
from tests.support.settings import SETTINGS

FIRST_DUE = date(2026, 12, 10)
NEXT_DUE = date(2027, 1, 10)
YEAR_END = date(2026, 12, 31)


@pytest.fixture
def unbilled(life: Life) -> Month:
    """December of a package that no due date covered, because the due day moved."""
    client_plan = sold(life, due_day=20)
    life.isp.sell(life.isp.client_plan(due_day=10), life.isp.package("5.00"))
    life.bill(FIRST_DUE)
    life.day(date(2026, 12, 12), moved(10))
    assert life.open_months(YEAR_END) == [OpenMonths(DECEMBER, 1, 1, 1, Decimal("180.90"))]
    [(package,)] = life.isp.run("select package_id from tv.client_package where client_plan_id = :id", id=client_plan)
    return Month(client_plan, package, DECEMBER)


def decide(life: Life, decision: waivers.Decision, month: Month, author: str = "Ana", reason: str = "cortesia") -> bool:
    return waivers.decide(as_screens(life.isp.engine), author, decision, month, reason=reason)


def decisions(life: Life) -> list[Any]:
    rows = life.isp.run("select waived, author, reason, owed, charged from billing.waiver order by id")
    return [tuple(row) for row in rows]


def fee_of(month: Month) -> Month:
    return Month(month.client_plan_id, PLAN_FEE, month.reference_month)


def test_a_waived_month_is_named_no_more(life: Life, unbilled: Month) -> None:
    assert decide(life, "waive_month", unbilled)
    assert life.open_months(YEAR_END) == [OpenMonths(DECEMBER, 1, 0, 1, Decimal("149.90"))]
    assert decide(life, "waive_month", fee_of(unbilled))
    assert life.open_months(YEAR_END) == []
    assert decisions(life) == [
        (True, "Ana", "cortesia", Decimal("31.00"), Decimal(0)),
        (True, "Ana", "cortesia", Decimal("149.90"), Decimal(0)),
    ]
    asked = tv.save(life.isp.engine, NEXT_DUE, SETTINGS, approval="auto")
    assert isinstance(asked, ApprovalRequest)
    assert "Meses anteriores" not in asked.body
    life.bill(NEXT_DUE)
    assert (DECEMBER, "open_month") not in life.exclusions(NEXT_DUE)
    assert life.charged() == [Decimal("5.00")]


def test_a_waived_month_is_not_billed_although_the_policy_bills_open_months(life: Life, unbilled: Month) -> None:
    set_policy(life.isp.engine, "Ana", Policy(bills_open_months=True))
    decide(life, "waive_month", unbilled)
    life.bill(NEXT_DUE)
    life.bill(date(2027, 2, 10))
    assert life.charged() == [Decimal("5.00")]
    assert sorted(life.charged(JANUARY)) == [Decimal("5.00"), Decimal("31.00")]


def test_a_waiver_that_is_taken_back_names_and_bills_the_month_again(life: Life, unbilled: Month) -> None:
    decide(life, "waive_month", unbilled)
    assert decide(life, "take_back_waiver", unbilled, "Bia", "não era cortesia")
    named = life.isp.run("select owed, charged from billing.open_month where package_id <> 0")
    assert [tuple(row) for row in named] == [(Decimal("31.00"), Decimal(0))]
    assert life.open_months(YEAR_END) == [OpenMonths(DECEMBER, 1, 1, 1, Decimal("180.90"))]
    set_policy(life.isp.engine, "Ana", Policy(bills_open_months=True))
    life.bill(NEXT_DUE)
    assert life.charged() == [Decimal("5.00"), Decimal("31.00")]
    assert [row[:3] for row in decisions(life)] == [(True, "Ana", "cortesia"), (False, "Bia", "não era cortesia")]


def test_a_month_is_waived_again_after_that(life: Life, unbilled: Month) -> None:
    for decision in ("waive_month", "take_back_waiver", "waive_month"):
        assert decide(life, decision, unbilled)
    life.bill(NEXT_DUE)
    assert life.open_months(YEAR_END) == [OpenMonths(DECEMBER, 1, 0, 1, Decimal("149.90"))]
    assert life.charged() == [Decimal("5.00")]


def test_a_month_whose_due_date_is_billed_late_stays_waived(life: Life) -> None:
    """The due date was never billed at all: billing it now charges the others."""
    client_plan = sold(life)
    other = life.isp.client_plan(due_day=10)
    life.isp.sell(other, life.isp.package("5.00"))
    tv.save(life.isp.engine, date(2026, 12, 5), SETTINGS)
    bill_plans(life.isp.engine, date(2026, 12, 5))
    life.open_months(YEAR_END)
    [(package,)] = life.isp.run("select package_id from tv.client_package where client_plan_id = :id", id=client_plan)
    for package_id in (package, PLAN_FEE):
        decide(life, "waive_month", Month(client_plan, package_id, DECEMBER))
    life.bill(FIRST_DUE)
    assert life.charged() == [Decimal("5.00")]
    assert life.exclusions(FIRST_DUE) == [(DECEMBER, "corrected")]
    fees = life.isp.run("select fee_client_plan_id from finance.posting_of_plans")
    assert [row[0] for row in fees] == [other]
    assert life.open_months(YEAR_END) == []


def test_what_was_charged_by_days_of_a_month_stays_and_the_rest_is_waived(life: Life) -> None:
    client_plan = sold(life)
    set_policy(life.isp.engine, "Ana", Policy(proration="daily"))
    life.bill(FIRST_DUE)
    assert life.charged() == [Decimal("31.00")]
    [(package,)] = life.isp.run("select package_id from tv.client_package")
    life.isp.run(
        "insert into billing.open_month values (:plan, :package, :month, 40, 31)",
        plan=client_plan, package=package, month=DECEMBER,
    )  # fmt: skip
    decide(life, "waive_month", Month(client_plan, package, DECEMBER))
    life.bill(FIRST_DUE)
    assert life.charged() == [Decimal("31.00")]
    assert life.exclusions(FIRST_DUE) == []


def test_a_month_that_a_correction_opened_again_is_waived_and_the_last_word_counts(life: Life) -> None:
    client_plan = sold(life)
    tv.save(life.isp.engine, FIRST_DUE, SETTINGS)
    [(event, package)] = life.isp.run("select id, package_id from billing.event")
    month = Month(client_plan, package, DECEMBER)

    def correct(rebill: bool) -> None:
        correction.correct(life.isp.engine, event, "void", reason="engano", author="Ana", rebill=rebill)

    correct(rebill=True)
    life.open_months(YEAR_END)
    decide(life, "waive_month", month)
    life.bill(FIRST_DUE)
    assert life.charged() == []
    life.isp.run("alter table billing.waiver disable trigger user")
    life.isp.run("update billing.waiver set created_at = created_at - interval '1 hour'")
    correct(rebill=False)
    correct(rebill=True)
    life.bill(FIRST_DUE)
    assert life.charged() == [Decimal("31.00")]


@pytest.mark.parametrize("decision", ["waive_month", "take_back_waiver"])
def test_the_same_decision_twice_is_one(life: Life, unbilled: Month, decision: waivers.Decision) -> None:
    decide(life, "waive_month", unbilled)
    if decision == "take_back_waiver":
        assert decide(life, decision, unbilled)
    before = decisions(life)
    assert not decide(life, decision, unbilled)
    assert decisions(life) == before


def test_what_is_not_open_is_refused_in_words(life: Life, unbilled: Month) -> None:
    with pytest.raises(WaiverRefused, match="O mês 01/2027 não está mais em aberto"):
        decide(life, "waive_month", Month(unbilled.client_plan_id, unbilled.package_id, JANUARY))
    with pytest.raises(WaiverRefused, match="A cobrança do mês 12/2026 não está dispensada"):
        decide(life, "take_back_waiver", unbilled)
    with pytest.raises(InvalidValue, match="O motivo está vazio"):
        decide(life, "waive_month", unbilled, reason=" ")
    decide(life, "waive_month", unbilled)
    with pytest.raises(WaiverRefused, match=r"já foi dispensada por Ana \(motivo: cortesia\)"):
        decide(life, "waive_month", unbilled, "Bia")
    decide(life, "take_back_waiver", unbilled)
    with pytest.raises(WaiverRefused, match="já foi desfeita por Ana"):
        decide(life, "take_back_waiver", unbilled, "Bia")


def test_two_people_at_once_waive_a_month_once(life: Life, unbilled: Month) -> None:
    def waive(author: str) -> str:
        try:
            return author if decide(life, "waive_month", unbilled, author) else ""
        except WaiverRefused as refused:
            return str(refused.cause)

    with ThreadPoolExecutor(8) as people:
        outcomes = list(people.map(waive, [f"pessoa {number}" for number in range(8)]))
    assert outcomes.count("month_waived_before") == 7
    assert len(decisions(life)) == 1


def test_a_list_that_is_saved_while_a_month_is_waived_does_not_charge_it(life: Life, unbilled: Month) -> None:
    set_policy(life.isp.engine, "Ana", Policy(bills_open_months=True))
    engine = as_screens(life.isp.engine)
    with engine.begin() as person, ThreadPoolExecutor(1) as pool:
        person.exec_driver_sql(
            "select billing.waive_month(%s, %s, %s, 'cortesia', 'Ana')",
            (unbilled.client_plan_id, unbilled.package_id, DECEMBER),
        )
        saving = pool.submit(tv.save, life.isp.engine, NEXT_DUE, SETTINGS)
        until_waiting(life.isp.engine)
        person.commit()
        with pytest.raises(tv.DueDateOvertaken, match="a person waived a month that it charges"):
            saving.result()
    tv.save(life.isp.engine, NEXT_DUE, SETTINGS)
    assert life.charged() == [Decimal("5.00")]


def test_what_a_list_charged_first_cannot_be_waived(life: Life, unbilled: Month) -> None:
    set_policy(life.isp.engine, "Ana", Policy(bills_open_months=True))

    def waive() -> str:
        try:
            return "waived" if decide(life, "waive_month", unbilled) else ""
        except WaiverRefused as refused:
            return str(refused.cause)

    def save() -> str:
        try:
            tv.save(life.isp.engine, NEXT_DUE, SETTINGS)
        except tv.DueDateOvertaken:
            return "overtaken"
        return "saved"

    outcomes = set(at_once(save, waive))
    charged = Decimal("31.00") in life.charged()
    assert charged == ("waived" not in outcomes)
    if charged:
        assert outcomes == {"saved", "month_not_open"}


def test_what_a_later_due_date_paid_cannot_be_waived(life: Life) -> None:
    client_plan = sold(life)
    set_policy(life.isp.engine, "Ana", Policy(proration="daily", adjusts=True))
    life.day(date(2026, 12, 1), "update tv.client_package set cancelled_on = '2026-12-17'")
    life.bill(FIRST_DUE)
    life.day(date(2026, 12, 20), "update tv.client_package set cancelled_on = null")
    life.open_months(YEAR_END)
    life.bill(NEXT_DUE)
    assert sum(life.charged()) == Decimal("31.00")
    [(package,)] = life.isp.run("select package_id from tv.client_package where client_plan_id = :id", id=client_plan)
    with pytest.raises(WaiverRefused, match="O mês 12/2026 não está mais em aberto"):
        decide(life, "waive_month", Month(client_plan, package, DECEMBER))
    assert decisions(life) == []


def test_a_fee_that_was_posted_late_cannot_be_waived(life: Life) -> None:
    client_plan = sold(life)
    life.isp.client_plan(due_day=5)
    tv.save(life.isp.engine, date(2026, 12, 5), SETTINGS)
    bill_plans(life.isp.engine, date(2026, 12, 5))
    life.open_months(YEAR_END)
    assert life.isp.run("select 1 from billing.open_month where package_id = 0")
    bill_plans(life.isp.engine, FIRST_DUE)
    assert not life.isp.run("select 1 from billing.open_month where package_id = 0")
    with pytest.raises(WaiverRefused, match="não está mais em aberto"):
        decide(life, "waive_month", Month(client_plan, PLAN_FEE, DECEMBER))


def test_a_fee_that_is_being_posted_cannot_be_waived(
    life: Life, unbilled: Month, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_policy(life.isp.engine, "Ana", Policy(bills_open_months=True))
    with ThreadPoolExecutor(1) as person:
        waivers_of_person: list[Future[bool]] = []

        def interrupted(name: str) -> TextClause:
            if name == "billing/close_open_fees":
                waivers_of_person.append(person.submit(decide, life, "waive_month", fee_of(unbilled)))
                until_waiting(life.isp.engine)
            return named(name)

        monkeypatch.setattr(standard, "named", interrupted)
        bill_plans(life.isp.engine, NEXT_DUE)
        [waiver] = waivers_of_person
        with pytest.raises(WaiverRefused, match="não está mais em aberto"):
            waiver.result()
    assert DECEMBER in life.fees()


def test_a_fee_is_billed_as_before_when_its_waiver_is_taken_back(life: Life, unbilled: Month) -> None:
    set_policy(life.isp.engine, "Ana", Policy(bills_open_months=True))
    before = life.isp.run("select * from billing.open_month order by package_id")
    for month in (fee_of(unbilled), unbilled):
        decide(life, "waive_month", month)
        decide(life, "take_back_waiver", month)
    assert life.isp.run("select * from billing.open_month order by package_id") == before
    bill_plans(life.isp.engine, NEXT_DUE)
    assert DECEMBER in life.fees()


def test_a_pending_charge_of_an_open_month_stays_when_the_month_owes_more(life: Life, unbilled: Month) -> None:
    set_policy(life.isp.engine, "Ana", Policy(proration="daily", bills_open_months=True))
    life.day(date(2026, 12, 13), "update tv.client_package set added_on = '2026-12-11' where price is null and id = 1")
    life.open_months(YEAR_END)
    tv.save(life.isp.engine, NEXT_DUE, SETTINGS)
    assert Decimal("21.00") in life.charged()
    life.day(date(2027, 1, 2), "update tv.client_package set added_on = '2026-12-01' where id = 1")
    life.open_months(date(2027, 1, 3))
    bill_plans(life.isp.engine, NEXT_DUE)
    tv.settle(life.isp.engine, NEXT_DUE, SETTINGS)
    assert Decimal("21.00") in life.charged()
