"""Adding, editing and removing a set-top box of a client plan."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from multitv.changes.errors import (
    AlreadyEnded,
    ContractRefused,
    InvalidValue,
    MacTaken,
    NotThere,
    PlanRefused,
    PointLimitReached,
)
from multitv.contracts.packages import add_package, cancel_package
from multitv.contracts.points import edit_point, remove_point, swap_point
from multitv.contracts.rows import ClientPoint
from tests.support.settings import TODAY
from tests.support.shop import NewDevice, Shop, mac

TOMORROW = TODAY + timedelta(days=1)


def test_a_point_is_added_with_its_mac_in_one_form(shop: Shop) -> None:
    added = shop.point(1, mac="A4-5E-60-00-00-01", label=" Sala ")
    assert added == ClientPoint(added.id, shop.plan, mac(1), "SN1", "stb", "Sala", TODAY, None)
    row = {
        "id": added.id,
        "client_plan_id": shop.plan,
        "mac": mac(1),
        "serial": "SN1",
        "device_type": "stb",
        "label": "Sala",
        "added_on": "2026-11-23",
        "removed_on": None,
    }
    assert shop.audit() == [("ana", "add_point", shop.plan, None, row)]


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"mac": "a4:5e:60"}, InvalidValue, "não é um MAC"),
        ({"serial": " "}, InvalidValue, "número de série"),
        ({"device_type": ""}, InvalidValue, "tipo do aparelho"),
        ({"label": "a\x00"}, InvalidValue, "rótulo"),
        ({"plan": 999}, NotThere, "não tem o plano do cliente 999"),
        ({"plan": "cancelled"}, PlanRefused, "está cancelado"),
        ({"plan": "without tv"}, PlanRefused, "não permite TV"),
    ],
)
def test_a_point_that_breaks_a_rule_is_refused_and_nothing_is_written(
    shop: Shop, change: dict[str, Any], error: type[ContractRefused], message: str
) -> None:
    plans: dict[object, int] = {
        "cancelled": shop.isp.client_plan(status="cancelled"),
        "without tv": shop.isp.client_plan(service_plan=2),
    }
    change["plan"] = plans.get(change.get("plan"), change.get("plan"))
    before = shop.tables()
    with pytest.raises(error, match=message) as refused:
        shop.point(1, **change)
    assert refused.value.wrote_nothing
    if isinstance(refused.value, InvalidValue):
        assert [refused.value.field] == [field for field in change if field != "plan"]
    assert shop.tables() == before


def test_a_mac_is_on_one_live_point_of_all_clients(shop: Shop) -> None:
    first = shop.point(1)
    neighbour = shop.isp.client_plan()
    with pytest.raises(MacTaken, match=rf"{mac(1)} está no ponto {first.id} do plano do cliente {shop.plan}:"):
        shop.point(1, neighbour)
    remove_point(shop.engine, "ana", first.id, today=TODAY)
    assert shop.point(1, neighbour).client_plan_id == neighbour


def test_points_stop_at_the_limit_of_the_default_package_and_a_larger_extra_raises_it(shop: Shop) -> None:
    shop.point(1)
    shop.point(2)
    with pytest.raises(PointLimitReached, match="tem 2, e os pacotes dele permitem 2"):
        shop.point(3)
    sold = add_package(shop.engine, "ana", shop.plan, shop.extra, today=TODAY)
    third = shop.point(3)
    with pytest.raises(PointLimitReached, match="tem 3, e os pacotes dele permitem 3"):
        shop.point(4)
    remove_point(shop.engine, "ana", third.id, today=TODAY)
    cancel_package(shop.engine, "ana", sold.id, today=TODAY)
    with pytest.raises(PointLimitReached, match="permitem 2"):
        shop.point(4)


@pytest.mark.parametrize("when", ["not yet", "no longer", "gone from the platform"])
def test_an_extra_that_is_not_served_today_allows_no_point(shop: Shop, when: str) -> None:
    shop.isp.sell(
        shop.plan,
        shop.extra,
        added_on=TOMORROW if when == "not yet" else date(2026, 1, 1),
        cancelled_on=TODAY if when == "no longer" else None,
    )
    if when == "gone from the platform":
        shop.isp.run("update tv.package set active = false where id = :id", id=shop.extra)
    shop.limit(shop.basic, 0)
    with pytest.raises(PointLimitReached, match="permitem 0"):
        shop.point(1)


def test_a_package_without_a_limit_lifts_it(shop: Shop) -> None:
    shop.isp.sell(shop.plan, shop.extra)
    shop.limit(shop.extra, None)
    for number in range(5):
        shop.point(number)
    assert shop.isp.run("select count(*) from tv.client_point") == [(5,)]


def test_a_client_without_any_active_package_gets_no_point(shop: Shop) -> None:
    shop.isp.run("update tv.package set active = false where id = :id", id=shop.basic)
    with pytest.raises(PointLimitReached, match="não tem nenhum pacote ativo"):
        shop.point(1)


def test_editing_changes_what_is_given_and_nothing_else(shop: Shop) -> None:
    added = shop.point(1)
    edited = edit_point(shop.engine, "rui", added.id, label="Quarto", serial="SN9")
    assert edited == ClientPoint(added.id, shop.plan, mac(1), "SN9", "stb", "Quarto", TODAY, None)
    author, action, plan, before, after = shop.audit()[-1]
    assert (author, action, plan) == ("rui", "edit_point", shop.plan)
    assert after == before | {"label": "Quarto", "serial": "SN9"}
    assert edit_point(shop.engine, "rui", added.id, device_type="stb4k").device_type == "stb4k"


def test_an_edit_that_changes_nothing_is_not_in_the_audit(shop: Shop) -> None:
    added = shop.point(1)
    assert edit_point(shop.engine, "rui", added.id, label=added.label) == added
    assert edit_point(shop.engine, "rui", added.id) == added
    assert len(shop.audit()) == 1


def test_an_edit_to_nothing_is_refused(shop: Shop) -> None:
    added = shop.point(1)
    with pytest.raises(InvalidValue, match="tipo do aparelho"):
        edit_point(shop.engine, "rui", added.id, device_type=" ")


def test_removing_keeps_the_history_and_frees_the_place(shop: Shop) -> None:
    shop.limit(shop.basic, 1)
    added = shop.point(1)
    removed = remove_point(shop.engine, "rui", added.id, today=TOMORROW)
    assert removed == ClientPoint(added.id, shop.plan, mac(1), "SN1", "stb", "Sala 1", TODAY, TOMORROW)
    author, action, plan, before, after = shop.audit()[-1]
    assert (author, action, plan) == ("rui", "remove_point", shop.plan)
    assert (before["removed_on"], after) == (None, before | {"removed_on": "2026-11-24"})
    assert shop.point(1).id != added.id


def test_a_point_that_was_to_come_later_can_be_removed(shop: Shop) -> None:
    added = shop.point(1)
    shop.isp.run("update tv.client_point set added_on = :day", day=TOMORROW)
    assert remove_point(shop.engine, "ana", added.id, today=TODAY).removed_on == TOMORROW


def test_a_point_that_is_away_or_unknown_is_not_changed(shop: Shop) -> None:
    added = shop.point(1)
    remove_point(shop.engine, "ana", added.id, today=TODAY)
    new: NewDevice = {"serial": "SN2", "device_type": "stb", "today": TODAY}
    before = shop.tables()
    for point, error in ((added.id, AlreadyEnded), (999, NotThere)):
        with pytest.raises(error):
            edit_point(shop.engine, "ana", point, label="Sala")
        with pytest.raises(error):
            remove_point(shop.engine, "ana", point, today=TODAY)
        with pytest.raises(error):
            swap_point(shop.engine, "ana", point, mac=mac(2), **new)
    assert shop.tables() == before
