"""The TV tab of a service plan."""

from __future__ import annotations

from functools import partial

import pytest

from multitv.changes.errors import NotThere, PackageRefused, PlanRefused
from multitv.offer.rows import PlanSetting
from multitv.offer.tv_tab import change_default_package, change_tv_tab, set_allows_tv
from tests.support.shop import Shop


@pytest.fixture
def other(shop: Shop) -> int:
    """A second basic package."""
    package = shop.isp.package(None, extra=False)
    shop.isp.run("update tv.package set service_type = 'BASIC_SERVICE' where id = :id", id=package)
    return package


def test_the_default_package_is_changed_and_noted(shop: Shop, other: int) -> None:
    assert change_default_package(shop.engine, "ana", 1, other) == PlanSetting(1, True, other)
    before = {"service_plan_id": 1, "allows_tv": True, "package_id": shop.basic}
    assert shop.audit() == [("ana", "change_default_package", 1, before, before | {"package_id": other})]
    assert shop.isp.run("select service_plan_id, client_plan_id from tv.contract_change") == [(1, None)]


def test_choosing_the_same_again_changes_nothing(shop: Shop) -> None:
    before = shop.tables()
    assert change_default_package(shop.engine, "ana", 1, shop.basic) == PlanSetting(1, True, shop.basic)
    assert set_allows_tv(shop.engine, "ana", 1, True) == PlanSetting(1, True, shop.basic)
    assert shop.tables() == before


def test_a_plan_without_a_tv_tab_gets_one_that_allows_no_tv_yet(shop: Shop, other: int) -> None:
    shop.isp.run("insert into erp.service_plan values (3, 'Fibra 900', 199.90)")
    assert change_default_package(shop.engine, "ana", 3, other) == PlanSetting(3, False, other)
    assert set_allows_tv(shop.engine, "rui", 3, True) == PlanSetting(3, True, other)
    created, allowed = shop.audit()
    assert created[3:] == (None, {"service_plan_id": 3, "allows_tv": False, "package_id": other})
    assert (allowed[:4], allowed[4]["allows_tv"]) == (("rui", "set_allows_tv", 3, created[4]), True)


def test_forbidding_tv_keeps_the_default_package(shop: Shop) -> None:
    assert set_allows_tv(shop.engine, "ana", 1, False) == PlanSetting(1, False, shop.basic)


def test_only_an_active_basic_package_that_is_no_extra_is_a_default(shop: Shop, other: int) -> None:
    shop.isp.run("update tv.package set active = false where id = :id", id=other)
    extended = shop.isp.package(None, extra=False)
    sold_basic = shop.isp.package()
    shop.isp.run("update tv.package set service_type = 'BASIC_SERVICE' where id = :id", id=sold_basic)
    before = shop.tables()
    with pytest.raises(PackageRefused, match="saiu da plataforma"):
        change_default_package(shop.engine, "ana", 1, other)
    for package, cause in (
        (shop.extra, "é um Pacote Extra"),
        (extended, "só é servido pela plataforma junto com um pacote básico"),
        (sold_basic, "é um Pacote Extra"),
    ):
        with pytest.raises(PackageRefused, match=cause):
            change_default_package(shop.engine, "ana", 1, package)
    with pytest.raises(NotThere, match="Não há pacote 999"):
        change_default_package(shop.engine, "ana", 1, 999)
    with pytest.raises(NotThere, match="não tem o plano de serviço 999"):
        change_default_package(shop.engine, "ana", 999, shop.basic)
    with pytest.raises(NotThere, match="não tem o plano de serviço 999"):
        set_allows_tv(shop.engine, "ana", 999, True)
    assert shop.tables() == before


def test_the_tv_tab_is_changed_whole_or_not_at_all(shop: Shop, other: int) -> None:
    assert change_tv_tab(shop.engine, "ana", 2, allows_tv=True, package_id=other) == PlanSetting(2, True, other)
    assert [row[1] for row in shop.audit()] == ["change_default_package", "set_allows_tv"]
    before = shop.tables()
    with pytest.raises(PackageRefused):
        change_tv_tab(shop.engine, "ana", 2, allows_tv=False, package_id=shop.extra)
    assert shop.tables() == before
    shop.isp.run("update tv.package set active = false where id = :id", id=other)
    assert change_tv_tab(shop.engine, "ana", 2, allows_tv=False, package_id=other) == PlanSetting(2, False, other)


def test_tv_is_not_allowed_without_a_default_package(shop: Shop, other: int) -> None:
    shop.isp.run("insert into erp.service_plan values (3, 'Fibra 900', 199.90), (4, 'Fibra 100', 59.90)")
    # Of an earlier release.
    shop.isp.run("insert into tv.service_plan_setting values (4, true, null)")
    before = shop.tables()
    for plan in (2, 3, 4):
        for step in (set_allows_tv, partial(change_tv_tab, package_id=None)):
            with pytest.raises(PlanRefused, match="não tem “Pacote liberado no Plano”, e sem ele não pode") as refused:
                step(shop.engine, "ana", plan, allows_tv=True)
            assert refused.value.field == "package_id"
    assert shop.tables() == before
    assert change_tv_tab(shop.engine, "ana", 4, allows_tv=True, package_id=other) == PlanSetting(4, True, other)


@pytest.mark.parametrize(
    ("became", "cause"),
    [
        ("active = false", "saiu da plataforma"),
        ("extra = true", "é um Pacote Extra"),
        ("service_type = 'EXTENDED_SERVICE'", "junto com um pacote básico"),
    ],
)
def test_tv_is_not_allowed_with_a_default_package_that_nobody_could_be_given(
    shop: Shop, other: int, became: str, cause: str
) -> None:
    for plan in (1, 2):
        change_tv_tab(shop.engine, "ana", plan, allows_tv=plan == 1, package_id=other)
    shop.isp.run(f"update tv.package set {became} where id = :id", id=other)  # noqa: S608
    before = shop.tables()
    for step in (set_allows_tv, partial(change_tv_tab, package_id=other)):
        with pytest.raises(PackageRefused, match=cause):
            step(shop.engine, "ana", 2, allows_tv=True)
        # Where it is allowed already, nothing is changed.
        assert step(shop.engine, "ana", 1, allows_tv=True) == PlanSetting(1, True, other)
    assert shop.tables() == before
