"""Two at once, and killed in the middle: the contract comes out as by one after the other, or untouched."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from sqlalchemy import text

from multitv.changes.errors import (
    AlreadyEnded,
    AlreadySold,
    ContractRefused,
    MacTaken,
    NotThere,
    PackageRefused,
    PointLimitReached,
    PromotionRefused,
)
from multitv.contracts.packages import add_package, cancel_package, delete_package
from multitv.contracts.points import edit_point, remove_point, swap_point
from multitv.contracts.promotions import add_promotion
from multitv.contracts.rows import Promotion
from multitv.database.engine import DatabaseUnavailable
from multitv.offer.packages import change_offer
from multitv.offer.tv_tab import change_default_package, set_allows_tv
from tests.support.concurrency import at_once, end_waiting, until_waiting
from tests.support.databases import as_owner
from tests.support.settings import TODAY
from tests.support.shop import NewDevice, Shop, mac

pytestmark = pytest.mark.slow

DEVICE: NewDevice = {"serial": "SN", "device_type": "stb", "today": TODAY}


def refusals(*steps: Callable[[], object]) -> list[ContractRefused]:
    """Run the steps at once and return the refusals."""

    def refusal(step: Callable[[], object]) -> ContractRefused | None:
        try:
            step()
        except ContractRefused as refused:
            return refused
        return None

    told = at_once(*[partial(refusal, step) for step in steps])
    return [refused for refused in told if refused is not None]


def promote(shop: Shop, sold: int, days: int = 30) -> Promotion:
    until = TODAY + timedelta(days=days)
    return add_promotion(shop.engine, "ana", sold, price=Decimal("9.90"), until=until, today=TODAY)


def test_many_points_at_once_stop_exactly_at_the_limit(shop: Shop) -> None:
    refused = refusals(*[lambda number=number: shop.point(number) for number in range(8)])
    assert [type(error) for error in refused] == [PointLimitReached] * 6
    assert shop.isp.run("select count(*) from tv.client_point") == [(2,)]
    assert len(shop.audit()) == 2


def test_one_of_many_clients_gets_a_device_that_all_ask_for(shop: Shop) -> None:
    plans = [shop.isp.client_plan() for _ in range(6)]
    refused = refusals(*[lambda plan=plan: shop.point(1, plan) for plan in plans])
    ((winner,),) = shop.isp.run("select client_plan_id from tv.client_point")
    assert [type(error) for error in refused] == [MacTaken] * 5
    assert all(f"do plano do cliente {winner}:" in str(error) for error in refused)


def test_a_package_is_sold_once_however_often_the_button_is_pressed(shop: Shop) -> None:
    refused = refusals(*[lambda: add_package(shop.engine, "ana", shop.plan, shop.extra, today=TODAY)] * 6)
    assert [type(error) for error in refused] == [AlreadySold] * 5
    assert shop.isp.run("select count(*) from tv.client_package") == [(1,)]


def test_clients_who_trade_devices_are_refused_and_not_locked_for_ever(shop: Shop) -> None:
    mine, theirs = shop.point(1), shop.point(2, shop.isp.client_plan())
    refused = refusals(
        lambda: swap_point(shop.engine, "ana", mine.id, mac=mac(2), **DEVICE),
        lambda: swap_point(shop.engine, "rui", theirs.id, mac=mac(1), **DEVICE),
    )
    assert [type(error) for error in refused] == [MacTaken] * 2


def test_a_device_that_is_removed_and_asked_for_at_once_ends_on_one_live_point(shop: Shop) -> None:
    plan = shop.isp.client_plan()
    old = shop.point(1)
    refused = refusals(
        lambda: remove_point(shop.engine, "ana", old.id, today=TODAY),
        lambda: shop.point(1, plan),
        lambda: remove_point(shop.engine, "rui", old.id, today=TODAY),
    )
    assert {type(error) for error in refused} <= {MacTaken, AlreadyEnded}
    live = shop.isp.run("select client_plan_id from tv.client_point where removed_on is null")
    assert live == ([] if any(isinstance(error, MacTaken) for error in refused) else [(plan,)])


def test_a_package_that_is_cancelled_and_deleted_at_once_is_gone(shop: Shop) -> None:
    sold = add_package(shop.engine, "ana", shop.plan, shop.extra, today=TODAY)
    refused = refusals(
        lambda: delete_package(shop.engine, "ana", sold.id),
        lambda: delete_package(shop.engine, "rui", sold.id),
        lambda: cancel_package(shop.engine, "eva", sold.id, today=TODAY),
    )
    assert {type(error) for error in refused} == {NotThere}
    assert shop.isp.run("select * from tv.client_package") == []
    assert len(shop.audit()) + len(refused) == 4


def as_extra(shop: Shop, package: int) -> object:
    return change_offer(shop.engine, "ana", package, extra=True, price=None, point_limit=2)


def as_default(shop: Shop, package: int) -> object:
    return change_default_package(shop.engine, "rui", 2, package)


def another_basic_package(shop: Shop) -> int:
    package = shop.isp.package(None, extra=False)
    shop.isp.run("update tv.package set service_type = 'BASIC_SERVICE' where id = :id", id=package)
    return package


def test_an_offer_that_many_change_to_the_same_is_noted_once(shop: Shop) -> None:
    def change() -> object:
        return change_offer(shop.engine, "ana", shop.extra, extra=True, price=Decimal("9.90"), point_limit=None)

    assert refusals(*[change] * 6) == []
    assert [row[:3] for row in shop.audit()] == [("ana", "change_offer", shop.extra)]


@pytest.mark.parametrize(("first", "second"), [(as_extra, as_default), (as_default, as_extra)])
def test_a_package_that_is_made_an_extra_and_a_default_at_once_becomes_one_of_them(
    shop: Shop, first: Callable[[Shop, int], object], second: Callable[[Shop, int], object]
) -> None:
    package = another_basic_package(shop)
    with ThreadPoolExecutor(2) as pool:
        with as_owner(shop.engine).begin() as blocker:
            blocker.execute(text("lock table tv.contract_change in access exclusive mode"))
            winning = pool.submit(first, shop, package)
            until_waiting(shop.engine, lock="relation")
            losing = pool.submit(second, shop, package)
            until_waiting(shop.engine, lock="advisory")
        winning.result()
        with pytest.raises(PackageRefused, match="Pacote Extra"):
            losing.result()
    assert len(shop.audit()) == 1


def test_offers_and_defaults_that_change_at_once_do_not_lock_each_other_out(shop: Shop) -> None:
    packages = [another_basic_package(shop) for _ in range(2)]
    refused = refusals(
        *[
            lambda plan=plan, package=package: change_default_package(shop.engine, "rui", plan, package)
            for plan in (1, 2)
            for package in packages
        ],
        *[lambda package=package: as_extra(shop, package) for package in packages],
    )
    assert {type(error) for error in refused} <= {PackageRefused}
    both = shop.isp.run("select * from tv.package join tv.service_plan_setting on package_id = id where extra")
    assert both == []


@pytest.mark.parametrize(
    ("elsewhere", "step", "error"),
    [
        (
            "insert into tv.client_package (client_plan_id, package_id, added_on) values (:plan, :extra, '2026-11-01')",
            lambda shop: add_package(shop.engine, "ana", shop.plan, shop.extra, today=TODAY),
            AlreadySold,
        ),
        (
            "insert into tv.client_point (client_plan_id, mac, serial, device_type, label, added_on) "
            "values (:plan + 1, 'a4:5e:60:00:00:01', 'SN', 'stb', 'Sala', '2026-11-01')",
            lambda shop: shop.point(1),
            MacTaken,
        ),
    ],
    ids=["package", "mac"],
)
def test_what_another_program_writes_at_the_same_time_is_refused_by_the_database(
    shop: Shop, elsewhere: str, step: Callable[[Shop], object], error: type[ContractRefused]
) -> None:
    with ThreadPoolExecutor(1) as pool:
        with as_owner(shop.engine).begin() as other:
            other.execute(
                text(elsewhere), {"plan": shop.plan} | ({"extra": shop.extra} if error is AlreadySold else {})
            )
            ours = pool.submit(step, shop)
            until_waiting(shop.engine, lock="transactionid")
        with pytest.raises(error, match="acabou de"):
            ours.result()
    assert shop.audit() == []


def test_of_many_promotions_of_the_same_days_one_is_made(shop: Shop) -> None:
    sold = shop.isp.sell(shop.plan, shop.extra)
    refused = refusals(*[lambda days=days: promote(shop, sold, days) for days in range(1, 7)])
    assert [type(error) for error in refused] == [PromotionRefused] * 5
    assert len(shop.audit()) == 1


def test_a_promotion_that_another_program_writes_at_the_same_time_is_refused_by_the_database(shop: Shop) -> None:
    sold = shop.isp.sell(shop.plan, shop.extra)
    elsewhere = (
        "insert into tv.promotion (client_package_id, price, since, until) values (:id, 1, :today, '2100-01-01')"
    )
    with ThreadPoolExecutor(1) as pool:
        with as_owner(shop.engine).begin() as other:
            other.execute(text(elsewhere), {"id": sold, "today": TODAY})
            ours = pool.submit(promote, shop, sold)
            until_waiting(shop.engine, lock="transactionid")
        with pytest.raises(PromotionRefused, match="acabou de receber uma promoção"):
            ours.result()
    assert shop.audit() == []


CHANGES: dict[str, Callable[[Shop, int, int], object]] = {
    "add_package": lambda shop, sold, point: add_package(
        shop.engine, "ana", shop.plan, shop.isp.package(), today=TODAY
    ),
    "cancel_package": lambda shop, sold, point: cancel_package(shop.engine, "ana", sold, today=TODAY),
    "delete_package": lambda shop, sold, point: delete_package(shop.engine, "ana", sold),
    "add_promotion": lambda shop, sold, point: promote(shop, sold),
    "add_point": lambda shop, sold, point: shop.point(2),
    "edit_point": lambda shop, sold, point: edit_point(shop.engine, "ana", point, label="Quarto"),
    "remove_point": lambda shop, sold, point: remove_point(shop.engine, "ana", point, today=TODAY),
    "swap_point": lambda shop, sold, point: swap_point(shop.engine, "ana", point, mac=mac(9), **DEVICE),
    "change_default_package": lambda shop, sold, point: change_default_package(shop.engine, "ana", 2, shop.basic),
    "set_allows_tv": lambda shop, sold, point: set_allows_tv(shop.engine, "ana", 1, False),
    "change_offer": lambda shop, sold, point: change_offer(
        shop.engine, "ana", shop.extra, extra=True, price=Decimal("9.90"), point_limit=None
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_whose_connection_dies_in_the_middle_leaves_nothing_and_can_be_made_again(
    shop: Shop, name: str
) -> None:
    sold = add_package(shop.engine, "ana", shop.plan, shop.extra, today=TODAY).id
    point = shop.point(1).id
    before = shop.tables()
    with as_owner(shop.engine).connect() as blocker:
        blocker.execute(text("lock table tv.contract_change in access exclusive mode"))
        with ThreadPoolExecutor(1) as pool:
            dying = pool.submit(CHANGES[name], shop, sold, point)
            end_waiting(shop.engine, lock="relation")
            with pytest.raises(DatabaseUnavailable, match="committed whole or not at all"):
                dying.result()
    assert shop.tables() == before
    CHANGES[name](shop, sold, point)
    assert [row[1] for row in shop.audit()] == ["add_package", "add_point", name]
