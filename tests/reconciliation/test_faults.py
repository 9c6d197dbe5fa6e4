"""Every fault of the platform on every verb, at random with fixed seeds: after it, one run puts everything right."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest

from multitv.errors import TransientError
from multitv.reconciliation.changes import ChangeRun
from multitv.reconciliation.errors import DifferenceLeft
from multitv.reconciliation.verify import verify_change_set
from tests.support.concurrency import at_once
from tests.support.house import House
from tests.support.settings import TODAY
from tests.support.size import part

pytestmark = pytest.mark.proof

SEEDS = (1, 7, 42, 1972, 20261123)
WRITES = ("POST", "PUT", "PATCH", "DELETE")


def faults(rng: random.Random) -> list[dict[str, object]]:
    """One of each kind on each verb that it may meet, each with a small chance at each request."""
    often = {"probability": 0.03}
    found: list[dict[str, object]] = [{"kind": "token-expired", "probability": 0.02}, {"kind": "upper-case-mac"}]
    for method in WRITES:
        found += [
            {"kind": "latency", "method": method, "seconds": 0.02, "probability": 0.2},
            {"kind": "rate-limited", "method": method, "retry_after": 0, **often},
            {"kind": "server-error", "method": method, "status": rng.choice([500, 502, 503, 504]), **often},
            {"kind": "server-error", "method": method, "status": 502, "executed": True, **often},
            {"kind": "not-json", "method": method, **often},
            {"kind": "not-json", "method": method, "executed": True, **often},
            {"kind": "dropped", "method": method, **often},
            {"kind": "dropped", "method": method, "executed": True, **often},
            {"kind": "reset", "method": method, **often},
            {"kind": "truncated", "method": method, "content_length": "right", **often},
            {"kind": "truncated", "method": method, "content_length": "wrong", **often},
            {"kind": "timeout-after-write", "method": method, "seconds": 2, "times": 2, "probability": 0.05},
        ]
    for kind in ("short-page", "row-count-drift", "duplicate-rows"):
        found.append({"kind": kind, "times": 1, "probability": 0.5})
    return [fault | {"seed": rng.randrange(10**6)} for fault in found]


def until_done(house: House, change_set: int) -> None:
    """Apply as Airflow would: a transient failure is tried again."""
    for _ in range(20):
        try:
            house.apply(change_set)
        except TransientError:
            continue
        return
    raise AssertionError("twenty tries were not enough")


@pytest.mark.timeout(600)
@pytest.mark.parametrize("variant", ["contract", "other"])
@pytest.mark.parametrize("seed", part(SEEDS, 3))
def test_whatever_the_platform_does_one_run_repairs_what_is_ours_and_nothing_is_done_twice(
    house: House, seed: int, variant: str
) -> None:
    house.sandbox.admin("PUT", f"/admin/variant/{variant}")
    print(f"seed {seed}")  # noqa: T201, it names the case that failed
    rng = random.Random(seed)
    house.retry_policy = replace(house.retry_policy, tries=4)
    for fault in faults(rng):
        house.sandbox.admin("POST", "/admin/faults", fault)
    change_set = house.make_change_set()
    house.approve(change_set)
    until_done(house, change_set)
    played = {fault["kind"] for fault in house.sandbox.admin("GET", "/admin/faults") if fault["played"]}
    assert len(played) >= 9, played
    house.no_faults()
    verify_change_set(house.engine, house.client(), change_set)
    # What was given up because the platform failed too often.
    house.reconcile()
    damage(house, rng)
    for fault in faults(rng):
        house.sandbox.admin("POST", "/admin/faults", fault)
    change_set = house.make_change_set()
    house.approve(change_set)
    until_done(house, change_set)
    house.no_faults()
    verify_change_set(house.engine, house.client(), change_set)
    assert len(house.run("select * from reconciliation.unmanaged where change_set_id = :p", p=change_set)) == 1
    # For what was rejected after its tries.
    house.reconcile()
    assert house.operations(house.make_change_set()) == []
    twice = {key: n for key, n in Counter(write["idempotency_key"] for write in house.executed()).items() if n > 1}
    assert twice == {}
    assert (
        len([write for write in house.writes() if write == ("POST", "")])
        == len(house.run("select distinct client_plan_id from tv.client_extra_field")) + 1
    )
    assert set(house.pins()) >= set(house.served())


@pytest.mark.timeout(600)
@pytest.mark.parametrize("variant", ["contract", "other"])
@pytest.mark.parametrize("seed", SEEDS[:1])
def test_whatever_the_platform_does_an_event_driven_run_beside_a_full_one_ends_right(
    house: House, seed: int, variant: str
) -> None:
    house.sandbox.admin("PUT", f"/admin/variant/{variant}")
    rng = random.Random(seed)
    house.reconcile()
    damage(house, rng)
    full = house.make_change_set()
    house.approve(full)
    house.run("insert into reconciliation.pending_change (client_plan_id, reason) select id, 'contract' from "
              "erp.client_plan")  # fmt: skip
    house.retry_policy = replace(house.retry_policy, tries=4)
    # As large as those of a person who was asked.
    house.settings = house.settings.model_copy(
        update={"reconciliation_max_removals": 1000, "reconciliation_max_removal_share": 1.0}
    )
    for fault in faults(rng):
        house.sandbox.admin("POST", "/admin/faults", fault)
    at_once(lambda: until_done(house, full), lambda: until_served(house))
    house.no_faults()
    verify_change_set(house.engine, house.client(), full)
    # For what was rejected after its tries.
    house.reconcile()
    assert house.operations(house.make_change_set()) == []
    twice = {key: n for key, n in Counter(write["idempotency_key"] for write in house.executed()).items() if n > 1}
    assert twice == {}
    assert set(house.pins()) >= set(house.served())


def until_served(house: House) -> None:
    """Serve what waits as Airflow would: a transient failure is tried again, and so is what differed in between."""
    run = ChangeRun(house.engine, house.client, house.settings, lambda: TODAY)
    for _ in range(20):
        try:
            run.serve()
        except (TransientError, DifferenceLeft):
            continue
        return
    raise AssertionError("twenty tries were not enough")


def damage(house: House, rng: random.Random) -> None:
    """Change both sides at random, as people would."""
    plans = house.served()
    for status in ("suspended", "cancelled"):
        for plan in rng.sample(plans, 3):
            house.run("update erp.client_plan set status = :s, cancelled_on = case when :s = 'cancelled' then "
                      "cast(:d as date) end where id = :p", s=status, d=TODAY, p=plan)  # fmt: skip
    house.run("update tv.client_package set cancelled_on = :d where id in (select id from tv.client_package where "
              "cancelled_on is null and added_on <= :d order by id limit 4)", d=TODAY)  # fmt: skip
    house.run("update tv.client_point set removed_on = :d where id in (select id from tv.client_point where "
              "removed_on is null and added_on <= :d order by id desc limit 4)", d=TODAY)  # fmt: skip
    with house.client() as hand:
        for number, plan in enumerate(rng.sample(plans, 8)):
            subscriber = hand.find_subscriber(str(plan))
            assert subscriber is not None
            key = f"damage {plan}"
            if number % 4 == 0:
                hand.change_subscriber(subscriber.uid, subscriber.version, first_name="Zé", idempotency_key=key)
            elif number % 4 == 1:
                hand.change_subscriber(subscriber.uid, subscriber.version, status="SUSPENDED", idempotency_key=key)
            elif number % 4 == 2 and subscriber.devices:
                hand.release_device(subscriber.uid, subscriber.devices[0].mac, idempotency_key=key)
            elif any(s.service_uid.lower().startswith("svc-") and s.is_live for s in subscriber.services):
                hand.put_service(subscriber.uid, "svc-esportes", idempotency_key=key)
        hand.create_subscriber("feito à mão", "Técnico", "de Campo", "ACTIVE", idempotency_key="by hand")
