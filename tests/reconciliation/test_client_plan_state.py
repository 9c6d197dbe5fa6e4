"""How a client plan and the platform stand, as the client's page shows it."""

from __future__ import annotations

from typing import Any

from multitv.reconciliation.guard import assess
from multitv.reconciliation.verify import verify_change_set
from tests.reconciliation.test_changes import pend, replace_limits, run_of, sell, without
from tests.support.house import House


def state(house: House, plan: int) -> Any:
    rows = house.run("select * from reconciliation.client_plan_state(:plan)", plan=plan)
    return rows[0] if rows else None


def test_a_change_is_waiting_then_applying_then_equal(provisioned: House) -> None:
    plan = without(provisioned)
    equal = state(provisioned, plan)
    assert equal.state == "equal"
    sell(provisioned, plan)
    [(created,)] = provisioned.run("select created_at from reconciliation.pending_change")
    assert tuple(state(provisioned, plan)) == ("waiting", created, None)
    full = provisioned.make_change_set()
    assert state(provisioned, plan).state == "applying"
    provisioned.approve(full)
    assert state(provisioned, plan).state == "applying"
    provisioned.apply(full)
    verify_change_set(provisioned.engine, provisioned.client(), full)
    now = state(provisioned, plan)
    assert now.state == "equal"
    assert now.since > equal.since
    provisioned.reconcile()
    assert state(provisioned, plan) == now, "equal since the last change, not since the last look"


def test_what_the_platform_refuses_is_told_until_it_does_not(provisioned: House) -> None:
    plan = provisioned.served()[0]
    provisioned.run("insert into tv.client_point (client_plan_id, mac, serial, device_type, label, added_on) "
                    "values (:plan, '02:bb:00:00:00:02', 'S', 'toaster', 'Sala', '2026-01-01')", plan=plan)  # fmt: skip
    pend(provisioned, plan)
    run_of(provisioned).serve()
    assert (state(provisioned, plan).state, state(provisioned, plan).code) == ("refused", "validation_error")
    provisioned.reconcile()
    assert (state(provisioned, plan).state, state(provisioned, plan).code) == ("refused", "validation_error")
    provisioned.run("delete from tv.client_point where mac = '02:bb:00:00:00:02'")
    pend(provisioned, plan)
    run_of(provisioned).serve()
    assert state(provisioned, plan).state == "equal"


def test_what_waits_for_a_person_is_held(provisioned: House) -> None:
    provisioned.settings = replace_limits(provisioned, removals=0)
    plan = provisioned.served()[0]
    provisioned.run("update erp.client_plan set status = 'cancelled', cancelled_on = '2026-11-01' where id = :plan",
                    plan=plan)  # fmt: skip
    assess(provisioned.engine, provisioned.make_change_set(), provisioned.settings)
    assert state(provisioned, plan).state == "held"


def test_what_is_parked_is_not_called_equal(provisioned: House) -> None:
    plan = provisioned.served()[0]
    provisioned.run("update erp.client_plan set service_plan_id = 0 where id = :plan", plan=plan)
    provisioned.reconcile()
    assert tuple(state(provisioned, plan))[::2] == ("parked", "impossible_service_plan_id")


def test_who_has_no_subscriber_has_no_state(house: House) -> None:
    plan = house.served()[0]
    assert state(house, plan) is None
    house.reconcile(house.served()[1])
    assert state(house, plan) is None
