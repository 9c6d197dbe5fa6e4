"""The actions of the billing screen and of the JSON API: load the list of a due date, save an approved list."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import Engine

from multitv.billing.due_date import BillingForm
from multitv.billing.preview import PreviewOutdated, approve
from multitv.changes.errors import InvalidValue
from multitv.web.billing.queries import preview
from multitv.web.core.access import BILLING_DAG
from multitv.web.core.airflow_api import Airflow
from multitv.web.core.bulkhead import DATABASE


async def start_loading(airflow: Airflow, due_date: date) -> str:
    """Start the run that lists a due date and saves nothing; return its id. Raises AirflowRefused."""
    conf: BillingForm = {"due_date": str(due_date), "dry_run": True, "allow_past": True}
    return await airflow.trigger(BILLING_DAG, conf, f"carregar_due_{due_date}__{datetime.now(UTC):%Y%m%dT%H%M%S.%f}")


async def start_saving(
    engine: Engine,
    airflow: Airflow,
    due_date: date,
    preview_id: int,
    *,
    today: date,
    by: str,
    allow_past: bool,
    allow_voids: bool,
) -> str:
    """Approve a list in the name of `by`, and start the run that saves it; return the run's id.

    The run asks again if the list has changed. Saving a list a second time returns the first run. Raises InvalidValue
    for a past due date unless `allow_past`, PreviewOutdated unless the list is the newest of the due date,
    DatabaseUnavailable, and as `Airflow`.
    """
    if due_date < today and not allow_past:
        raise InvalidValue("due_date_past", field="allow_past", due_date=due_date)
    # Nothing is kept of an approval that cannot be followed by its run.
    await airflow.require_active(BILLING_DAG)
    newest = await DATABASE.run(preview, engine, due_date)
    if newest is None or newest.id != preview_id:
        raise PreviewOutdated("preview_replaced", preview=preview_id, due_date=due_date)
    await DATABASE.run(approve, engine, preview_id, by=by, at=datetime.now(UTC))
    conf: BillingForm = {
        "due_date": str(due_date),
        "approval": "always",
        "allow_past": True,
        "allow_voids": allow_voids,
    }
    return await airflow.trigger(BILLING_DAG, conf, f"salvar_due_{due_date}__lista_{preview_id}")
