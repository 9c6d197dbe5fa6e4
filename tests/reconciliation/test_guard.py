"""When a change set waits for a person, and what the person's decision is worth."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest
from sqlalchemy import Engine, text

from multitv.labels import Reason
from multitv.reconciliation.apply import list_batches
from multitv.reconciliation.change_set import read_change_set
from multitv.reconciliation.errors import ChangeSetTooOld, NotApproved
from multitv.reconciliation.guard import LIMITS, assess, record_decision
from multitv.reconciliation.report import change_set_report
from multitv.settings import Settings

SETTINGS = Settings()
ACTIONS = (
    "create", "update", "suspend", "resume", "deactivate", "recover_pin", "add_service", "end_service", "add_device",
    "edit_device", "remove_device",
)  # fmt: skip
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
QUIET = {"desired": 1000, "managed": 1000, "provisioned": 1000, "operations": 30, "client_plans": 10, "removals": 0}


def change_set(engine: Engine, **counts: Any) -> int:
    """A change set with these counts, after one that was verified with 1,000 client plans to serve."""
    with engine.begin() as connection:
        connection.execute(
            text(
                "insert into reconciliation.snapshot (hash) values ('0'); "
                "insert into reconciliation.change_set (snapshot_id, snapshot_hash, today, status, desired, "
                "decided_by, decided_at) select max(id), '0', '2026-11-22', 'verified', 1000, 'guard', now() "
                "from reconciliation.snapshot"
            )
        )
        made = QUIET | counts
        names = ", ".join(made)
        made_as: int = connection.execute(
            text(
                f"insert into reconciliation.change_set (snapshot_id, snapshot_hash, today, {names}) "  # noqa: S608
                f"select max(id), '0', '2026-11-23', {', '.join(f':{name}' for name in made)} "
                "from reconciliation.snapshot returning id"
            ),
            made,
        ).scalar_one()
        return made_as


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


ENGLISH = re.compile(
    r"\b(the|of|and|would|than|more|client|plans?|subscribers?|platform|action|reason|change|done|what|some|not)\b",
    re.I,
)


def test_the_question_is_in_portuguese_whatever_the_concerns_and_operations_are(engine: Engine) -> None:
    made = change_set(engine, removals=900, client_plans=900, desired=10, managed=700)
    before = {"status": "ACTIVE", "first_name": "Ana", "label": None, "device_type_uid": "a"}
    after = {"status": "INACTIVE", "first_name": "Bia", "label": "Sala", "device_type_uid": None}
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "insert into tv.package (platform_uid, name, service_type, extra) "
            "values ('svc_x', 'Esportes', 'EXTENDED_SERVICE', true)"
        )
        for (number, action), status in product(enumerate(ACTIONS), ("planned", "rejected")):
            connection.execute(
                text(
                    "insert into reconciliation.operation (change_set_id, client_plan_id, number, action, target, "
                    "before, after, reason, status, outcome_code, outcome, done_at) values (:id, 7, :number, :action, "
                    ":target, :before, :after, 'name_differs', :status, :code, :said, :at)"
                ),
                {
                    "id": made,
                    "number": 2 * number + (status == "rejected"),
                    "action": action,
                    "target": {"service": "svc_x", "device": "02:00:00:00:00:01"}.get(action.partition("_")[2]),
                    "before": json.dumps(before),
                    "after": json.dumps(after),
                    "status": status,
                    "code": "client_without_name" if status == "rejected" else None,
                    "said": "NO: Beenius at http://x refused it (request 1)" if status == "rejected" else None,
                    "at": NOON if status == "rejected" else None,
                },
            )
    concerns = assess(engine, made, SETTINGS).concerns
    assert {concern.code for concern in concerns} == LIMITS.keys()
    body = change_set_report(engine, made)
    assert all(f"**{concern.sentence[0].upper()}{concern.sentence[1:]}" in body for concern in concerns)
    assert not re.findall(r"[A-Za-z]+_[A-Za-z_]+|://|request", body)
    assert not ENGLISH.findall(body)
    assert "situação: Ativo → Inativo, nome: Ana → Bia" in body
    assert "incluir serviço" in body
    assert "Esportes" in body


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
    with engine.begin() as connection:
        connection.execute(text("update reconciliation.change_set set created_at = now() - interval '21 hours'"))
    with pytest.raises(ChangeSetTooOld, match="Trigger a new run"):
        list_batches(engine, made, SETTINGS, "rest")
