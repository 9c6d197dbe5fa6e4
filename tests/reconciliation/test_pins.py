"""PINs: kept encrypted, said to nobody, recovered when their answer is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import SecretStr

from multitv.reconciliation.apply import apply_batch
from multitv.reconciliation.errors import MissingPinKey
from multitv.reconciliation.verify import verify_change_set
from tests.support.house import House


def test_pins_are_kept_encrypted_and_appear_nowhere_else(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    house.reconcile()
    pins = house.pins()
    assert set(pins) == set(house.served())
    for plan, pin in pins.items():
        uid = house.subscriber(plan).uid
        assert house.sandbox.admin("POST", f"/admin/subscribers/{uid}/pin-check", {"auth_pin": pin}) == {
            "matches": True
        }
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
    provisioned.run("delete from tv.client_extra_field where client_plan_id = :plan", plan=silent)
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
