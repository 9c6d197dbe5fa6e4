"""How the ISP offers a package: as an extra or not, its price, its limit of points."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from multitv.changes.errors import ContractRefused, InvalidValue, NotThere, PackageRefused
from multitv.offer.packages import change_offer
from multitv.offer.rows import Offer
from multitv.offer.tv_tab import change_default_package
from tests.support.shop import Shop


def offered(shop: Shop, package: int) -> Offer:
    (row,) = shop.isp.run(
        "select id, name, service_type, extra, price, point_limit, active from tv.package where id = :id", id=package
    )
    return Offer(*row)


def packages(shop: Shop) -> list[Any]:
    return list(shop.isp.run("select * from tv.package order by id"))


def test_the_offer_of_a_package_is_changed_and_noted(shop: Shop) -> None:
    was = offered(shop, shop.extra)
    now = change_offer(shop.engine, " ana ", shop.extra, extra=True, price=Decimal("39.9"), point_limit=4)
    assert now == replace(was, price=Decimal("39.90"), point_limit=4) == offered(shop, shop.extra)
    before = {
        "id": shop.extra,
        "platform_uid": was.name.replace("Pacote ", "svc-"),
        "name": was.name,
        "service_type": "EXTENDED_SERVICE",
        "extra": True,
        "price": 29.90,
        "point_limit": 3,
        "active": True,
    }
    after = before | {"price": 39.90, "point_limit": 4}
    assert shop.audit() == [("ana", "change_offer", shop.extra, before, after)]
    assert shop.isp.run("select after ->> 'price' from tv.contract_change") == [("39.90",)]
    ((changed,),) = shop.isp.run(
        "select changed_at > (select changed_at from tv.package where id = :basic) from tv.package where id = :id",
        basic=shop.basic,
        id=shop.extra,
    )
    assert changed


def test_a_package_may_be_without_a_price_free_without_a_limit_and_no_extra_any_more(shop: Shop) -> None:
    for extra, price, limit in ((True, None, None), (True, Decimal("0.00"), 0), (False, None, 1000)):
        now = change_offer(shop.engine, "ana", shop.extra, extra=extra, price=price, point_limit=limit)
        assert (now.extra, now.price, now.point_limit) == (extra, price, limit)
    assert len(shop.audit()) == 3


def test_the_same_offer_again_changes_nothing(shop: Shop) -> None:
    before = (packages(shop), shop.tables())
    same = change_offer(shop.engine, "ana", shop.extra, extra=True, price=Decimal("29.9"), point_limit=3)
    assert same == offered(shop, shop.extra)
    assert (packages(shop), shop.tables()) == before


def test_a_package_that_left_the_platform_may_still_be_edited(shop: Shop) -> None:
    gone = shop.isp.package(active=False)
    now = change_offer(shop.engine, "ana", gone, extra=True, price=Decimal("5.00"), point_limit=None)
    assert (now.active, now.price) == (False, Decimal("5.00"))


@pytest.mark.parametrize(
    ("change", "error", "field", "message"),
    [
        ({"package_id": 999}, NotThere, None, "Não há pacote 999"),
        ({"author": "\t"}, InvalidValue, "author", "O autor está vazio"),
        ({"price": Decimal("-1")}, InvalidValue, "price", r"R\$ -1 não está entre"),
        ({"price": Decimal("9.999")}, InvalidValue, "price", "mais de duas casas decimais"),
        ({"point_limit": -1}, InvalidValue, "point_limit", "O limite de pontos -1"),
        ({"point_limit": 1001}, InvalidValue, "point_limit", "de 0 a 1000"),
    ],
)
def test_an_offer_that_breaks_a_rule_is_refused_and_nothing_is_written(
    shop: Shop, change: dict[str, Any], error: type[ContractRefused], field: str | None, message: str
) -> None:
    right: dict[str, Any] = {
        "author": "ana",
        "package_id": shop.extra,
        "extra": True,
        "price": None,
        "point_limit": None,
    }
    before = (packages(shop), shop.tables())
    with pytest.raises(error, match=message) as refused:
        change_offer(shop.engine, **(right | change))
    assert (refused.value.field, refused.value.wrote_nothing) == (field, True)
    assert (packages(shop), shop.tables()) == before


def test_a_package_that_is_included_in_plans_does_not_become_an_extra_and_the_plans_are_named(shop: Shop) -> None:
    change_default_package(shop.engine, "ana", 2, shop.basic)
    shop.isp.run("insert into tv.service_plan_setting values (7, false, :basic)", basic=shop.basic)
    before = (packages(shop), shop.tables())
    named = r"planos de serviço: 1 \(Fibra 500 \+ TV\), 2 \(Fibra 300\), 7\. "
    with pytest.raises(PackageRefused, match=named):
        change_offer(shop.engine, "ana", shop.basic, extra=True, price=Decimal("9.90"), point_limit=2)
    assert (packages(shop), shop.tables()) == before
    now = change_offer(shop.engine, "ana", shop.basic, extra=False, price=Decimal("9.90"), point_limit=5)
    assert (now.price, now.point_limit) == (Decimal("9.90"), 5)


def test_a_refusal_stays_short_however_many_plans_include_the_package(shop: Shop) -> None:
    shop.isp.run(
        "insert into tv.service_plan_setting select n, true, :basic from generate_series(100, 140) as n",
        basic=shop.basic,
    )
    with pytest.raises(PackageRefused, match=r", 108 e mais 32\. Um pacote"):
        change_offer(shop.engine, "ana", shop.basic, extra=True, price=None, point_limit=None)


def test_what_was_an_extra_and_a_default_before_may_get_another_price(shop: Shop) -> None:
    shop.isp.run("update tv.service_plan_setting set package_id = :extra where service_plan_id = 2", extra=shop.extra)
    now = change_offer(shop.engine, "ana", shop.extra, extra=True, price=Decimal("9.90"), point_limit=3)
    assert now.price == Decimal("9.90")
