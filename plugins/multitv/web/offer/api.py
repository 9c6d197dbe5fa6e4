"""JSON API of the offer: service plans with their TV tab, packages, channels, and the last catalogue sync."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from multitv.offer.packages import change_offer
from multitv.offer.tv_tab import change_tv_tab
from multitv.web.core.access import OfferEditor, Reader
from multitv.web.core.bulkhead import DatabaseRoute
from multitv.web.core.database import Database
from multitv.web.core.forms import Id
from multitv.web.core.paging import MAX_ID, Cursor, CursorPage
from multitv.web.offer import queries
from multitv.web.offer.models import OfferBody, TvTab

router = APIRouter(tags=["offer"], route_class=DatabaseRoute)


@router.get("/service-plans")
def service_plans(person: Reader, engine: Database, cursor: Cursor = None) -> CursorPage[queries.ServicePlan]:
    """Service plans of the ERP with their TV tab."""
    return queries.service_plans(engine, cursor)


@router.put("/service-plans/{service_plan_id}/tv")
def change_service_plan(person: OfferEditor, engine: Database, service_plan_id: Id, body: TvTab) -> queries.ServicePlan:
    """Set whether a service plan allows TV, and its default package."""
    change_tv_tab(engine, person.name, service_plan_id, allows_tv=body.allows_tv, package_id=body.package_id)
    return queries.service_plan(engine, service_plan_id)


@router.get("/packages")
def packages(person: Reader, engine: Database, cursor: Cursor = None) -> CursorPage[queries.Package]:
    """Packages of the catalogue, with the values that the ISP set."""
    return queries.packages(engine, cursor)


@router.get("/packages/{package_id}")
def package(person: Reader, engine: Database, package_id: Id) -> queries.Package:
    """One package."""
    return queries.package(engine, package_id)


@router.put("/packages/{package_id}/offer")
def change_package(person: OfferEditor, engine: Database, package_id: Id, body: OfferBody) -> queries.Package:
    """Set whether a package is an extra, its price in reais and its point limit."""
    change_offer(engine, person.name, package_id, extra=body.extra, price=body.price, point_limit=body.point_limit)
    return queries.package(engine, package_id)


@router.get("/channels")
def channels(
    person: Reader,
    engine: Database,
    cursor: Cursor = None,
    package_id: Annotated[int | None, Query(ge=1, le=MAX_ID)] = None,
    search: Annotated[str, Query(max_length=100)] = "",
) -> CursorPage[queries.Channel]:
    """Channels by number: all of them, or the active ones of a package."""
    return queries.channels(engine, cursor, package_id=package_id, search=search)


@router.get("/catalog-sync")
def last_sync(person: Reader, engine: Database) -> queries.Sync | None:
    """The last catalogue sync; null before the first."""
    return queries.last_sync(engine)


@router.get("/catalog-sync/{sync_id}/quarantine")
def quarantine(person: Reader, engine: Database, sync_id: Id, cursor: Cursor = None) -> CursorPage[queries.Quarantined]:
    """The rows that a sync refused."""
    return queries.quarantine(engine, sync_id, cursor)


@router.get("/parked-subscribers")
def parked_subscribers(person: Reader, engine: Database, cursor: Cursor = None) -> CursorPage[queries.ParkedSubscriber]:
    """The platform's subscribers that the reconciliation leaves alone until a person has looked."""
    return queries.parked_subscribers(engine, cursor)
