"""When a change set waits for a person, and what the person's decision is worth."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, text

from multitv.labels import Reason
from multitv.reconciliation.apply import list_batches
from multitv.reconciliation.change_set import read_change_set
from multitv.reconciliation.errors import ChangeSetTooOld, NotApproved
from multitv.reconciliation.guard import LIMITS, assess, record_decision
from multitv.settings import Settings
from tests.reconciliation.conftest import change_set
from tests.support.databases import as_owner

SETTINGS = Settings()
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("counts", "concerns"),
    [
        ({}, []),
        ({"removals": 50}, []),
        ({"removals": 51}, ["MAX_REMOVALS", "MAX_REMOVAL_SHARE"]),
        ({"removals": 51, "managed": 2000}, ["MAX_REMOVALS"]),
        ({"removals": 21, "managed": 400, "provisioned": 400}, ["MAX_REMOVAL_SHARE"]),
        ({"client_plans": 500}, []),
        ({"client_plans": 501}, ["MAX_CHANGE_SHARE"]),
        ({"client_plans": 900, "managed": 0, "provisioned": 0}, []),
        ({"desired": 800}, []),
        ({"desired": 799}, ["MAX_SHRINK"]),
        ({"desired": 0}, ["MAX_SHRINK"]),
        ({"managed": 800}, []),
        ({"managed": 799}, ["MAX_SHRINK"]),
        ({"managed": 0, "client_plans": 1000}, ["MAX_CHANGE_SHARE", "MAX_SHRINK"]),
        ({"removals": 1, "client_plans": 1, "desired": 1, "only_client_plan_id": 7}, []),
    ],
)
def test_what_is_unusual_waits_for_a_person_who_sees_why(
    engine: Engine, counts: dict[str, int], concerns: list[str]
) -> None:
    made = change_set(engine, **counts)
    found = assess(engine, made, SETTINGS).concerns
    assert [LIMITS[concern.code].removeprefix("MULTITV_RECONCILIATION_") for concern in found] == concerns
    kept = read_change_set(engine, made)
    assert kept.concerns == found
    assert (kept.status, kept.decided_by) == (("planned", None) if concerns else ("approved", "guard"))


def test_leave_to_remove_is_no_leave_for_anything_else(engine: Engine) -> None:
    assert assess(engine, change_set(engine, removals=900), SETTINGS, allow_removals=True).concerns == ()
    [concern] = assess(engine, change_set(engine, removals=900, managed=10), SETTINGS, allow_removals=True).concerns
    assert concern == Reason("fewer_subscribers", {"managed": 10, "provisioned": 1000})


def test_a_plan_with_nothing_to_do_is_finished(engine: Engine) -> None:
    made = change_set(engine, operations=0, client_plans=0)
    assert assess(engine, made, SETTINGS).concerns == ()
    assert read_change_set(engine, made).status == "verified"


def test_a_persons_word_is_kept_and_not_taken_back(engine: Engine) -> None:
    made = change_set(engine, removals=900)
    assess(engine, made, SETTINGS)
    record_decision(engine, made, approved=False, by="ana", at=NOON)
    record_decision(engine, made, approved=False, by="ana", at=NOON)
    for approved, by in ((True, "ana"), (False, "rui")):
        with pytest.raises(NotApproved, match=f"Change set {made} is rejected .decided by ana."):
            record_decision(engine, made, approved=approved, by=by, at=NOON)
    assert assess(engine, made, SETTINGS).concerns == ()
    with engine.connect() as connection:
        row = connection.execute(text(f"select * from reconciliation.change_set where id = {made}")).one()  # noqa: S608
    assert (row.status, row.decided_by, row.decided_at) == ("rejected", "ana", NOON)


@pytest.mark.parametrize("status", ["planned", "rejected", "superseded"])
def test_what_nobody_approved_is_not_applied(engine: Engine, status: str) -> None:
    made = change_set(engine)
    with engine.begin() as connection:
        connection.execute(
            text("update reconciliation.change_set set status = :status, decided_by = 'ana', decided_at = now() "
                 "where id = :id"), {"status": status, "id": made}
        )  # fmt: skip
    with pytest.raises(NotApproved, match=rf"Change set {made} is {status}.*Nothing was sent"):
        list_batches(engine, made, SETTINGS, "rest")


def test_a_plan_whose_keys_may_be_forgotten_is_not_applied(engine: Engine) -> None:
    made = change_set(engine)
    assess(engine, made, SETTINGS)
    with as_owner(engine).begin() as connection:
        connection.execute(text("update reconciliation.change_set set created_at = now() - interval '21 hours'"))
    with pytest.raises(ChangeSetTooOld, match="Trigger a new run"):
        list_batches(engine, made, SETTINGS, "rest")
