"""JSON API of clients: their plans, packages, points, billing events and invoices, and the state on the platform."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from multitv.settings import get_settings
from multitv.web.clients import queries
from multitv.web.core.access import Reader
from multitv.web.core.bulkhead import DatabaseRoute
from multitv.web.core.database import Database
from multitv.web.core.errors import only_reads
from multitv.web.core.forms import Id, IsoDay
from multitv.web.core.models import Body
from multitv.web.core.paging import BodyCursor, Cursor, CursorPage
from multitv.web.dashboard import revenue_assurance

router = APIRouter(tags=["clients"], route_class=DatabaseRoute)

Since = Annotated[IsoDay | None, Query(description="first due date; default: a year ago. A year at most.")]
_YEAR = timedelta(days=366)


class Search(Body):
    """Whom to look for: the text that a person would type. `cursor`: `next` of the page before."""

    search: Annotated[str, Field(max_length=100)]
    cursor: BodyCursor = None


@router.get("/clients")
def find(
    person: Reader, engine: Database, search: Annotated[str, Query(max_length=100)] = "", cursor: Cursor = None
) -> CursorPage[queries.Found]:
    """Find clients by the beginnings of words of their names, or by a client plan's id.

    A CPF or CNPJ is refused here, because addresses are logged: `POST /clients/search` takes it.
    """
    return queries.find(engine, search, cursor)


@router.post("/clients/search")
@only_reads
def find_by_body(person: Reader, engine: Database, body: Search) -> CursorPage[queries.Found]:
    """Find clients as `GET /clients` does, and by the beginning of a CPF or CNPJ. Changes nothing."""
    return queries.find(engine, body.search, body.cursor)


@router.get("/client-plans/{client_plan_id}")
def client_plan(person: Reader, engine: Database, client_plan_id: Id) -> queries.ClientPlan:
    """One client plan with its client and service plan."""
    return queries.client_plan(engine, client_plan_id)


@router.get("/client-plans/{client_plan_id}/packages")
def packages(person: Reader, engine: Database, client_plan_id: Id) -> list[queries.SoldPackage]:
    """The extras of a client plan, those in force first; 200 at most."""
    queries.client_plan(engine, client_plan_id)
    return queries.packages(engine, client_plan_id, get_settings().today())


@router.get("/client-plans/{client_plan_id}/points")
def points(person: Reader, engine: Database, client_plan_id: Id) -> list[queries.Point]:
    """The points of a client plan, active ones first; 200 at most."""
    queries.client_plan(engine, client_plan_id)
    return queries.points(engine, client_plan_id)


@router.get("/client-plans/{client_plan_id}/extra-fields")
def extra_fields(person: Reader, engine: Database, client_plan_id: Id) -> queries.ExtraFields:
    """The extra fields that the integration fills in: the subscriber's uid, and whether there is a PIN."""
    queries.client_plan(engine, client_plan_id)
    return queries.extra_fields(engine, client_plan_id)


@router.get("/client-plans/{client_plan_id}/reconciliation")
def reconciliation(person: Reader, engine: Database, client_plan_id: Id) -> queries.Reconciled | None:
    """The last verified comparison of the client plan with the platform; null if there was none."""
    queries.client_plan(engine, client_plan_id)
    return queries.last_reconciliation(engine, client_plan_id)


@router.get("/client-plans/{client_plan_id}/platform-state")
def platform_state(person: Reader, engine: Database, client_plan_id: Id) -> queries.PlatformState | None:
    """How the client plan and the platform stand to each other; null if they were never compared."""
    queries.client_plan(engine, client_plan_id)
    return queries.platform_state(engine, client_plan_id)


@router.get("/client-plans/{client_plan_id}/operations")
def operations(person: Reader, engine: Database, client_plan_id: Id) -> list[queries.ClientOperation]:
    """The last operations of the reconciliation on a client plan; twelve at most."""
    queries.client_plan(engine, client_plan_id)
    return queries.operations(engine, client_plan_id)


@router.get("/client-plans/{client_plan_id}/revenue-assurance")
def discrepancies(person: Reader, engine: Database, client_plan_id: Id) -> list[revenue_assurance.Discrepancy]:
    """Where sale, service and charge of a client plan disagree."""
    queries.client_plan(engine, client_plan_id)
    return revenue_assurance.of_client_plan(engine, client_plan_id)


@router.get("/client-plans/{client_plan_id}/changes")
def changes(
    person: Reader, engine: Database, client_plan_id: Id, cursor: Cursor = None
) -> CursorPage[queries.ContractChange]:
    """What people changed of a client plan, the newest first."""
    queries.client_plan(engine, client_plan_id)
    return queries.changes(engine, client_plan_id, cursor)


@router.get("/client-plans/{client_plan_id}/events")
def events(person: Reader, engine: Database, client_plan_id: Id, since: Since = None) -> list[queries.Event]:
    """The billing events of a year, each with its explanation, the newest first."""
    queries.client_plan(engine, client_plan_id)
    return queries.events(engine, client_plan_id, *_span(since))


@router.get("/client-plans/{client_plan_id}/invoices")
def invoices(person: Reader, engine: Database, client_plan_id: Id, since: Since = None) -> list[queries.Invoice]:
    """The invoices of a year with their postings, the newest first."""
    queries.client_plan(engine, client_plan_id)
    return queries.invoices(engine, client_plan_id, *_span(since))


def _span(since: date | None) -> tuple[date, date]:
    """Return the first due date of the span and the first one after it."""
    if since is not None:
        return since, since + _YEAR
    today = get_settings().today()
    return today - _YEAR, today + _YEAR
