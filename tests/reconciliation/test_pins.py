"""PINs: kept encrypted, said to nobody, recovered when their answer is lost."""

from __future__ import annotations

from dataclasses import replace
from time import sleep

import pytest
from pydantic import SecretStr

from multitv.beenius.client import BeeniusClient
from multitv.reconciliation.apply import apply_batch
from multitv.reconciliation.errors import MissingPinKey
from multitv.reconciliation.report import outcome_report
from multitv.reconciliation.verify import verify_change_set
from tests.support.house import House


def test_pins_are_kept_encrypted_and_appear_nowhere_else(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    house.reconcile()
    pins = house.pins()
    assert set(pins) == set(house.served())
    for plan in pins:
        assert house.has_pin_of_platform(plan)
    tables = ("tv.client_extra_field", "reconciliation.operation", "reconciliation.change_set")
    stored = [str(tuple(row)) for table in tables for row in house.run(f"select * from {table}")]  # noqa: S608
    said = [*stored, *caplog.messages]
    assert not [line for line in said for pin in pins.values() if pin in line]


def test_without_a_key_for_pins_nothing_is_sent(house: House) -> None:
    change_set = house.make_change_set()
    house.approve(change_set)
    for keys in (None, "too-short"):
        settings = house.settings.model_copy(update={"pin_keys": SecretStr(keys) if keys else None})
        with pytest.raises(MissingPinKey, match="Nothing was sent"):
            apply_batch(house.engine, house.client(), change_set, 0, 10**9, settings, "rest")
    assert house.writes() == []


def test_a_lost_answer_to_a_creation_costs_one_rotation(house: House) -> None:
    house.fault("timeout-after-write", method="POST", path="/subscribers$", times=3, seconds=3)
    house.reconcile()
    posts = [path for method, path in house.writes() if method == "POST"]
    assert posts.count("") == len(house.served())
    assert len([path for path in posts if path.endswith("/auth-pin")]) == 3
    assert set(house.pins()) == set(house.served())


def test_a_platform_that_never_tells_a_pin_stops_nobody_else(provisioned: House) -> None:
    silent, *_ = provisioned.served()
    provisioned.forget_pin(silent)
    provisioned.run("update erp.client set name = name || ' Neto'")
    change_set = provisioned.make_change_set()
    provisioned.approve(change_set)
    provisioned.retry_policy = replace(provisioned.retry_policy, read_seconds=0.2)
    # The platform rotates and its answer is lost; what it then repeats has no PIN in it.
    provisioned.fault("timeout-after-write", method="POST", path="/auth-pin$", seconds=1)
    provisioned.apply(change_set)
    provisioned.no_faults()
    assert (silent, "recover_pin", "pin_not_received") in {
        (row[0], row[1], row[3]) for row in provisioned.rejected(change_set)
    }
    verify_change_set(provisioned.engine, provisioned.client(), change_set)
    provisioned.reconcile()
    assert silent in provisioned.pins()


def test_a_rotation_that_is_carried_out_after_it_was_given_up_does_not_replace_the_next_pin(
    provisioned: House,
) -> None:
    plan = provisioned.served()[0]
    provisioned.forget_pin(plan)
    policy, hurried = provisioned.retry_policy, replace(provisioned.retry_policy, read_seconds=0.2, tries=1)
    provisioned.fault("latency", path="/auth-pin$", seconds=4, times=1)
    provisioned.retry_policy = hurried
    change_set = provisioned.make_change_set()
    provisioned.approve(change_set)
    provisioned.apply(change_set)
    assert (plan, "recover_pin", None, "platform_did_not_answer") in provisioned.rejected(change_set)
    provisioned.retry_policy = policy
    provisioned.reconcile()
    assert provisioned.rotations()[0]["status"] is None, "it is under way still"
    while provisioned.rotations()[0]["status"] is None:
        sleep(0.05)
    assert [one["outcome"] for one in provisioned.rotations()] == ["replayed", "executed"]
    assert provisioned.has_pin_of_platform(plan)


def test_a_refusal_that_the_platform_repeats_keeps_nobody_from_a_pin(
    provisioned: House, by_hand: BeeniusClient
) -> None:
    plan, other = provisioned.served()[:2]
    provisioned.forget_pin(plan)
    provisioned.fault("refused", path="/auth-pin$", status=423)
    provisioned.reconcile()
    provisioned.no_faults()
    # As if the platform had stored that refusal: this key is refused from now on.
    by_hand.rotate_pin(provisioned.subscriber(other).uid, idempotency_key=provisioned.rotations()[0]["idempotency_key"])
    provisioned.reconcile()
    assert provisioned.has_pin_of_platform(plan)


def test_a_contract_that_goes_and_returns_has_no_pin_that_was_rotated_away(provisioned: House) -> None:
    plan = provisioned.served()[0]
    [(owner,)] = provisioned.run("select client_id from erp.client_plan where id = :plan", plan=plan)
    give_away(provisioned, plan)
    policy = provisioned.retry_policy
    provisioned.retry_policy = replace(policy, read_seconds=0.2)
    provisioned.fault("timeout-after-write", method="POST", path="/auth-pin$", seconds=1)
    provisioned.reconcile()
    provisioned.no_faults()
    provisioned.retry_policy = policy
    provisioned.run("update erp.client_plan set client_id = :owner where id = :plan", owner=owner, plan=plan)
    provisioned.reconcile()
    assert provisioned.has_pin_of_platform(plan)


def give_away(house: House, plan: int) -> int:
    """Have another client take the contract over."""
    [(client,)] = house.run("insert into erp.client select max(id) + 1, 'Nova Dona', '0', 'active' from erp.client "
                            "returning id")  # fmt: skip
    house.run("update erp.client_plan set client_id = :client where id = :plan", client=client, plan=plan)
    return int(client)


def newest(house: House) -> int:
    return int(house.run("select max(id) from reconciliation.change_set")[0][0])


def test_a_contract_that_changes_owner_gets_another_pin_and_says_so(provisioned: House) -> None:
    plan, *others = provisioned.served()
    old = provisioned.pins()
    client = give_away(provisioned, plan)
    change_set = provisioned.make_change_set()
    assert provisioned.operations(change_set, "client_plan_id, action, reason") == [
        (plan, "update", "name_differs"),
        (plan, "recover_pin", "owner_changed"),
    ]
    provisioned.reconcile()
    pins = provisioned.pins()
    assert pins[plan] != old[plan]
    assert {other: pins[other] for other in others} == {other: old[other] for other in others}
    uid = provisioned.subscriber(plan).uid
    for pin, works in ((old[plan], False), (pins[plan], True)):
        answer = provisioned.sandbox.admin("POST", f"/admin/subscribers/{uid}/pin-check", {"auth_pin": pin})
        assert answer == {"matches": works}
    assert f"1 contrato mudou de cliente, com um PIN novo, que o cliente precisa receber: {plan}." in outcome_report(
        provisioned.engine, newest(provisioned)
    )
    [(owner,)] = provisioned.run("select client_id from tv.client_extra_field where client_plan_id = :plan and name "
                                 "like 'Auth%'", plan=plan)  # fmt: skip
    assert owner == client
    assert provisioned.operations(provisioned.make_change_set()) == []


def test_a_pin_that_could_not_be_rotated_is_rotated_by_the_next_run(provisioned: House) -> None:
    plan = provisioned.served()[0]
    old = provisioned.pins()[plan]
    give_away(provisioned, plan)
    provisioned.fault("refused", method="POST", path="/auth-pin$", status=423)
    provisioned.reconcile()
    assert provisioned.pins()[plan] == old
    provisioned.no_faults()
    provisioned.reconcile()
    assert provisioned.pins()[plan] != old


def test_an_owner_who_came_while_the_contract_was_cancelled_gets_another_pin_when_it_is_back(
    provisioned: House,
) -> None:
    plan = provisioned.served()[0]
    old = provisioned.pins()[plan]
    provisioned.run("update erp.client_plan set status = 'cancelled' where id = :plan", plan=plan)
    provisioned.reconcile()
    give_away(provisioned, plan)
    assert provisioned.operations(provisioned.make_change_set()) == [(plan, "update", None)]
    provisioned.run("update erp.client_plan set status = 'active' where id = :plan", plan=plan)
    provisioned.reconcile()
    assert provisioned.pins()[plan] != old


def test_an_owner_whom_the_erp_does_not_name_changes_nothing(provisioned: House) -> None:
    plan = provisioned.served()[0]
    provisioned.run("alter table erp.client_plan alter column client_id drop not null")
    provisioned.run("update erp.client_plan set client_id = null where id = :plan", plan=plan)
    assert provisioned.operations(provisioned.make_change_set()) == []


def test_a_pin_of_which_nobody_knows_whose_it_is_belongs_to_the_present_client(provisioned: House) -> None:
    plan = provisioned.served()[0]
    provisioned.run("update tv.client_extra_field set client_id = null")
    assert provisioned.operations(provisioned.make_change_set()) == []
    give_away(provisioned, plan)
    assert (plan, "recover_pin", None) in provisioned.operations(provisioned.make_change_set())


def test_a_doubted_pin_is_replaced_although_the_erp_does_not_name_the_client(provisioned: House) -> None:
    plan = provisioned.served()[0]
    provisioned.run("update tv.client_extra_field set client_id = 0 where name like 'Auth%' and client_plan_id = :plan",
                    plan=plan)  # fmt: skip
    provisioned.run("alter table erp.client_plan alter column client_id drop not null")
    provisioned.run("update erp.client_plan set client_id = null where id = :plan", plan=plan)
    old = provisioned.pins()[plan]
    provisioned.reconcile()
    assert provisioned.pins()[plan] != old
    assert provisioned.has_pin_of_platform(plan)
    assert provisioned.operations(provisioned.make_change_set()) == []
