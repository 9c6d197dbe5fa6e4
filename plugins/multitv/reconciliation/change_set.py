"""Makes a change set from the contracts and a snapshot, with a row for each operation, before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Engine

from multitv.database.engine import bulk_transaction, transaction
from multitv.database.locks import lock
from multitv.database.sql import named
from multitv.erp.facts import require_client_plans
from multitv.labels import Reason
from multitv.reconciliation.errors import StagingMissing
from multitv.reconciliation.fields import PIN_FIELD, UID_FIELD
from multitv.reconciliation.snapshot import STAGING_LOCK

PARKED_STEPS = ("delete_old_parked_subscribers", "insert_parked_subscribers")
_STEPS = (
    "insert_operations",
    "insert_parked_client_plans",
    "insert_unmanaged",
    "delete_old_parked_client_plans",
    "delete_old_unmanaged",
    *PARKED_STEPS,
    "delete_old_refusals",
    "count_operations",
    "count_change_set",
)


@dataclass(frozen=True)
class ChangeSet:
    """A row of reconciliation.change_set; the columns' comments say what the numbers count."""

    id: int
    status: str
    client_plan: int | None
    desired: int
    managed: int
    provisioned: int
    unmanaged: int
    operations: int
    client_plans: int
    removals: int
    creations: int
    recorded: int
    without_contract: int
    ended_or_parked: int
    split_from: int | None
    concerns: tuple[Reason, ...]
    decided_by: str | None
    too_old: bool


def make_change_set(engine: Engine, snapshot: int, today: date, client_plan: int | None = None) -> int:
    """Store the operations that make the platform equal to the contracts; return the change set's id.

    The snapshot must still be staged. Supersedes earlier change sets that are not finished. `today` is the ISP's
    business date. Raises ErpEmpty, StagingMissing, DatabaseUnavailable; nothing is then written.
    """
    with bulk_transaction(engine) as connection:
        lock(connection, STAGING_LOCK)
        require_snapshot(connection, snapshot)
        _stage_desired(connection, today, client_plan)
        connection.execute(named("reconciliation/park_repeated"))
        connection.execute(named("reconciliation/supersede_change_sets"))
        change_set_id = int(
            connection.execute(
                named("reconciliation/insert_change_set"),
                {"snapshot": snapshot, "client_plan": client_plan, "today": today},
            ).scalar_one()
        )
        of_change_set = {
            "change_set": change_set_id,
            "today": today,
            "client_plan": client_plan,
            "uid_field": UID_FIELD,
        }
        list_steps(connection, client_plan)
        for step in _STEPS:
            connection.execute(named(f"reconciliation/{step}"), of_change_set)
        # Applying reads page by page, which is quick only if the planner knows how many rows there are.
        connection.exec_driver_sql("analyze reconciliation.operation")
    return change_set_id


def require_snapshot(connection: Connection, snapshot: int) -> None:
    """Raise StagingMissing unless staging holds this snapshot, whole."""
    if connection.execute(named("reconciliation/read_snapshot"), {"snapshot": snapshot}).first() is None:
        raise StagingMissing(
            f"Snapshot {snapshot} is no longer in staging: a newer one replaced it, or the database was restarted "
            "without a clean shutdown. Nothing was written. Trigger a new run."
        )


def list_steps(connection: Connection, client_plan: int | None, change_set_id: int | None = None) -> None:
    """Compare both sides of staging; creates the temporary tables pair and step for the rest of the transaction.

    `change_set_id`: the change set that is being applied, whose operations free devices as well.
    """
    # A full join never uses nested loops; reading rows by their addresses should.
    connection.exec_driver_sql("set local enable_nestloop = on")
    connection.execute(named("reconciliation/compare"), {"client_plan": client_plan, "uid_field": UID_FIELD})
    connection.exec_driver_sql("set local enable_nestloop = off")
    connection.exec_driver_sql("analyze pair")
    connection.execute(named("reconciliation/list_steps"))
    connection.execute(named("reconciliation/hold_swaps"), {"change_set": change_set_id})


def read_change_set(engine: Engine, change_set_id: int) -> ChangeSet:
    """Return a change set as it is now. Raises StagingMissing if there is none of this id, DatabaseUnavailable."""
    with transaction(engine) as connection:
        return load_change_set(connection, change_set_id)


def load_change_set(connection: Connection, change_set_id: int) -> ChangeSet:
    """Return a change set as it is now. Raises StagingMissing if there is none of this id."""
    row = connection.execute(named("reconciliation/read_change_set"), {"change_set": change_set_id}).one_or_none()
    if row is None:
        raise StagingMissing(f"There is no change set {change_set_id}: trigger a new run.")
    return ChangeSet(**{**row._mapping, "concerns": tuple(Reason(**concern) for concern in row.concerns)})


def _stage_desired(connection: Connection, today: date, client_plan: int | None) -> None:
    require_client_plans(connection)
    fields = {"uid_field": UID_FIELD, "pin_field": PIN_FIELD}
    connection.execute(named("reconciliation/clear_desired"))
    connection.execute(named("reconciliation/insert_desired"), {"today": today, "client_plan": client_plan, **fields})
    connection.execute(named("reconciliation/own_pins"), {"pin_field": PIN_FIELD})
    connection.exec_driver_sql("analyze staging.desired_subscriber")
