"""Makes a change set from the contracts and a snapshot, with a row for each operation, before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine

from multitv.database.engine import bulk_transaction, transaction
from multitv.database.sql import named
from multitv.erp.facts import require_client_plans
from multitv.extra_fields import PIN_FIELD, UID_FIELD
from multitv.labels import Reason
from multitv.reconciliation.errors import StagingMissing
from multitv.reconciliation.lanes import CHANGES, FULL, Lane

# Client plans of an event-driven run from which on the planner is to know how many operations there are.
_MANY = 1000
PARKED_STEPS = ("delete_old_parked_subscribers", "insert_parked_subscribers")
_STEPS = (
    "delete_old_parked_client_plans",
    "insert_operations",
    "insert_parked_client_plans",
    "insert_unmanaged",
    *PARKED_STEPS,
    "count_operations",
    "count_change_set",
)
# Only a change set of all client plans records anew what these delete.
_STEPS_OF_ALL = ("delete_old_unmanaged", "delete_old_refusals")


@dataclass(frozen=True)
class ChangeSet:
    """A row of reconciliation.change_set; the columns' comments say what the numbers count."""

    id: int
    status: str
    lane: str
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
    created_at: datetime
    too_old: bool

    @property
    def of_all(self) -> bool:
        """Whether it is about all client plans."""
        return self.lane == FULL.name and self.client_plan is None


def make_change_set(
    engine: Engine,
    snapshot: int,
    today: date,
    client_plan: int | None = None,
    changed: Sequence[int] | None = None,
    *,
    takes: bool = True,
) -> int:
    """Store the operations that make the platform equal to the contracts; return the change set's id.

    It is about all client plans, one `client_plan`, or those that `changed`, for an event-driven run. The snapshot of
    just these must still be staged. Supersedes earlier change sets of its lane that are not finished, and takes the
    pending changes that it serves unless `takes` is false, as for a dry run. A client plan that `changed`, but whose
    change is in the hands of another change set, is left to that one. `today` is the ISP's business date. Raises
    ErpEmpty, StagingMissing, DatabaseUnavailable; nothing is then written.
    """
    lane = FULL if changed is None else CHANGES
    with staging_transaction(engine, lane) as connection:
        require_snapshot(connection, snapshot)
        connection.execute(named("reconciliation/supersede_change_sets"), {"lane": lane.name})
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
            "client_plans": list(changed) if changed is not None else client_plan and [client_plan],
            "uid_field": UID_FIELD,
        }
        # In a statement before the contracts are read: whatever it takes, they show.
        if changed is not None:
            taken = connection.execute(named("reconciliation/take_changes"), of_change_set).scalars()
            of_change_set["client_plans"] = sorted(set(taken))
        elif takes:
            connection.execute(named("reconciliation/take_changes_before"), of_change_set)
        _stage_desired(connection, of_change_set)
        connection.execute(named("reconciliation/park_repeated"))
        list_steps(connection, client_plan)
        for step in (*_STEPS, *(_STEPS_OF_ALL if of_change_set["client_plans"] is None else ())):
            connection.execute(named(f"reconciliation/{step}"), of_change_set)
        if changed is None or len(changed) > _MANY:
            # Applying reads page by page, which is quick only if the planner knows how many rows there are.
            connection.exec_driver_sql("analyze reconciliation.operation")
    return change_set_id


@contextmanager
def staging_transaction(engine: Engine, lane: Lane) -> Iterator[Connection]:
    """Run the block in one transaction that has the lane's staging for itself, tuned for how much a run of it reads."""
    tuned = bulk_transaction if lane is FULL else transaction
    with tuned(engine) as connection:
        lane.enter(connection)
        yield connection


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
    before = connection.exec_driver_sql("show enable_nestloop").scalar_one()
    connection.exec_driver_sql("set local enable_nestloop = on")
    connection.execute(named("reconciliation/compare"), {"client_plan": client_plan, "uid_field": UID_FIELD})
    connection.exec_driver_sql(f"set local enable_nestloop = {before}")
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


def _stage_desired(connection: Connection, of_change_set: dict[str, Any]) -> None:
    require_client_plans(connection)
    with_pin = of_change_set | {"pin_field": PIN_FIELD}
    connection.execute(named("reconciliation/clear_desired"))
    connection.execute(named("reconciliation/insert_desired"), with_pin)
    connection.execute(named("reconciliation/own_pins"), with_pin)
    connection.exec_driver_sql("analyze desired_subscriber")
