"""Clients and their plans: what they have, what they were billed, what became of it on the platform."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from multitv.settings import get_settings
from multitv.web.access import Reader
from multitv.web.bulkhead import DatabaseRoute
from multitv.web.database import Database
from multitv.web.forms import FIRST_DAY, LAST_DAY, Id, IsoDay
from multitv.web.paging import Cursor, Page
from multitv.web.reads import clients, drift

router = APIRouter(tags=["clients"], route_class=DatabaseRoute)

Since = Annotated[
    IsoDay | None,
    Query(ge=FIRST_DAY, le=LAST_DAY, description="first due date; default: a year ago. A year at most."),
]
_YEAR = timedelta(days=366)


@router.get("/clients")
def find(
    person: Reader, engine: Database, search: Annotated[str, Query(max_length=100)] = "", cursor: Cursor = None
) -> Page[clients.Found]:
    """Clients by the first letters of their names' words, the first digits of a document, or a client plan's number."""
    return clients.find(engine, search, cursor)


@router.get("/client-plans/{client_plan_id}")
def client_plan(person: Reader, engine: Database, client_plan_id: Id) -> clients.ClientPlan:
    """One client plan with its client and service plan."""
    return clients.client_plan(engine, client_plan_id)


@router.get("/client-plans/{client_plan_id}/packages")
def packages(person: Reader, engine: Database, client_plan_id: Id) -> list[clients.SoldPackage]:
    """The extras of a client plan, those in force first; 200 at most."""
    clients.client_plan(engine, client_plan_id)
    return clients.packages(engine, client_plan_id, get_settings().today())


@router.get("/client-plans/{client_plan_id}/points")
def points(person: Reader, engine: Database, client_plan_id: Id) -> list[clients.Point]:
    """The points of a client plan, those that are there first; 200 at most."""
    clients.client_plan(engine, client_plan_id)
    return clients.points(engine, client_plan_id)


@router.get("/client-plans/{client_plan_id}/extra-fields")
def extra_fields(person: Reader, engine: Database, client_plan_id: Id) -> clients.ExtraFields:
    """What the integration filled in: the subscriber's uid, and whether there is a PIN."""
    clients.client_plan(engine, client_plan_id)
    return clients.extra_fields(engine, client_plan_id)


@router.get("/client-plans/{client_plan_id}/reconciliation")
def reconciliation(person: Reader, engine: Database, client_plan_id: Id) -> clients.Reconciled | None:
    """The last time that the client plan was compared with the platform; null: never."""
    clients.client_plan(engine, client_plan_id)
    return clients.last_reconciliation(engine, client_plan_id)


@router.get("/client-plans/{client_plan_id}/operations")
def operations(person: Reader, engine: Database, client_plan_id: Id) -> list[clients.Operation]:
    """What the last reconciliations did for a client plan; twelve at most."""
    clients.client_plan(engine, client_plan_id)
    return clients.operations(engine, client_plan_id)


@router.get("/client-plans/{client_plan_id}/drift")
def drift_of_client_plan(person: Reader, engine: Database, client_plan_id: Id) -> list[drift.Drift]:
    """Where sale, service and charge of a client plan disagree."""
    clients.client_plan(engine, client_plan_id)
    return drift.of_client_plan(engine, client_plan_id)


@router.get("/client-plans/{client_plan_id}/changes")
def changes(person: Reader, engine: Database, client_plan_id: Id, cursor: Cursor = None) -> Page[clients.Change]:
    """What people changed of a client plan, the newest first."""
    clients.client_plan(engine, client_plan_id)
    return clients.changes(engine, client_plan_id, cursor)


@router.get("/client-plans/{client_plan_id}/events")
def events(person: Reader, engine: Database, client_plan_id: Id, since: Since = None) -> list[clients.Event]:
    """The billing events of a year, each with its explanation, the newest first."""
    clients.client_plan(engine, client_plan_id)
    return clients.events(engine, client_plan_id, *_span(since))


@router.get("/client-plans/{client_plan_id}/invoices")
def invoices(person: Reader, engine: Database, client_plan_id: Id, since: Since = None) -> list[clients.Invoice]:
    """The invoices of a year with their postings, the newest first."""
    clients.client_plan(engine, client_plan_id)
    return clients.invoices(engine, client_plan_id, *_span(since))


def _span(since: date | None) -> tuple[date, date]:
    """Return the first due date and the first one left out."""
    if since is not None:
        return since, since + _YEAR
    today = get_settings().today()
    return today - _YEAR, today + _YEAR
