"""The proof of a plan: a second look at the platform, which must show what was wanted, or why not."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from sqlalchemy import Engine

from multitv.beenius.client import BeeniusClient
from multitv.database.engine import bulk_transaction, transaction
from multitv.database.locks import lock
from multitv.database.sql import named
from multitv.reconciliation import snapshot as snapshots
from multitv.reconciliation.errors import DifferenceLeft, NotApproved, StagingLost
from multitv.reconciliation.fields import PIN_FIELD, UID_FIELD
from multitv.reconciliation.plan import list_steps, read_plan, require_snapshot
from multitv.reconciliation.snapshot import STAGING_LOCK

log = logging.getLogger(__name__)

SHOWN = 5


@dataclass(frozen=True)
class Verified:
    """What a second snapshot still lacks; `explained` by an operation that was rejected."""

    explained: int


def verify(engine: Engine, client: BeeniusClient, plan_id: int) -> Verified:
    """Compare the platform with what the plan wanted, once more, and keep what differs.

    Raises DifferenceLeft if nothing explains a difference, NotApproved if the plan was not applied, StagingLost, what
    a scan raises, DatabaseUnavailable.
    """
    with transaction(engine) as connection:
        if connection.execute(named("reconciliation/mark_applied"), {"plan": plan_id}).first() is None:
            raise NotApproved(
                f"Plan {plan_id} is {read_plan(engine, plan_id).status}: there is nothing to verify. Trigger a new run."
            )
    plan = read_plan(engine, plan_id)
    snapshot = snapshots.take(engine, client, plan.client_plan)
    of_plan = {"plan": plan_id}
    with bulk_transaction(engine) as connection:
        lock(connection, STAGING_LOCK)
        require_snapshot(connection, snapshot)
        connection.execute(named("reconciliation/note_second_snapshot"), of_plan | {"snapshot": snapshot})
        fields = {"uid_field": UID_FIELD, "pin_field": PIN_FIELD}
        if connection.execute(named("reconciliation/refresh_desired"), fields).scalar_one() != plan.desired:
            raise StagingLost(f"What plan {plan_id} wanted is not in staging any more: trigger a new run.")
        list_steps(connection, plan.client_plan)
        connection.execute(named("reconciliation/clear_differences"), of_plan)
        connection.execute(named("reconciliation/insert_differences"), of_plan)
        connection.execute(named("reconciliation/mark_verified"), of_plan)
        counts = connection.execute(named("reconciliation/count_differences"), of_plan).one()
        left = connection.execute(named("reconciliation/unexplained"), of_plan | {"shown": SHOWN}).scalars().all()
    if left:
        more = f" and {counts.unexplained - len(left)} more" if counts.unexplained > len(left) else ""
        raise DifferenceLeft(
            f"Plan {plan_id} was applied, and the platform still differs: {'; '.join(left)}{more}. Somebody else "
            "changed these subscribers, or the platform lost a write. The next run plans them again; if they come "
            "back, look at who else writes to the platform."
        )
    log.info("Plan %s is verified: %s differences are left, each explained.", plan_id, counts.explained)
    return Verified(counts.explained)
