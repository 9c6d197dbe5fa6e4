"""What somebody else does to subscribers while a change set is applied."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from multitv.beenius.client import BeeniusClient
from multitv.reconciliation import apply
from multitv.reconciliation.change_set import read_change_set
from multitv.reconciliation.errors import DifferenceLeft
from multitv.reconciliation.execution import ConcurrentChange
from multitv.reconciliation.lanes import Lane
from multitv.reconciliation.recompute import recompute
from multitv.reconciliation.verify import verify_change_set
from tests.support.house import House


def test_a_subscriber_that_somebody_made_for_a_client_is_adopted(house: House, by_hand: BeeniusClient) -> None:
    change_set = house.make_change_set()
    house.approve(change_set)
    adopted = house.served()[0]
    by_hand.create_subscriber(str(adopted), "Técnico", "de Campo", "ACTIVE", idempotency_key="by hand")
    house.apply(change_set)
    verify_change_set(house.engine, house.client(), change_set)
    assert house.subscriber(adopted).first_name != "Técnico"
    assert adopted in house.pins()


def test_a_change_by_somebody_else_is_planned_anew_once(provisioned: House, by_hand: BeeniusClient) -> None:
    change_set = provisioned.rename_all()
    changed = provisioned.served()[0]
    before = provisioned.subscriber(changed)
    by_hand.change_subscriber(before.uid, before.version, first_name="Outra", idempotency_key="by hand")
    provisioned.apply(change_set)
    rows = provisioned.run("select number, action, status from reconciliation.operation where change_set_id = :id "
                           "and client_plan_id = :plan order by number", id=change_set, plan=changed)  # fmt: skip
    assert [(row.action, row.status) for row in rows if row.action == "update"] == [
        ("update", "superseded"),
        ("update", "applied"),
    ]
    verify_change_set(provisioned.engine, provisioned.client(), change_set)
    assert provisioned.subscriber(changed).last_name.endswith("Neto")


def test_planning_anew_takes_nothing_away_that_was_not_approved(provisioned: House, by_hand: BeeniusClient) -> None:
    change_set = provisioned.rename_all()
    changed = next(p for p in provisioned.served() if len(provisioned.subscriber(p).services) == 1)
    uid = provisioned.subscriber(changed).uid
    by_hand.put_service(uid, "svc-premiere", idempotency_key="a gift")
    provisioned.apply(change_set)
    [(_, action, target, why)] = [row for row in provisioned.rejected(change_set) if row[0] == changed]
    assert (action, target) == ("end_service", "svc-premiere")
    assert why == "removal_not_approved"
    assert provisioned.subscriber(changed).last_name.endswith("Neto")
    verify_change_set(provisioned.engine, provisioned.client(), change_set)
    assert (changed, "end_service", "svc-premiere") in provisioned.operations(provisioned.make_change_set())


def test_somebody_who_keeps_changing_a_subscriber_wins_this_time(
    provisioned: House, by_hand: BeeniusClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_set = provisioned.rename_all()
    changed = provisioned.served()[0]

    def meddle() -> None:
        now = provisioned.subscriber(changed)
        by_hand.change_subscriber(now.uid, now.version, first_name=f"X{now.version}", idempotency_key=f"{now.version}")

    def recompute_and_meddle(engine: Engine, change_set_id: int, change: ConcurrentChange, lane: Lane) -> None:
        recompute(engine, change_set_id, change, lane)
        meddle()

    monkeypatch.setattr(apply, "recompute", recompute_and_meddle)
    meddle()
    provisioned.apply(change_set)
    assert "keeps_changing" in {r[3] for r in provisioned.rejected(change_set)}


def test_what_nothing_explains_fails_the_proof_and_is_named(provisioned: House, by_hand: BeeniusClient) -> None:
    change_set = provisioned.rename_all()
    provisioned.apply(change_set)
    meddled = provisioned.served()[0]
    now = provisioned.subscriber(meddled)
    by_hand.change_subscriber(now.uid, now.version, status="SUSPENDED", idempotency_key="by hand")
    with pytest.raises(DifferenceLeft, match=f"client plan {meddled} still needs resume"):
        verify_change_set(provisioned.engine, provisioned.client(), change_set)
    assert read_change_set(provisioned.engine, change_set).status == "applied"
    provisioned.reconcile()
    assert provisioned.subscriber(meddled).status == "ACTIVE"
