"""When a plan waits for a person, and what a person's word is worth."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, text

from multitv.reconciliation import apply as applying
from multitv.reconciliation.errors import NotApproved, PlanTooOld
from multitv.reconciliation.guard import decide, judge
from multitv.reconciliation.plan import read_plan
from multitv.settings import Settings

SETTINGS = Settings()
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
QUIET = {"desired": 1000, "managed": 1000, "provisioned": 1000, "operations": 30, "client_plans": 10, "removals": 0}


def plan(engine: Engine, **counts: Any) -> int:
    """A plan with these counts, after one that was verified with 1,000 client plans to serve."""
    with engine.begin() as connection:
        connection.execute(
            text(
                "insert into reconciliation.snapshot (hash) values ('0'); "
                "insert into reconciliation.plan (snapshot_id, snapshot_hash, today, status, desired, decided_by, "
                "decided_at) select max(id), '0', '2026-11-22', 'verified', 1000, 'guard', now() "
                "from reconciliation.snapshot"
            )
        )
        made = QUIET | counts
        names = ", ".join(made)
        return connection.execute(
            text(
                f"insert into reconciliation.plan (snapshot_id, snapshot_hash, today, {names}) "  # noqa: S608
                f"select max(id), '0', '2026-11-23', {', '.join(f':{name}' for name in made)} "
                "from reconciliation.snapshot returning id"
            ),
            made,
        ).scalar_one()


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
    made = plan(engine, **counts)
    found = judge(engine, made, SETTINGS).concerns
    assert [concern.rpartition("MULTITV_RECONCILIATION_")[2].rstrip(").") for concern in found] == concerns
    kept = read_plan(engine, made)
    assert tuple(kept.concerns) == found
    assert (kept.status, kept.decided_by) == (("planned", None) if concerns else ("approved", "guard"))


def test_leave_to_remove_is_no_leave_for_anything_else(engine: Engine) -> None:
    assert judge(engine, plan(engine, removals=900), SETTINGS, allow_removals=True).concerns == ()
    [concern] = judge(engine, plan(engine, removals=900, managed=10), SETTINGS, allow_removals=True).concerns
    assert "The platform has 10 of the 1000 subscribers that we provisioned" in concern


def test_a_plan_with_nothing_to_do_is_finished(engine: Engine) -> None:
    made = plan(engine, operations=0, client_plans=0)
    assert judge(engine, made, SETTINGS).concerns == ()
    assert read_plan(engine, made).status == "verified"


def test_a_persons_word_is_kept_and_not_taken_back(engine: Engine) -> None:
    made = plan(engine, removals=900)
    judge(engine, made, SETTINGS)
    decide(engine, made, approved=False, by="ana", at=NOON)
    decide(engine, made, approved=False, by="ana", at=NOON)
    for approved, by in ((True, "ana"), (False, "rui")):
        with pytest.raises(NotApproved, match=f"Plan {made} is rejected .decided by ana."):
            decide(engine, made, approved=approved, by=by, at=NOON)
    assert judge(engine, made, SETTINGS).concerns == ()
    with engine.connect() as connection:
        row = connection.execute(text(f"select * from reconciliation.plan where id = {made}")).one()  # noqa: S608
    assert (row.status, row.decided_by, row.decided_at) == ("rejected", "ana", NOON)


@pytest.mark.parametrize("status", ["planned", "rejected", "superseded"])
def test_what_nobody_approved_is_not_applied(engine: Engine, status: str) -> None:
    made = plan(engine)
    with engine.begin() as connection:
        connection.execute(
            text("update reconciliation.plan set status = :status, decided_by = 'ana', decided_at = now() "
                 "where id = :plan"), {"status": status, "plan": made}
        )  # fmt: skip
    with pytest.raises(NotApproved, match=rf"Plan {made} is {status}.*Nothing was sent"):
        applying.batches(engine, made, SETTINGS, "rest")


def test_a_plan_whose_keys_may_be_forgotten_is_not_applied(engine: Engine) -> None:
    made = plan(engine)
    judge(engine, made, SETTINGS)
    with engine.begin() as connection:
        connection.execute(text("update reconciliation.plan set created_at = now() - interval '21 hours'"))
    with pytest.raises(PlanTooOld, match="Trigger a new run"):
        applying.batches(engine, made, SETTINGS, "rest")
