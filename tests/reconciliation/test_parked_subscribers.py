"""One odd subscriber is parked and named; the others go on, whoever it is."""

from __future__ import annotations

from typing import Any

import pytest

from multitv.beenius.models import Subscriber
from multitv.reconciliation.report import outcome_report
from tests.support.house import House
from tests.support.settings import TODAY

ODD: list[tuple[dict[str, Any], str | None]] = [
    ({"status": "BLOCKED"}, "status_is_unknown"),
    ({"status": None}, "status_is_unknown"),
    ({"services": [{"service_uid": None}]}, "service_is_unreadable"),
    ({"devices": [{"mac": "cozinha"}]}, "device_is_unreadable"),
    ({"uid": None}, "uid_is_missing"),
    ({"last_name": None}, None),
    ({"first_name": "\ud800"}, None),
    ({"devices": None}, None),
    ({"devices": [{"mac": "02BB00000009", "device_type_uid": None, "serial": 7}]}, None),
    ({"version": None}, None),
    ({"version": 2**31}, None),
    ({"version": 2**70}, None),
]


def edit(house: House, uid: str, /, **changes: Any) -> None:
    house.sandbox.admin("PATCH", f"/admin/subscribers/{uid}", changes)


def parked(house: House) -> dict[tuple[int | None, str | None], list[str]]:
    """By client plan and subscriber, why they are left alone."""
    rows = house.run("select client_plan_id, subscriber_uid, reasons from reconciliation.parked_subscriber")
    return {(row[0], row[1]): [reason["code"] for reason in row[2]] for row in rows}


def uid_of(house: House, plan: int) -> str:
    subscriber = house.subscriber(plan)
    assert isinstance(subscriber, Subscriber)
    return subscriber.uid


@pytest.mark.parametrize(("odd", "code"), ODD, ids=str)
def test_an_odd_subscriber_of_nobody_is_named_and_stops_nobody(
    provisioned: House, odd: dict[str, Any], code: str | None
) -> None:
    made = provisioned.sandbox.admin("POST", "/admin/subscribers", {"external_id": "teste"})["uid"]
    edit(provisioned, made, **odd)
    change_set = provisioned.rename_all()
    assert provisioned.apply(change_set)["applied"] == len(provisioned.served())
    if code:
        uid = None if "uid" in odd else made
        assert parked(provisioned) == {(None, uid): [code]}
        assert "1 assinante em quarentena" in outcome_report(provisioned.engine, change_set)
    else:
        assert parked(provisioned) == {}
        rows = provisioned.run("select subscriber_uid from reconciliation.unmanaged")
        assert [row[0] for row in rows] == [made]


@pytest.mark.parametrize("odd", [odd for odd, code in ODD if code], ids=str)
def test_an_unreadable_subscriber_of_ours_waits_and_the_others_go_on(provisioned: House, odd: dict[str, Any]) -> None:
    plan, *others = provisioned.served()
    uid = uid_of(provisioned, plan)
    edit(provisioned, uid, **odd)
    provisioned.run("update erp.client_plan set status = 'cancelled', cancelled_on = :d where id = :p", d=TODAY, p=plan)
    provisioned.run("update erp.client set name = name || ' Neto'")
    done = provisioned.reconcile()
    assert (done["applied"], done["rejected"]) == (len(others), 0)
    assert list(parked(provisioned)) == [(plan, None if "uid" in odd else uid)]
    assert provisioned.operations(provisioned.make_change_set()) == []


def forget(house: House, plan: int) -> None:
    """Give a contract neither a subscriber nor a record, like a new one."""
    edit(house, uid_of(house, plan), external_id="x")
    house.run("delete from tv.client_extra_field where client_plan_id = :p", p=plan)


def handed_over(house: House) -> tuple[int, int, str]:
    """A contract, a new one, and the first one's subscriber, with a device, whose external_id now says the second."""
    first, second, *_ = [plan for plan in house.served() if house.subscriber(plan).devices]
    forget(house, second)
    uid = uid_of(house, first)
    edit(house, uid, external_id=str(second))
    return first, second, uid


def test_an_unreadable_subscriber_names_both_contracts_that_wait_for_it(provisioned: House) -> None:
    first, second, uid = handed_over(provisioned)
    edit(provisioned, uid, status="BLOCKED")
    provisioned.reconcile()
    assert set(parked(provisioned)) == {(first, uid), (second, uid)}


@pytest.mark.parametrize("odd", [odd for odd, code in ODD if not code], ids=str)
def test_an_odd_field_that_is_ours_to_write_is_put_right(provisioned: House, odd: dict[str, Any]) -> None:
    plan = provisioned.served()[0]
    before = provisioned.subscriber(plan)
    edit(provisioned, before.uid, **odd)
    provisioned.run("update erp.client set name = name || ' Neto'")
    provisioned.reconcile()
    after = provisioned.subscriber(plan)
    assert (after.last_name.endswith(" Neto"), after.status) == (True, before.status)
    assert {device.mac for device in after.devices} == {device.mac for device in before.devices}
    assert provisioned.operations(provisioned.make_change_set()) == []
    assert parked(provisioned) == {}


