"""Recomputes a client plan's operations while they are applied, because somebody else changed its subscriber."""

from __future__ import annotations

import logging

from sqlalchemy import Engine

from multitv.database.sql import named
from multitv.extra_fields import PIN_FIELD, UID_FIELD
from multitv.reconciliation.change_set import list_steps, staging_transaction
from multitv.reconciliation.execution import ConcurrentChange
from multitv.reconciliation.lanes import Lane
from multitv.reconciliation.staging import stage_rows

log = logging.getLogger(__name__)


def recompute(engine: Engine, change_set_id: int, change: ConcurrentChange, lane: Lane) -> None:
    """Stage the subscriber as it is now, and supersede the operations left by those that follow from it.

    An operation that takes something away without having been approved is recorded as rejected, for the next run. One
    that waits for a person goes on waiting.
    Raises DatabaseUnavailable.
    """
    client_plan = {"client_plan": change.client_plan_id}
    with staging_transaction(engine, lane) as connection:
        uid = change.subscriber.uid if change.subscriber else None
        connection.execute(named("reconciliation/delete_subscriber"), client_plan | {"uid": uid})
        stage_rows(connection, [] if change.subscriber is None else [change.subscriber])
        # Whoever created the subscriber may be another run of ours, which recorded its uid and its PIN.
        fields = client_plan | {"uid_field": UID_FIELD, "pin_field": PIN_FIELD}
        connection.execute(named("reconciliation/refresh_desired"), fields)
        list_steps(connection, change.client_plan_id, change_set_id)
        of_both = client_plan | {"change_set": change_set_id}
        superseded = connection.execute(named("reconciliation/supersede_operations"), of_both).rowcount
        connection.execute(named("reconciliation/delete_held_steps"), of_both)
        connection.execute(named("reconciliation/renumber_steps"), of_both)
        added = connection.execute(named("reconciliation/insert_operations"), {"change_set": change_set_id}).rowcount
    log.warning(
        "Client plan %s: somebody else changed its subscriber; %s operations are superseded by %s new ones.",
        change.client_plan_id,
        superseded,
        added,
    )
