"""From the contracts and a snapshot to a plan: an operation a row, written down before anything is sent."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Engine

from multitv.database.engine import bulk_transaction, transaction
from multitv.database.locks import lock
from multitv.database.sql import named
from multitv.erp.facts import require_client_plans
from multitv.reconciliation.errors import Repeated, StagingLost
from multitv.reconciliation.fields import PIN_FIELD, UID_FIELD
from multitv.reconciliation.snapshot import STAGING_LOCK

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Plan:
    """A row of reconciliation.plan; the columns' comments say what the numbers count."""

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
    concerns: list[str]
    decided_by: str | None
    too_old: bool


def make(engine: Engine, snapshot: int, today: date, client_plan: int | None = None) -> int:
    """Plan what makes the platform equal to the contracts, from a snapshot that is still staged; return the plan's id.

    Plans that were made before and are not finished are superseded. `today` is the ISP's business date.
    Raises ErpEmpty, Repeated, StagingLost, DatabaseUnavailable; then nothing was written.
    """
    with bulk_transaction(engine) as connection:
        lock(connection, STAGING_LOCK)
        require_snapshot(connection, snapshot)
        _stage_desired(connection, today, client_plan)
        _refuse_repetitions(connection)
        connection.execute(named("reconciliation/supersede_plans"))
        plan = int(
            connection.execute(
                named("reconciliation/insert_plan"),
                {"snapshot": snapshot, "client_plan": client_plan, "today": today},
            ).scalar_one()
        )
        of_plan = {"plan": plan}
        list_steps(connection, client_plan)
        for step in ("insert_operations", "insert_unmanaged", "forget_unmanaged", "forget_refusals", "count_plan"):
            connection.execute(named(f"reconciliation/{step}"), of_plan)
        # Applying reads a page at a time, which is quick only if the planner knows how many there are.
        connection.exec_driver_sql("analyze reconciliation.operation")
    return plan


def require_snapshot(connection: Connection, snapshot: int) -> None:
    """Raise StagingLost unless staging holds this snapshot, whole."""
    if connection.execute(named("reconciliation/read_snapshot"), {"snapshot": snapshot}).first() is None:
        raise StagingLost(
            f"Snapshot {snapshot} is not in staging any more: a newer one took its place, or the database was "
            "restarted the hard way. Nothing was written. Trigger a new run."
        )


def list_steps(connection: Connection, client_plan: int | None) -> None:
    """Compare both sides of staging; leave the temporary tables pair and step until the transaction ends."""
    # A full join never runs row by row; what is read by its address should.
    connection.exec_driver_sql("set local enable_nestloop = on")
    connection.execute(named("reconciliation/pair_up"), {"client_plan": client_plan})
    connection.exec_driver_sql("set local enable_nestloop = off")
    connection.exec_driver_sql("analyze pair")
    connection.execute(named("reconciliation/list_steps"))


def read_plan(engine: Engine, plan: int) -> Plan:
    """Return a plan as it is now. Raises DatabaseUnavailable."""
    with transaction(engine) as connection:
        return plan_of(connection, plan)


def plan_of(connection: Connection, plan: int) -> Plan:
    """Return a plan as it is now. Raises StagingLost if there is none of this id."""
    row = connection.execute(named("reconciliation/read_plan"), {"plan": plan}).one_or_none()
    if row is None:
        raise StagingLost(f"There is no plan {plan}: trigger a new run.")
    return Plan(*row)


def _stage_desired(connection: Connection, today: date, client_plan: int | None) -> None:
    require_client_plans(connection)
    fields = {"uid_field": UID_FIELD, "pin_field": PIN_FIELD}
    connection.execute(named("reconciliation/clear_desired"))
    connection.execute(named("reconciliation/insert_desired"), {"today": today, "client_plan": client_plan, **fields})
    connection.exec_driver_sql("analyze staging.desired_subscriber")


def _refuse_repetitions(connection: Connection) -> None:
    repeated = connection.execute(named("reconciliation/repeated")).scalars().all()
    if repeated:
        raise Repeated(
            f"{'; '.join(repeated)}: nobody could tell which one counts. Nothing was planned and nobody is touched. "
            "Repair this, then clear take_snapshot and what follows it."
        )
