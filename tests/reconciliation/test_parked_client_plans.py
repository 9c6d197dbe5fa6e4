"""Rows of the ERP that cannot be relied on: their contracts are parked by name, and the others are served."""

from __future__ import annotations

import pytest

from multitv.reconciliation.report import outcome_report
from multitv.reports import revenue_assurance
from tests.reconciliation.test_parked_subscribers import edit, handed_over, uid_of
from tests.reconciliation.test_parked_subscribers import parked as parked_subscribers
from tests.support.house import House
from tests.support.report_text import assert_readable, unpadded
from tests.support.settings import TODAY

GREATEST = 2**63 - 1


def parked(house: House, change_set: int) -> dict[int | None, str]:
    rows = house.run("select client_plan_id, reason from reconciliation.parked_client_plan where change_set_id = :id",
                     id=change_set)  # fmt: skip
    return {row.client_plan_id: row.reason for row in rows}


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        ("insert into erp.client_plan select * from erp.client_plan where id = :plan", "listed_twice"),
        ("insert into erp.client_plan select id, client_id, service_plan_id, 'cancelled', due_day, activated_on, "
         "date '2026-01-02' from erp.client_plan where id = :plan", "listed_twice"),
        ("insert into erp.client select * from erp.client where id = (select client_id from erp.client_plan where "
         "id = :plan)", "client_repeated"),
        ("insert into erp.client select id, 'Outro Nome', document, status from erp.client where id = (select "
         "client_id from erp.client_plan where id = :plan)", "client_repeated"),
        ("update erp.client_plan set status = null where id = :plan", "impossible_status"),
        ("update erp.client_plan set status = 'bloqueado' where id = :plan", "impossible_status"),
        ("update erp.client_plan set activated_on = null where id = :plan", "impossible_date"),
        ("update erp.client_plan set activated_on = 'infinity' where id = :plan", "impossible_date"),
        ("update erp.client_plan set cancelled_on = '-infinity' where id = :plan", "impossible_date"),
        ("update erp.client_plan set service_plan_id = null where id = :plan", "impossible_service_plan_id"),
        ("update erp.client_plan set service_plan_id = 987654 where id = :plan", "service_plan_unknown"),
    ],
)  # fmt: skip
def test_a_bad_row_parks_its_contract_as_it_is_and_the_others_are_served(
    with_views: House, harm: str, reason: str
) -> None:
    house = with_views
    bad, good, *_ = house.served()
    before = house.subscriber(bad)
    house.run(harm, plan=bad)
    house.run("update erp.client set name = name || ' Neto' where id = (select client_id from erp.client_plan where "
              "id = :plan)", plan=good)  # fmt: skip
    house.reconcile()
    [change_set] = house.run("select max(id) from reconciliation.change_set")[0]
    of_client = house.run("select id from erp.client_plan where client_id = (select client_id from erp.client_plan "
                          "where id = :plan limit 1)", plan=bad)  # fmt: skip
    expected = {row.id for row in of_client} if reason == "client_repeated" else {bad}
    found = parked(house, change_set)
    assert bad in found
    assert found.keys() <= expected
    assert set(found.values()) == {reason}
    assert house.subscriber(bad) == before
    assert house.subscriber(good).last_name.endswith("Neto")
    assert house.run("select * from reconciliation.unmanaged where change_set_id = :id", id=change_set) == []
    report = outcome_report(house.engine, change_set)
    assert f"| {bad} |" in unpadded(report)
    assert_readable(report, house.engine)
    revenue_assurance.measure(house.engine, change_set, TODAY)


def test_rows_without_an_id_are_named_and_stop_nobody(with_views: House) -> None:
    house = with_views
    [plan, *_] = house.served()
    for id_ in (None, 0, -5, None):
        house.run("insert into erp.client_plan select cast(:id as bigint), client_id, service_plan_id, status, "
                  "due_day, activated_on, cancelled_on from erp.client_plan where id = :plan",
                  id=id_, plan=plan)  # fmt: skip
    house.run("insert into erp.client values (null, null, null, null), (null, 'Ninguém', '0', 'active')")
    house.run("insert into erp.service_plan values (null, null, null)")
    house.reconcile()
    [change_set] = house.run("select max(id) from reconciliation.change_set")[0]
    assert parked(house, change_set) == dict.fromkeys((None, 0, -5), "impossible_client_plan_id")
    assert "sem número" in outcome_report(house.engine, change_set)
    assert house.operations(house.make_change_set()) == []


def test_a_parked_contract_that_is_repaired_is_served_again(with_views: House) -> None:
    house = with_views
    bad = house.served()[0]
    house.run("update erp.client_plan set status = null where id = :plan", plan=bad)
    house.reconcile()
    house.run("update erp.client_plan set status = 'suspended' where id = :plan", plan=bad)
    house.reconcile()
    assert house.subscriber(bad).status == "SUSPENDED"
    [change_set] = house.run("select max(id) from reconciliation.change_set")[0]
    assert parked(house, change_set) == {}


@pytest.mark.parametrize("only", [False, True])
def test_another_contract_does_not_take_the_subscriber_that_is_recorded_for_a_parked_one(
    with_views: House, only: bool
) -> None:
    house = with_views
    first, second, uid = handed_over(house)
    with house.client() as client:
        before = client.subscriber(uid)
    pins = house.pins()
    house.run("update erp.client_plan set status = null where id = :plan", plan=first)
    house.reconcile(second if only else None)
    with house.client() as client:
        after = client.subscriber(uid)
    assert (after.first_name, after.services, after.devices) == (before.first_name, before.services, before.devices)
    assert house.pins() == pins
    assert {(first, uid), (second, uid)} == parked_subscribers(house).keys()


def test_a_parked_contract_whose_external_id_was_edited_is_not_called_unmanaged(with_views: House) -> None:
    house = with_views
    bad = house.served()[0]
    uid = uid_of(house, bad)
    edit(house, uid, external_id="teste")
    house.run("update erp.client_plan set status = null where id = :plan", plan=bad)
    house.reconcile()
    assert house.run("select * from reconciliation.unmanaged") == []
    assert parked_subscribers(house) == {(bad, uid): ["external_id_edited"]}


def test_a_cancelled_contract_needs_nothing_else(with_views: House) -> None:
    house = with_views
    gone = house.served()[0]
    house.run("update erp.client_plan set status = 'cancelled', activated_on = null, service_plan_id = null, "
              "client_id = null where id = :plan", plan=gone)  # fmt: skip
    house.reconcile()
    assert house.subscriber(gone).status == "INACTIVE"


def test_the_one_client_plan_that_is_asked_for_may_be_parked(with_views: House) -> None:
    house = with_views
    bad = house.served()[0]
    house.run("insert into erp.client_plan select * from erp.client_plan where id = :plan", plan=bad)
    change_set = house.make_change_set(bad)
    assert parked(house, change_set) == {bad: "listed_twice"}
    assert house.operations(change_set) == []


@pytest.mark.parametrize("number", [10**17, 10**18, GREATEST])
def test_a_client_plan_may_have_any_positive_number(provisioned: House, number: int) -> None:
    provisioned.run("insert into erp.client_plan select :number, client_id, service_plan_id, 'active', due_day, "
                    "activated_on, null from erp.client_plan where id = :plan",
                    number=number, plan=provisioned.served()[0])  # fmt: skip
    provisioned.reconcile()
    assert provisioned.subscriber(number).status == "ACTIVE"
    assert number in provisioned.pins()
    assert provisioned.operations(provisioned.make_change_set()) == []
    assert provisioned.operations(provisioned.make_change_set(number)) == []
