"""Policies: what is charged for which month by which rule, to the cent."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from random import Random

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from multitv.billing import tv
from multitv.billing.correction import correct
from multitv.billing.standard import bill_plans
from multitv.offer.billing_policy import Policy, PolicyRefused, set_policy
from multitv.quality import books
from tests.support.databases import as_screens
from tests.support.isp import DUE, FIRST, Isp
from tests.support.settings import SETTINGS

pytestmark = pytest.mark.slow

DAILY = Policy(proration="daily")
ARREARS = Policy(timing="arrears")


def save(isp: Isp, due_date: date = DUE) -> None:
    tv.save(isp.engine, due_date, SETTINGS)
    books.check(isp.engine, books.BOOKS, due_date)


def amounts(isp: Isp, due_date: date = DUE) -> dict[int, Decimal]:
    return {sold: amount for sold, (status, amount) in isp.events(due_date).items() if status != "cancelled"}


def test_without_a_word_it_is_the_manuals_rule(isp: Isp) -> None:
    sold = isp.sell(isp.client_plan(), isp.package("29.90"), added_on=DUE)
    save(isp)
    assert amounts(isp) == {sold: Decimal("29.90")}
    assert isp.run("select policy_id, days, denominator, price, reference_month from billing.event") == [
        (1, None, None, Decimal("29.90"), date(2026, 12, 1))
    ]


@pytest.mark.parametrize(
    ("added", "cancelled", "days"),
    [
        (date(2026, 6, 1), None, 31),
        (date(2026, 12, 1), None, 31),
        (date(2026, 12, 2), None, 30),
        (date(2026, 12, 31), None, 1),
        (date(2026, 6, 1), date(2026, 12, 2), 1),
        (date(2026, 12, 5), date(2026, 12, 8), 3),
        (date(2026, 6, 1), date(2027, 1, 1), 31),
    ],
)
def test_by_the_day_each_day_sold_of_the_month_counts_once(
    isp: Isp, added: date, cancelled: date | None, days: int
) -> None:
    set_policy(as_screens(isp.engine), "Ana", DAILY, 1)
    sold = isp.sell(isp.client_plan(), isp.package("29.90"), added_on=added, cancelled_on=cancelled)
    save(isp)
    whole = Decimal("29.90") * days / 31
    assert amounts(isp) == {sold: whole.quantize(Decimal("0.01"), ROUND_DOWN)}
    assert isp.run("select days, denominator from billing.event") == [(days, 31)]


@pytest.mark.parametrize(
    ("added", "cancelled", "reason"),
    [
        (date(2027, 1, 1), None, "not_added_yet"),
        (date(2026, 6, 1), date(2026, 12, 1), "package_cancelled"),
    ],
)
def test_by_the_day_what_was_not_sold_on_any_day_of_the_month_is_left_out(
    isp: Isp, added: date, cancelled: date | None, reason: str
) -> None:
    set_policy(as_screens(isp.engine), "Ana", DAILY, 1)
    sold = isp.sell(isp.client_plan(), isp.package(), added_on=added, cancelled_on=cancelled)
    save(isp)
    assert isp.exclusions() == {sold: reason}


@pytest.mark.parametrize(
    ("month", "length"),
    [(date(2027, 2, 1), 28), (date(2028, 2, 1), 29), (date(2027, 4, 1), 30), (date(2027, 7, 1), 31)],
)
def test_the_denominator_is_the_length_of_the_month(isp: Isp, month: date, length: int) -> None:
    set_policy(as_screens(isp.engine), "Ana", DAILY)
    isp.sell(isp.client_plan(), isp.package("334.99"), added_on=month + timedelta(1))
    save(isp, month.replace(day=10))
    expected = (Decimal("334.99") * (length - 1) / length).quantize(Decimal("0.01"), ROUND_DOWN)
    assert isp.run("select days, denominator, amount from billing.event") == [(length - 1, length, expected)]


@pytest.mark.parametrize(("rounding", "mode"), [("half_up", ROUND_HALF_UP), ("down", ROUND_DOWN)])
def test_splitting_a_month_never_changes_the_sum(isp: Isp, rounding: str, mode: str) -> None:
    """Thousands of odd prices and splits; what fails prints the one that was wrong."""
    random = Random(20261210)
    cases = []
    for _ in range(4000):
        length = random.choice((28, 29, 30, 31))
        cuts = sorted(random.sample(range(1, length), random.randrange(1, 4)))
        days = [until - since for since, until in zip([random.randrange(cuts[0]), *cuts], [*cuts, length], strict=True)]
        cases.append((Decimal(random.randrange(1, 100_000)) / 100, length, days))
    statement = text(
        "select sum(billing.prorated(:price, :price * (until - days), days, :length, :rounding)) from (select days, "
        "sum(days) over (order by place) as until from unnest(:days) with ordinality as part (days, place)) as part"
    )
    with isp.engine.connect() as connection:
        for price, length, days in cases:
            case = {"price": price, "length": length, "days": days, "rounding": rounding}
            parts = connection.execute(statement, case).scalar_one()
            exact = (price * sum(days) / length).quantize(Decimal("0.01"), mode)
            assert parts == exact, (price, length, days)


def test_a_month_sold_in_two_parts_costs_what_the_whole_does(isp: Isp) -> None:
    set_policy(as_screens(isp.engine), "Ana", DAILY, 1)
    plan, package = isp.client_plan(), isp.package("10.01")
    january = date(2027, 1, 10)
    first = isp.sell(plan, package, added_on=date(2026, 12, 1), cancelled_on=date(2027, 1, 16))
    second = isp.sell(plan, package, added_on=date(2027, 1, 16))
    save(isp, january)
    found = amounts(isp, january)
    assert found.keys() == {first, second}
    assert sum(found.values()) == Decimal("10.01")


def test_in_arrears_the_month_before_is_charged(isp: Isp) -> None:
    set_policy(as_screens(isp.engine), "Ana", ARREARS, 1)
    plan, package = isp.client_plan(), isp.package("29.90")
    charged = isp.sell(plan, package, cancelled_on=date(2026, 12, 3))
    later = isp.sell(plan, isp.package(), added_on=date(2026, 12, 1))
    save(isp)
    assert amounts(isp) == {charged: Decimal("29.90")}
    assert isp.exclusions() == {later: "not_added_yet"}
    assert isp.run("select reference_month from billing.event") == [(date(2026, 11, 1),)]


def test_in_arrears_by_the_day_the_last_days_of_a_contract_are_charged(isp: Isp) -> None:
    set_policy(as_screens(isp.engine), "Ana", Policy("daily", "arrears"), 1)
    sold = isp.sell(isp.client_plan(status="cancelled", cancelled_on=date(2026, 11, 11)), isp.package("30.00"))
    save(isp)
    assert amounts(isp) == {sold: Decimal("10.00")}


def test_a_month_that_was_charged_in_advance_is_not_charged_again_in_arrears(isp: Isp) -> None:
    sold = isp.sell(isp.client_plan(), isp.package())
    for due in (DUE, date(2027, 1, 10), date(2027, 2, 10)):
        save(isp, due)
        bill_plans(isp.engine, due)
        tv.settle(isp.engine, due, SETTINGS)
        set_policy(as_screens(isp.engine), "Ana", ARREARS, 1)
    assert isp.exclusions(date(2027, 1, 10)) == {sold: "already_billed"}
    months = isp.run("select reference_month from billing.event order by 1")
    assert [row[0] for row in months] == [date(2026, 12, 1), date(2027, 1, 1)]


@pytest.mark.parametrize(("minimum", "charged"), [("29.90", True), ("29.91", False)])
def test_below_the_minimum_nothing_is_charged(isp: Isp, minimum: str, charged: bool) -> None:
    set_policy(as_screens(isp.engine), "Ana", Policy(minimum_amount=Decimal(minimum)), 1)
    sold = isp.sell(isp.client_plan(), isp.package("29.90"))
    save(isp)
    assert (amounts(isp) == {sold: Decimal("29.90")}) is charged
    assert (isp.exclusions() == {sold: "below_minimum"}) is not charged


def test_an_amount_that_rounds_to_nothing_is_no_charge(isp: Isp) -> None:
    set_policy(as_screens(isp.engine), "Ana", DAILY, 1)
    sold = isp.sell(isp.client_plan(), isp.package("0.10"), added_on=date(2026, 12, 31))
    save(isp)
    assert isp.exclusions() == {sold: "below_minimum"}


def test_suspended_plans_are_charged_where_the_policy_says_so(isp: Isp) -> None:
    isp.run("insert into tv.service_plan_setting values (3, true, 9000)")
    set_policy(as_screens(isp.engine), "Ana", Policy(bills_suspended=True), 1)
    package = isp.package()
    charged = isp.sell(isp.client_plan(status="suspended"), package)
    isp.run("insert into erp.service_plan values (3, 'Fibra 700 + TV', 199.90)")
    left_out = isp.sell(isp.client_plan(status="suspended", service_plan=3), package)
    save(isp)
    assert amounts(isp).keys() == {charged}
    assert isp.exclusions() == {left_out: "client_plan_suspended"}


def test_a_pending_event_follows_the_policy_and_a_processed_one_keeps_its_own(isp: Isp) -> None:
    sold = isp.sell(isp.client_plan(), isp.package("31.00"), added_on=date(2026, 12, 2))
    assert sold not in amounts(isp)
    save(isp)
    set_policy(as_screens(isp.engine), "Ana", DAILY, 1)
    save(isp)
    assert amounts(isp) == {sold: Decimal("30.00")}
    bill_plans(isp.engine, DUE)
    tv.settle(isp.engine, DUE, SETTINGS)
    set_policy(as_screens(isp.engine), "Ana", Policy(), 1)
    save(isp)
    assert amounts(isp) == {sold: Decimal("30.00")}


def test_a_plans_own_policy_goes_before_the_default(isp: Isp) -> None:
    set_policy(as_screens(isp.engine), "Ana", DAILY)
    own = set_policy(as_screens(isp.engine), "Ana", Policy(), 1)
    sold = isp.sell(isp.client_plan(), isp.package("31.00"), added_on=date(2026, 12, 2))
    save(isp)
    assert amounts(isp) == {sold: Decimal("31.00")}
    assert isp.run("select policy_id from billing.event") == [(own,)]
    assert set_policy(as_screens(isp.engine), "Bia", Policy(), 1) == own


@pytest.mark.parametrize(
    ("author", "policy", "plan"),
    [(" ", Policy(), 1), ("Ana", Policy(minimum_amount=Decimal("-1")), 1), ("Ana", Policy(), 99),
     ("Ana", Policy(minimum_amount=Decimal("0.001")), 1)],
)  # fmt: skip
def test_a_policy_that_cannot_be_is_refused(isp: Isp, author: str, policy: Policy, plan: int) -> None:
    with pytest.raises(PolicyRefused):
        set_policy(as_screens(isp.engine), author, policy, plan)
    assert isp.run("select count(*) from billing.policy") == [(1,)]


def test_a_policy_is_never_edited(isp: Isp) -> None:
    for damage in ("update billing.policy set proration = 'daily'", "delete from billing.policy"):
        with pytest.raises(DatabaseError, match="append-only"):
            isp.run(damage)


@pytest.mark.parametrize(
    ("policy", "line"),
    [
        (
            Policy(),
            "Pacote 2 em 12/2026: R$ 1.229,90 (mês cheio, preço do pacote, política 1: valor cheio, mês do vencimento)",
        ),
        (
            DAILY,
            "Pacote 2 em 12/2026: R$ 674,46 (17 de 31 dias de R$ 1.229,90, preço do pacote, política 2: por dia, "
            "mês do vencimento)",
        ),
    ],
)
def test_each_amount_is_explained_in_a_line(isp: Isp, policy: Policy, line: str) -> None:
    set_policy(as_screens(isp.engine), "Ana", policy)
    isp.sell(isp.client_plan(), isp.package("1229.90"), added_on=date(2026, 12, 1), cancelled_on=date(2026, 12, 18))
    save(isp)
    assert correct(isp.engine, FIRST, "void", reason="engano", author="Ana").explanation == line


def test_the_due_day_anchor_survives_short_months(isp: Isp) -> None:
    sold = isp.sell(isp.client_plan(due_day=31), isp.package("10.00"))
    months = [date(2027, 1, 1), date(2027, 2, 1), date(2027, 3, 1), date(2028, 2, 1), date(2027, 12, 1)]
    for month in months:
        due = month.replace(day=monthrange(month.year, month.month)[1])
        save(isp, due)
        assert amounts(isp, due) == {sold: Decimal("10.00")}


@pytest.mark.parametrize(("policy", "processed"), [(None, 3), (DAILY, 4), (ARREARS, 0)])
def test_a_list_differs_from_what_is_uncharged_by_what_is_processed_only(
    isp: Isp, policy: Policy | None, processed: int
) -> None:
    plan, moved, package = isp.client_plan(), isp.client_plan(), isp.package("29.90")
    promoted = isp.sell(isp.client_plan(), package, added_on=date(2026, 6, 1))
    isp.sell(plan, package, added_on=date(2026, 6, 1), cancelled_on=date(2026, 12, 15))
    isp.sell(moved, package, added_on=date(2026, 6, 1), cancelled_on=date(2026, 12, 12))
    isp.bill(DUE)
    isp.sell(plan, package, added_on=date(2026, 12, 15))
    isp.sell(isp.client_plan(), package, added_on=date(2026, 6, 1))
    promote(isp, promoted, "9.90", since=date(2026, 12, 5))
    if policy:
        set_policy(as_screens(isp.engine), "Ana", policy)
    listed = "select list.* from billing.uncharged(:due, {}) as list where {} order by 3, 5, 6"
    other = (
        "(client_package_id, reference_month) not in "
        "(select client_package_id, reference_month from billing.processed_charge(:due))"
    )
    whole = isp.run(listed.format("null", other), due=DUE)
    assert whole
    assert whole == isp.run(listed.format(":due", "true"), due=DUE)
    assert len(isp.run(listed.format("null", "true"), due=DUE)) == len(whole) + processed
    listed_again = "select from billing.candidate(:due) where (client_package_id, reference_month) in ({})"
    assert isp.run(listed_again.format("select client_package_id, reference_month from billing.event"), due=DUE) == []


def test_a_month_that_was_charged_in_full_is_not_charged_by_days_as_well(isp: Isp) -> None:
    sold = isp.sell(isp.client_plan(), isp.package("31.00"), added_on=date(2026, 6, 1))
    isp.bill(DUE)
    promote(isp, sold, "15.50", since=date(2026, 12, 16))
    set_policy(as_screens(isp.engine), "Ana", DAILY)
    isp.bill(DUE)
    assert isp.run("select count(*), sum(amount) from billing.event") == [(1, Decimal("31.00"))]


def test_a_month_that_was_charged_in_arrears_is_not_charged_again(isp: Isp) -> None:
    set_policy(as_screens(isp.engine), "Ana", ARREARS)
    isp.run("update billing.go_live set month = '2026-06-01'")
    sold = isp.sell(isp.client_plan(), isp.package("31.00"), added_on=date(2026, 6, 1))
    isp.bill(DUE)
    assert amounts(isp) == {sold: Decimal("31.00")}
    promote(isp, sold, "15.50", since=date(2026, 11, 16))
    set_policy(as_screens(isp.engine), "Ana", Policy(timing="arrears", proration="daily", valid_from=date(2026, 11, 1)))
    isp.bill(DUE)
    assert isp.run("select count(*), sum(amount) from billing.event") == [(1, Decimal("31.00"))]


def test_no_service_plan_is_not_taken_for_one_of_the_number_0(isp: Isp) -> None:
    """A view of the ERP may list one of that number, and leave a contract's empty."""
    isp.run("alter table erp.client_plan alter service_plan_id drop not null")
    isp.run("insert into erp.service_plan values (0, 'Nenhum', 0)")
    isp.run("insert into tv.service_plan_setting values (0, true, 9000)")
    set_policy(as_screens(isp.engine), "Ana", DAILY)
    plan = isp.client_plan(cancelled_on=date(2026, 12, 5))
    isp.sell(plan, isp.package("31.00"))
    isp.run("update erp.client_plan set service_plan_id = null where id = :plan", plan=plan)
    save(isp)
    assert amounts(isp) == {}


def promote(isp: Isp, sold: int, price: str, *, since: date) -> None:
    isp.run(
        "insert into tv.promotion (client_package_id, price, since, until) "
        "values (:sold, :price, :since, :since + 60)", sold=sold, price=Decimal(price), since=since,
    )  # fmt: skip