def test_an_external_id_that_comes_as_a_number_is_ours(provisioned: House) -> None:
    plan = provisioned.served()[0]
    edit(provisioned, uid_of(provisioned, plan), external_id=plan)
    assert provisioned.operations(provisioned.make_change_set()) == []
    assert provisioned.operations(provisioned.make_change_set(plan)) == []


class TestTwice:
    """A second subscriber with the external_id of a contract."""

    def second(self, house: House, plan: int) -> str:
        made: str = house.sandbox.admin("POST", "/admin/subscribers", {"external_id": "outro"})["uid"]
        edit(house, made, external_id=str(plan))
        return made

    @pytest.mark.parametrize("only", [False, True])
    def test_it_parks_that_contract_only(self, provisioned: House, only: bool) -> None:
        plan, *others = provisioned.served()
        recorded = uid_of(provisioned, plan)
        second = self.second(provisioned, plan)
        provisioned.run("update erp.client set name = name || ' Neto'")
        if only:
            assert provisioned.reconcile(plan)["applied"] == 0
        else:
            assert provisioned.reconcile()["applied"] == len(others)
        assert parked(provisioned) == {(plan, second): ["external_id_repeated"]}
        fields = "select value from tv.client_extra_field where client_plan_id = :p and name like 'ID%'"
        assert provisioned.run(fields, p=plan) == [(recorded,)]

    def test_without_a_record_both_are_left_alone(self, provisioned: House) -> None:
        plan = provisioned.served()[0]
        recorded, second = uid_of(provisioned, plan), self.second(provisioned, plan)
        provisioned.run("delete from tv.client_extra_field where client_plan_id = :p", p=plan)
        assert provisioned.operations(provisioned.make_change_set()) == []
        assert set(parked(provisioned)) == {(plan, recorded), (plan, second)}

    def test_a_cancellation_ends_the_tv_of_the_recorded_one(self, provisioned: House) -> None:
        plan = provisioned.served()[0]
        recorded, second = uid_of(provisioned, plan), self.second(provisioned, plan)
        provisioned.run("update erp.client_plan set status = 'cancelled' where id = :p", p=plan)
        provisioned.reconcile()
        with provisioned.client() as client:
            assert (client.subscriber(recorded).status, client.subscriber(second).status) == ("INACTIVE", "ACTIVE")


