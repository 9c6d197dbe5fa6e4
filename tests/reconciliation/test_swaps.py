"""A device replaced by one that another subscriber has: nobody gives a device away without getting the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from multitv.reconciliation.report import outcome_report
from tests.reconciliation.test_guard import Hour
from tests.reconciliation.test_parked_subscribers import edit, uid_of
from tests.support.house import House
from tests.support.report_text import assert_readable, unpadded

WAITS = "device_not_released"


@dataclass(frozen=True)
class Chain:
    """Contracts with one device each; each one but the first is sold the device of the one before it."""

    plans: list[int]
    macs: list[str]


def devices(house: House, plan: int) -> list[str]:
    return [device.mac for device in house.subscriber(plan).devices]


def refused(house: House, change_set: int) -> set[tuple[Any, ...]]:
    return {row for row in house.rejected(change_set) if row[1].endswith("_device")}


def chain(house: House, length: int) -> Chain:
    plans = [plan for plan in house.served() if len(house.subscriber(plan).devices) == 1][:length]
    macs = [devices(house, plan)[0] for plan in plans]
    point = "client_plan_id = :plan and removed_on is null"
    house.run(f"delete from tv.client_point where {point}", plan=plans[0])  # noqa: S608
    for plan, mac in zip(plans[1:], macs, strict=False):
        house.run(f"update tv.client_point set mac = :mac where {point}", mac=mac, plan=plan)  # noqa: S608
    return Chain(plans, macs)


def keep(house: House, how: str, holder: int) -> None:
    """See that a contract's subscriber keeps its device."""
    if how == "erp":
        house.run("update erp.client_plan set status = null where id = :plan", plan=holder)
    elif how == "platform":
        edit(house, uid_of(house, holder), status="BLOCKED")
    elif how == "external_id":
        edit(house, uid_of(house, holder), external_id="trocado")
    else:
        second = house.sandbox.admin("POST", "/admin/subscribers", {"external_id": "outro"})["uid"]
        edit(house, second, external_id=str(holder))
        house.run("delete from tv.client_extra_field where client_plan_id = :plan", plan=holder)


@pytest.mark.parametrize("how", ["erp", "platform", "external_id", "repeated"])
def test_a_swap_with_a_device_that_is_not_released_waits_and_is_named(with_views: House, how: str) -> None:
    house = with_views
    made = chain(house, 2)
    holder, swapper = made.plans
    keep(house, how, holder)
    for _ in range(2):
        hour = Hour(house)
        assert devices(house, swapper) == made.macs[1:]
        assert refused(house, hour.change_set) == {
            (swapper, "remove_device", made.macs[1], WAITS),
            (swapper, "add_device", made.macs[0], WAITS),
        }
        report = outcome_report(house.engine, hour.change_set)
        assert "| incluir aparelho | o aparelho novo ainda está com outro assinante" in unpadded(report)
        assert_readable(report, house.engine)


def test_all_that_swap_in_a_row_behind_it_wait(provisioned: House) -> None:
    made = chain(provisioned, 4)
    keep(provisioned, "external_id", made.plans[0])
    Hour(provisioned)
    assert [devices(provisioned, plan) for plan in made.plans[1:]] == [[mac] for mac in made.macs[1:]]


def test_the_others_of_the_client_plan_are_not_in_its_way(provisioned: House) -> None:
    made = chain(provisioned, 2)
    keep(provisioned, "platform", made.plans[0])
    provisioned.run("update erp.client set name = name || ' Neto'")
    hour = Hour(provisioned)
    assert provisioned.subscriber(made.plans[1]).last_name.endswith("Neto")
    assert ", 0 sem explicação." in outcome_report(provisioned.engine, hour.change_set)


def test_devices_that_are_released_go_on_in_a_row(provisioned: House) -> None:
    made = chain(provisioned, 4)
    hour = Hour(provisioned)
    assert refused(provisioned, hour.change_set) == set()
    assert [devices(provisioned, plan) for plan in made.plans] == [[], *([mac] for mac in made.macs[:3])]


def test_a_swap_is_carried_out_although_somebody_else_changed_the_subscriber_meanwhile(provisioned: House) -> None:
    made = chain(provisioned, 2)
    swapper = made.plans[1]
    change_set = provisioned.make_change_set()
    provisioned.approve(change_set)
    with provisioned.client() as client:
        known = client.subscriber(uid_of(provisioned, swapper))
        client.change_subscriber(known.uid, known.version, first_name="Outra", idempotency_key="por fora")
    provisioned.apply(change_set)
    assert devices(provisioned, swapper) == made.macs[:1]
    assert refused(provisioned, change_set) == set()
