"""What somebody else does to subscribers while a plan is applied."""

from __future__ import annotations

import pytest

from multitv.beenius.client import BeeniusClient
from multitv.reconciliation import apply as applying
from multitv.reconciliation import verify
from multitv.reconciliation.errors import DifferenceLeft
from multitv.reconciliation.plan import read_plan
from tests.reconciliation.conftest import House


def test_a_subscriber_that_somebody_made_for_a_client_is_adopted(house: House, by_hand: BeeniusClient) -> None:
    plan = house.plan()
    house.approve(plan)
    adopted = house.served()[0]
    by_hand.create_subscriber(str(adopted), "Técnico", "de Campo", "ACTIVE", idempotency_key="by hand")
    house.apply(plan)
    verify.verify(house.engine, house.client(), plan)
    assert house.subscriber(adopted).first_name != "Técnico"
    assert adopted in house.pins()


def test_a_change_by_somebody_else_is_planned_anew_once(provisioned: House, by_hand: BeeniusClient) -> None:
    plan = provisioned.rename_all()
    drifted = provisioned.served()[0]
    before = provisioned.subscriber(drifted)
    by_hand.change_subscriber(before.uid, before.version, first_name="Outra", idempotency_key="by hand")
    provisioned.apply(plan)
    rows = provisioned.run("select number, action, status from reconciliation.operation where plan_id = :plan and "
                           "client_plan_id = :id order by number", plan=plan, id=drifted)  # fmt: skip
    assert [(row.action, row.status) for row in rows if row.action == "update"] == [
        ("update", "superseded"),
        ("update", "applied"),
    ]
    verify.verify(provisioned.engine, provisioned.client(), plan)
    assert provisioned.subscriber(drifted).last_name.endswith("Neto")


def test_planning_anew_takes_nothing_away_that_was_not_approved(provisioned: House, by_hand: BeeniusClient) -> None:
    plan = provisioned.rename_all()
    drifted = next(p for p in provisioned.served() if len(provisioned.subscriber(p).services) == 1)
    uid = provisioned.subscriber(drifted).uid
    by_hand.put_service(uid, "svc-premiere", idempotency_key="a gift")
    provisioned.apply(plan)
    [(_, action, target, why)] = [row for row in provisioned.rejected(plan) if row[0] == drifted]
    assert (action, target) == ("end_service", "svc-premiere")
    assert why.startswith("NOT_APPROVED")
    assert provisioned.subscriber(drifted).last_name.endswith("Neto")
    verify.verify(provisioned.engine, provisioned.client(), plan)
    assert (drifted, "end_service", "svc-premiere") in provisioned.operations(provisioned.plan())


def test_somebody_who_keeps_changing_a_subscriber_wins_this_time(
    provisioned: House, by_hand: BeeniusClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = provisioned.rename_all()
    drifted = provisioned.served()[0]
    real = applying.replan

    def meddle() -> None:
        now = provisioned.subscriber(drifted)
        by_hand.change_subscriber(now.uid, now.version, first_name=f"X{now.version}", idempotency_key=f"{now.version}")

    def replan_and_meddle(*arguments: object) -> None:
        real(*arguments)
        meddle()

    monkeypatch.setattr(applying, "replan", replan_and_meddle)
    meddle()
    provisioned.apply(plan)
    assert "VERSION_CONFLICT: somebody else keeps changing this subscriber" in {
        r[3] for r in provisioned.rejected(plan)
    }


def test_what_nothing_explains_fails_the_proof_and_is_named(provisioned: House, by_hand: BeeniusClient) -> None:
    plan = provisioned.rename_all()
    provisioned.apply(plan)
    meddled = provisioned.served()[0]
    now = provisioned.subscriber(meddled)
    by_hand.change_subscriber(now.uid, now.version, status="SUSPENDED", idempotency_key="by hand")
    with pytest.raises(DifferenceLeft, match=f"client plan {meddled} still needs resume"):
        verify.verify(provisioned.engine, provisioned.client(), plan)
    assert read_plan(provisioned.engine, plan).status == "applied"
    provisioned.reconcile()
    assert provisioned.subscriber(meddled).status == "ACTIVE"
