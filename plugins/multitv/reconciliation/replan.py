"""One client plan planned anew in the middle of a plan, because somebody else changed its subscriber meanwhile."""

from __future__ import annotations

import logging

from sqlalchemy import Engine

from multitv.database.bulk_copy import copy_rows
from multitv.database.engine import bulk_transaction
from multitv.database.locks import lock
from multitv.database.sql import named
from multitv.reconciliation.plan import list_steps
from multitv.reconciliation.snapshot import COLUMNS, STAGING_LOCK, row_of
from multitv.reconciliation.work import Drift

log = logging.getLogger(__name__)


def replan(engine: Engine, plan_id: int, drift: Drift) -> None:
    """Put what the platform has now in the place of what it had, and operations that follow from that after the old.

    What would take away something that nobody approved is left for the next run, and noted. Raises DatabaseUnavailable.
    """
    client_plan = {"client_plan": drift.client_plan_id}
    with bulk_transaction(engine) as connection:
        lock(connection, STAGING_LOCK)
        connection.execute(named("reconciliation/forget_subscriber"), client_plan)
        if drift.subscriber is not None:
            copy_rows(connection, "staging.subscriber", COLUMNS, [row_of(drift.subscriber)])
        list_steps(connection, drift.client_plan_id)
        of_both = client_plan | {"plan": plan_id}
        superseded = connection.execute(named("reconciliation/supersede_operations"), of_both).rowcount
        connection.execute(named("reconciliation/renumber_steps"), of_both)
        added = connection.execute(named("reconciliation/insert_operations"), {"plan": plan_id}).rowcount
    log.warning(
        "Client plan %s: somebody else changed its subscriber; %s operations are superseded by %s new ones.",
        drift.client_plan_id,
        superseded,
        added,
    )
