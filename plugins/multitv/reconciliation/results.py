"""Records the results of operations, a set at a time, together with the extra fields that they fill in."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from multitv.database.sql import named
from multitv.extra_fields import PIN_FIELD, UID_FIELD
from multitv.reconciliation.execution import OperationResult
from multitv.reconciliation.pins import Pins


def record_results(connection: Connection, change_set_id: int, results: Sequence[OperationResult], pins: Pins) -> None:
    """Record the results of a change set's operations, with the subscriber's uid and encrypted PIN if there is one."""
    connection.execute(
        named("reconciliation/record_results"),
        {
            "change_set": change_set_id,
            "client_plans": [result.operation.client_plan_id for result in results],
            "numbers": [result.operation.number for result in results],
            "statuses": [result.status for result in results],
            "codes": [result.code for result in results],
            "notes": [result.note for result in results],
            "uids": [result.subscriber_uid for result in results],
        },
    )
    fields = [
        (result.operation.client_plan_id, name, value, client_id)
        for result in results
        if result.pin is not None and result.subscriber_uid is not None
        for name, value, client_id in (
            (UID_FIELD, result.subscriber_uid, None),
            (PIN_FIELD, pins.encrypt(result.pin), result.operation.client_id),
        )
    ]
    if fields:
        client_plans, names, values, clients = (list(column) for column in zip(*fields, strict=True))
        connection.execute(
            named("reconciliation/write_fields"),
            {"client_plans": client_plans, "names": names, "values": values, "clients": clients},
        )
