"""Another device at a point."""

from __future__ import annotations

import pytest

from multitv.changes.errors import InvalidValue, MacTaken, PlanRefused
from multitv.contracts.points import swap_point
from multitv.contracts.rows import ClientPoint
from multitv.offer.tv_tab import set_allows_tv
from tests.support.settings import TODAY
from tests.support.shop import NewDevice, Shop, mac


def test_swapping_keeps_the_point_and_changes_its_device(shop: Shop) -> None:
    shop.limit(shop.basic, 1)
    added = shop.point(1)
    swapped = swap_point(
        shop.engine, "rui", added.id, mac="A45E.6000.0009", serial="SN9", device_type="4k", today=TODAY
    )
    assert swapped == ClientPoint(added.id, shop.plan, mac(9), "SN9", "4k", "Sala 1", TODAY, None)
    author, action, plan, before, after = shop.audit()[-1]
    assert (author, action, plan) == ("rui", "swap_point", shop.plan)
    assert (before["mac"], before["serial"], before["device_type"]) == (mac(1), "SN1", "stb")
    assert after == before | {"mac": mac(9), "serial": "SN9", "device_type": "4k"}


def test_a_swap_is_refused_for_a_device_in_use_for_the_same_device_and_without_tv(shop: Shop) -> None:
    added = shop.point(1)
    other = shop.point(2, shop.isp.client_plan())
    new: NewDevice = {"serial": "SN9", "device_type": "stb", "today": TODAY}
    before = shop.tables()
    with pytest.raises(MacTaken, match=f"ponto {other.id} do plano do cliente {other.client_plan_id}"):
        swap_point(shop.engine, "ana", added.id, mac=mac(2), **new)
    with pytest.raises(InvalidValue, match="use Editar Ponto") as refused:
        swap_point(shop.engine, "ana", added.id, mac=mac(1), **new)
    assert refused.value.field == "mac"
    assert shop.tables() == before
    set_allows_tv(shop.engine, "ana", 1, False)
    with pytest.raises(PlanRefused, match="não permite TV"):
        swap_point(shop.engine, "ana", added.id, mac=mac(3), **new)