class TestEdited:
    """An external_id that a person edited on the platform: the recorded uid says whose the subscriber is."""

    @pytest.mark.parametrize("external_id", [None, "teste", "424242", 424242, ""])
    @pytest.mark.parametrize("only", [False, True])
    def test_the_contract_waits_and_is_named(self, provisioned: House, external_id: Any, only: bool) -> None:
        plan, *others = provisioned.served()
        uid = uid_of(provisioned, plan)
        edit(provisioned, uid, external_id=external_id)
        provisioned.run("update erp.client set name = name || ' Neto'")
        pins, count = provisioned.pins(), provisioned.sandbox.admin("GET", "/admin/state")["subscribers"]
        assert provisioned.reconcile(plan if only else None)["applied"] == (0 if only else len(others))
        assert parked(provisioned) == {(plan, uid): ["external_id_edited"]}
        assert provisioned.run("select * from reconciliation.unmanaged") == []
        assert provisioned.sandbox.admin("GET", "/admin/state")["subscribers"] == count
        assert provisioned.pins() == pins

    def test_a_cancellation_still_ends_its_tv(self, provisioned: House) -> None:
        plan = next(plan for plan in provisioned.served() if provisioned.subscriber(plan).devices)
        uid = uid_of(provisioned, plan)
        edit(provisioned, uid, external_id="trocado")
        provisioned.run("update erp.client_plan set status = 'cancelled' where id = :p", p=plan)
        provisioned.reconcile()
        with provisioned.client() as client:
            left = client.subscriber(uid)
        assert (left.status, left.devices) == ("INACTIVE", ())
        assert [service for service in left.services if service.active_to is None] == []
        assert provisioned.operations(provisioned.make_change_set()) == []
        assert parked(provisioned) == {(plan, uid): ["external_id_edited"]}

    @pytest.mark.parametrize("only", [False, True])
    @pytest.mark.parametrize(("ended", "status"), [(False, "ACTIVE"), (True, "INACTIVE")])
    def test_a_cancellation_waits_while_it_says_another_contract_that_has_not_ended(
        self, provisioned: House, ended: bool, status: str, only: bool
    ) -> None:
        first, second, uid = handed_over(provisioned)
        provisioned.run("update erp.client_plan set status = 'cancelled' where id = any(:plans)",
                        plans=[first, second] if ended else [first])  # fmt: skip
        provisioned.reconcile(first if only else None)
        with provisioned.client() as client:
            assert client.subscriber(uid).status == status
        assert (first, uid) in parked(provisioned)
        if not only:
            assert (second, uid) in parked(provisioned) or ended

    def test_one_that_now_says_another_contract_of_ours_parks_both(self, provisioned: House) -> None:
        first, second, *_ = provisioned.served()
        one, two = uid_of(provisioned, first), uid_of(provisioned, second)
        edit(provisioned, one, external_id="x")
        edit(provisioned, two, external_id=str(first))
        provisioned.run("update erp.client set name = name || ' Neto'")
        planned = {row[0] for row in provisioned.operations(provisioned.make_change_set())}
        assert not planned & {first, second}
        assert set(parked(provisioned)) == {(first, one), (second, two), (first, two)}

    def test_two_that_were_swapped_wait_both(self, provisioned: House) -> None:
        first, second, *_ = provisioned.served()
        one, two = uid_of(provisioned, first), uid_of(provisioned, second)
        edit(provisioned, one, external_id=str(second))
        edit(provisioned, two, external_id=str(first))
        assert provisioned.operations(provisioned.make_change_set()) == []
        assert {plan for plan, _ in parked(provisioned)} == {first, second}

    @pytest.mark.parametrize("only", [False, True])
    def test_a_new_contract_does_not_take_what_is_recorded_for_another(self, provisioned: House, only: bool) -> None:
        first, second, uid = handed_over(provisioned)
        for _ in range(2):
            assert provisioned.operations(provisioned.make_change_set(second if only else None)) == []
            assert parked(provisioned) == {
                (first, uid): ["external_id_edited"],
                (second, uid): ["external_id_against_record"],
            }
        assert provisioned.run("select * from reconciliation.unmanaged where subscriber_uid = :uid", uid=uid) == []

    @pytest.mark.parametrize("only", [False, True])
    def test_nor_what_is_recorded_for_a_contract_that_is_gone(self, provisioned: House, only: bool) -> None:
        first, second, uid = handed_over(provisioned)
        provisioned.run("update tv.client_extra_field set client_plan_id = 424242 where client_plan_id = :p", p=first)
        planned = provisioned.operations(provisioned.make_change_set(second if only else None))
        assert second not in {row[0] for row in planned}
        assert parked(provisioned).keys() == {(424242, uid), (second, uid)}

    def test_nor_while_its_operations_go_out(self, provisioned: House) -> None:
        first, second, *_ = provisioned.served()
        forget(provisioned, second)
        change_set = provisioned.make_change_set()
        provisioned.approve(change_set)
        uid = uid_of(provisioned, first)
        before, pins = provisioned.subscriber(first), provisioned.pins()
        edit(provisioned, uid, external_id=str(second))
        provisioned.apply(change_set)
        with provisioned.client() as client:
            after = client.subscriber(uid)
        assert (after.first_name, after.last_name, after.devices) == (
            before.first_name, before.last_name, before.devices
        )  # fmt: skip
        assert provisioned.pins() == pins

    def test_one_that_is_edited_while_its_operations_go_out_is_not_made_again(self, provisioned: House) -> None:
        plan = provisioned.served()[0]
        uid = uid_of(provisioned, plan)
        change_set = provisioned.rename_all()
        edit(provisioned, uid, external_id=None)
        count = provisioned.sandbox.admin("GET", "/admin/state")["subscribers"]
        provisioned.apply(change_set)
        assert provisioned.sandbox.admin("GET", "/admin/state")["subscribers"] == count
        assert not provisioned.subscriber(plan)

    def test_once_corrected_it_goes_on(self, provisioned: House) -> None:
        plan = provisioned.served()[0]
        uid = uid_of(provisioned, plan)
        edit(provisioned, uid, external_id="x")
        provisioned.run("update erp.client set name = name || ' Neto'")
        provisioned.reconcile()
        edit(provisioned, uid, external_id=str(plan))
        assert provisioned.operations(provisioned.make_change_set()) == [(plan, "update", None)]
        provisioned.reconcile()
        assert parked(provisioned) == {}


def test_one_that_was_deleted_is_made_again(provisioned: House) -> None:
    plan = provisioned.served()[0]
    uid = uid_of(provisioned, plan)
    with provisioned.client() as client:
        client._remove(f"/subscribers/{uid}", "by hand")
    provisioned.reconcile()
    assert uid_of(provisioned, plan) != uid
    assert provisioned.operations(provisioned.make_change_set()) == []
