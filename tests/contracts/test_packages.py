"""Adding, cancelling and deleting an extra of a client plan."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from multitv.changes.errors import (
    AlreadyBilled,
    AlreadyEnded,
    AlreadySold,
    ContractRefused,
    InvalidValue,
    NotThere,
    PackageRefused,
    PlanRefused,
)
from multitv.contracts.packages import add_package, cancel_package, delete_package
from multitv.contracts.rows import ClientPackage
from tests.support.settings import TODAY
from tests.support.shop import Shop

TOMORROW = TODAY + timedelta(days=1)


def test_an_extra_is_sold_from_today_at_the_packages_price(shop: Shop) -> None:
    sold = add_package(shop.engine, " ana ", shop.plan, shop.extra, today=TODAY)
    assert sold == ClientPackage(sold.id, shop.plan, shop.extra, None, TODAY, None)
    assert shop.isp.run("select * from tv.client_package") == [(sold.id, shop.plan, shop.extra, None, TODAY, None)]
    row = {
        "id": sold.id,
        "client_plan_id": shop.plan,
        "package_id": shop.extra,
        "price": None,
        "added_on": "2026-11-23",
        "cancelled_on": None,
    }
    assert shop.audit() == [("ana", "add_package", shop.plan, None, row)]


@pytest.mark.parametrize("price", ["0.00", "12.5", "9999999999.99", "1E+2"])
def test_a_client_may_have_a_price_and_a_day_of_its_own(shop: Shop, price: str) -> None:
    sold = add_package(shop.engine, "ana", shop.plan, shop.extra, today=TODAY, price=Decimal(price), added_on=TOMORROW)
    assert (sold.price, sold.added_on) == (Decimal(price), TOMORROW)
    assert shop.isp.run("select cast(after ->> 'price' as numeric) from tv.contract_change") == [(Decimal(price),)]


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"package": 999}, NotThere, "Não há pacote 999"),
        ({"plan": 999}, NotThere, "não tem o plano do cliente 999"),
        ({"plan": "cancelled"}, PlanRefused, "está cancelado"),
        ({"plan": "leaving"}, PlanRefused, "está cancelado"),
        ({"plan": "without tv"}, PlanRefused, r"O plano de serviço 2 \(Fibra 300\), .* não permite TV"),
        ({"plan": "unset"}, PlanRefused, "O plano de serviço 3, .* não permite TV"),
        ({"package": "basic"}, PackageRefused, "não é um Pacote Extra"),
        ({"package": "gone"}, PackageRefused, "saiu da plataforma"),
        ({"author": " "}, InvalidValue, "autor"),
        ({"price": 29.9}, InvalidValue, r"R\$ 29,9 não veio como Decimal"),
        ({"price": Decimal("-0.01")}, InvalidValue, r"R\$ -0,01 não está entre R\$ 0,00 e"),
        ({"price": Decimal("1E10")}, InvalidValue, "não está entre"),
        ({"price": Decimal("NaN")}, InvalidValue, "não está entre"),
        ({"price": Decimal("1.999")}, InvalidValue, r"R\$ 1,999 tem mais de duas casas decimais"),
    ],
)
def test_what_breaks_a_rule_is_refused_and_nothing_is_written(
    shop: Shop, change: dict[str, object], error: type[ContractRefused], message: str
) -> None:
    named = {
        "cancelled": shop.isp.client_plan(status="cancelled"),
        "leaving": shop.isp.client_plan(cancelled_on=TODAY),
        "without tv": shop.isp.client_plan(service_plan=2),
        "unset": shop.isp.client_plan(service_plan=3),
        "basic": shop.basic,
        "gone": shop.isp.package(active=False),
    }
    asked: dict[str, Any] = {"plan": shop.plan, "package": shop.extra, "author": "ana", "price": None} | change
    plan, package, author, price = (named.get(value, value) for value in asked.values())
    before = shop.tables()
    with pytest.raises(error, match=message) as refused:
        add_package(shop.engine, author, plan, package, today=TODAY, price=price)
    assert refused.value.wrote_nothing
    if isinstance(refused.value, InvalidValue):
        assert refused.value.field in change
    assert shop.tables() == before


def test_a_suspended_client_may_buy(shop: Shop) -> None:
    suspended = shop.isp.client_plan(status="suspended")
    assert add_package(shop.engine, "ana", suspended, shop.extra, today=TODAY).client_plan_id == suspended


def test_a_package_is_not_sold_twice_for_the_same_day(shop: Shop) -> None:
    first = add_package(shop.engine, "ana", shop.plan, shop.extra, today=TODAY)
    for day in (TODAY - timedelta(days=9), TODAY, TOMORROW):
        with pytest.raises(AlreadySold, match=rf"\(pacote do cliente {first.id}\), desde 23/11/2026 sem data de fim"):
            add_package(shop.engine, "ana", shop.plan, shop.extra, today=TODAY, added_on=day)
    cancel_package(shop.engine, "ana", first.id, today=TODAY, cancelled_on=TOMORROW)
    with pytest.raises(
        AlreadySold, match="desde 23/11/2026 e cancelado a partir de 24/11/2026: adicione-o de novo a partir"
    ):
        add_package(shop.engine, "ana", shop.plan, shop.extra, today=TODAY)
    assert add_package(shop.engine, "ana", shop.plan, shop.extra, today=TODAY, added_on=TOMORROW).id != first.id


def test_cancelling_ends_the_package_and_keeps_it(shop: Shop) -> None:
    sold = add_package(shop.engine, "ana", shop.plan, shop.extra, today=TODAY)
    ended = cancel_package(shop.engine, "rui", sold.id, today=TOMORROW)
    assert ended == ClientPackage(sold.id, shop.plan, shop.extra, None, TODAY, TOMORROW)
    author, action, plan, before, after = shop.audit()[-1]
    assert (author, action, plan) == ("rui", "cancel_package", shop.plan)
    assert (before["cancelled_on"], after) == (None, before | {"cancelled_on": "2026-11-24"})


def test_cancelling_again_changes_nothing_from_the_same_day_and_is_refused_from_another(shop: Shop) -> None:
    sold = add_package(shop.engine, "ana", shop.plan, shop.extra, today=TODAY)
    ended = cancel_package(shop.engine, "ana", sold.id, today=TODAY, cancelled_on=TOMORROW)
    before = shop.tables()
    assert cancel_package(shop.engine, "rui", sold.id, today=TOMORROW) == ended
    with pytest.raises(AlreadyEnded, match="já está cancelado a partir de 24/11/2026"):
        cancel_package(shop.engine, "rui", sold.id, today=TODAY)
    assert shop.tables() == before


def test_a_package_ends_at_the_earliest_on_its_first_day(shop: Shop) -> None:
    sold = add_package(shop.engine, "ana", shop.plan, shop.extra, today=TODAY, added_on=TOMORROW)
    with pytest.raises(InvalidValue, match="começa em 24/11/2026, depois de 23/11/2026") as refused:
        cancel_package(shop.engine, "ana", sold.id, today=TODAY)
    assert refused.value.field == "cancelled_on"
    assert cancel_package(shop.engine, "ana", sold.id, today=TODAY, cancelled_on=TOMORROW).cancelled_on == TOMORROW


def test_deleting_leaves_only_the_audit(shop: Shop) -> None:
    sold = add_package(shop.engine, "ana", shop.plan, shop.extra, today=TODAY, price=Decimal("9.90"))
    assert delete_package(shop.engine, "rui", sold.id) == sold
    assert shop.isp.run("select * from tv.client_package") == []
    (_, _, _, _, added), deleted = shop.audit()
    assert deleted == ("rui", "delete_package", shop.plan, added, None)


@pytest.mark.parametrize("step", [cancel_package, delete_package])
def test_a_client_package_that_is_not_there_is_named(shop: Shop, step: Callable[..., ClientPackage]) -> None:
    day: dict[str, date] = {"today": TODAY} if step is cancel_package else {}
    with pytest.raises(NotThere, match="Não há pacote do cliente 999"):
        step(shop.engine, "ana", 999, **day)


@pytest.mark.parametrize("status", ["pending", "cancelled"])
def test_what_any_event_ever_charged_is_not_deleted(shop: Shop, status: str) -> None:
    sold = add_package(shop.engine, "ana", shop.plan, shop.extra, today=TODAY)
    charge(shop, sold, shop.plan)
    if status == "cancelled":
        shop.isp.run("update billing.event set status = 'cancelled', cancelled_at = now(), cancel_reason = 'free'")
    before = shop.tables()
    with pytest.raises(
        AlreadyBilled, match=r"eventos: 1, o último com vencimento em 10/12/2026\) e fica como histórico"
    ):
        delete_package(shop.engine, "ana", sold.id)
    assert shop.tables() == before


def test_the_foreign_key_refuses_what_the_count_does_not_see(shop: Shop) -> None:
    sold = add_package(shop.engine, "ana", shop.plan, shop.extra, today=TODAY)
    charge(shop, sold, shop.isp.client_plan())
    with pytest.raises(AlreadyBilled, match="já entrou no faturamento .eventos: 1"):
        delete_package(shop.engine, "ana", sold.id)


def charge(shop: Shop, sold: ClientPackage, client_plan: int) -> None:
    """Save a pending event of the client package, as billing does."""
    shop.isp.run("insert into billing.run (kind, due_date, status) values ('tv', '2026-12-10', 'saved')")
    shop.isp.run(
        "insert into billing.event (run_id, client_plan_id, service_plan_id, client_package_id, package_id, due_date, "
        "reference_month, kind, amount, price_source) "
        "select id, :plan, 1, :sold, :package, due_date, :month, 'charge', 29.90, 'package' from billing.run",
        plan=client_plan,
        sold=sold.id,
        package=sold.package_id,
        month=date(2026, 12, 1),
    )
