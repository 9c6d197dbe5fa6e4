"""What came of operations, into the database: set by set, each set with the extra fields that it fills in."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from multitv.database.sql import named
from multitv.reconciliation.fields import PIN_FIELD, UID_FIELD
from multitv.reconciliation.pins import Pins
from multitv.reconciliation.work import Outcome


def write_outcomes(connection: Connection, plan_id: int, outcomes: Sequence[Outcome], pins: Pins) -> None:
    """Keep the outcomes of a plan's operations, and the subscriber's uid and encrypted PIN where one is told."""
    connection.execute(
        named("reconciliation/write_outcomes"),
        {
            "plan": plan_id,
            "client_plans": [outcome.operation.client_plan_id for outcome in outcomes],
            "numbers": [outcome.operation.number for outcome in outcomes],
            "statuses": [outcome.status for outcome in outcomes],
            "notes": [outcome.note for outcome in outcomes],
            "uids": [outcome.subscriber_uid for outcome in outcomes],
        },
    )
    fields = [
        (outcome.operation.client_plan_id, name, value)
        for outcome in outcomes
        if outcome.pin is not None and outcome.subscriber_uid is not None
        for name, value in ((UID_FIELD, outcome.subscriber_uid), (PIN_FIELD, pins.encrypt(outcome.pin)))
    ]
    if fields:
        client_plans, names, values = (list(column) for column in zip(*fields, strict=True))
        connection.execute(
            named("reconciliation/write_fields"), {"client_plans": client_plans, "names": names, "values": values}
        )
