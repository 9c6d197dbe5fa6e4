"""Verifies a change set: a second snapshot of the platform must equal what was wanted, or the results say why not."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, Row

from multitv.database.engine import transaction
from multitv.database.sql import named
from multitv.extra_fields import PIN_FIELD, UID_FIELD
from multitv.reconciliation.change_set import (
    PARKED_STEPS,
    ChangeSet,
    list_steps,
    read_change_set,
    require_snapshot,
    staging_transaction,
)
from multitv.reconciliation.errors import DifferenceLeft, NotApproved, StagingMissing
from multitv.reconciliation.lanes import CHANGES, lane_of
from multitv.reconciliation.snapshot import IN_FLIGHT, stage_subscribers

if TYPE_CHECKING:
    from multitv.beenius.client import BeeniusClient

log = logging.getLogger(__name__)

SHOWN = 5
_STEPS = (
    "delete_overtaken_steps",
    *PARKED_STEPS,
    "record_stored_otherwise",
    "clear_differences",
    "insert_differences",
    "mark_verified",
)


@dataclass(frozen=True)
class Verified:
    """How many differences the second snapshot still shows, each `explained` by a rejected operation."""

    explained: int


def verify_change_set(
    engine: Engine,
    client: BeeniusClient,
    change_set_id: int,
    in_flight: int = IN_FLIGHT,
    complete_since: datetime | None = None,
) -> Verified:
    """Take a second snapshot, compare it with what the change set wanted, and record what differs.

    Client plans that changed since are left out: another change set serves them, or is going to. The snapshot may be
    brought up to date, as `stage_subscribers` does; one that shows a difference is taken again, completely.

    Raises DifferenceLeft if nothing explains a difference, NotApproved if the change set was not applied,
    StagingMissing, DatabaseUnavailable, and whatever a scan raises.
    """
    with transaction(engine) as connection:
        if connection.execute(named("reconciliation/mark_applied"), {"change_set": change_set_id}).first() is None:
            raise NotApproved(
                f"Change set {change_set_id} is {read_change_set(engine, change_set_id).status}: there is nothing to "
                "verify. Trigger a new run."
            )
    change_set = read_change_set(engine, change_set_id)
    lane, of_change_set = lane_of(change_set.lane), {"change_set": change_set_id}
    changed = None
    if lane is CHANGES:
        with transaction(engine) as connection:
            changed = connection.execute(named("reconciliation/taken_client_plans"), of_change_set).scalars().all()
    complete_since = complete_since if change_set.of_all else None
    counts, left = _compare(engine, client, change_set, changed, in_flight, complete_since)
    if left and complete_since is not None:
        log.warning("What is listed as changed does not show all that was written. All subscribers are read again.")
        counts, left = _compare(engine, client, change_set, changed, in_flight, None)
    if left:
        more = f" and {counts.unexplained - len(left)} more" if counts.unexplained > len(left) else ""
        raise DifferenceLeft(
            f"Change set {change_set_id} was applied, and the platform still differs: {'; '.join(left)}{more}. "
            "Somebody else changed these subscribers, or the platform lost a write. The next run changes them again; "
            "if they come back, look at who else writes to the platform."
        )
    log.info("Change set %s is verified: %s differences are left, each explained.", change_set_id, counts.explained)
    return Verified(counts.explained)


def _compare(
    engine: Engine,
    client: BeeniusClient,
    change_set: ChangeSet,
    changed: Sequence[int] | None,
    in_flight: int,
    complete_since: datetime | None,
) -> tuple[Row[Any], Sequence[str]]:
    """Return the counts of the differences that a new snapshot shows, and the first ones that nothing explains."""
    lane, of_change_set = lane_of(change_set.lane), {"change_set": change_set.id}
    snapshot = stage_subscribers(engine, client, change_set.client_plan, changed, in_flight, complete_since)
    with staging_transaction(engine, lane) as connection:
        require_snapshot(connection, snapshot)
        connection.execute(named("reconciliation/record_second_snapshot"), of_change_set | {"snapshot": snapshot})
        fields = {"uid_field": UID_FIELD, "pin_field": PIN_FIELD, "client_plan": None}
        if connection.execute(named("reconciliation/refresh_desired"), fields).scalar_one() != change_set.desired:
            raise StagingMissing(
                f"What change set {change_set.id} wanted is not in staging any more: trigger a new run."
            )
        connection.execute(named("reconciliation/park_repeated"))
        list_steps(connection, change_set.client_plan)
        one = None if change_set.client_plan is None else [change_set.client_plan]
        of_plans = of_change_set | {"uid_field": UID_FIELD, "client_plans": changed if lane is CHANGES else one}
        for step in _STEPS:
            connection.execute(named(f"reconciliation/{step}"), of_plans)
        counts = connection.execute(named("reconciliation/count_differences"), of_change_set).one()
        left = connection.execute(named("reconciliation/unexplained"), of_change_set | {"shown": SHOWN}).scalars().all()
    return counts, left
