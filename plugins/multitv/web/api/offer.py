"""Service plans with their TV tab, packages, channels, and the last catalogue sync."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from multitv.offer.packages import change_offer
from multitv.offer.tv_tab import change_tv_tab
from multitv.web.access import OfferEditor, Reader
from multitv.web.api.models import OfferBody, TvTab
from multitv.web.bulkhead import DatabaseRoute
from multitv.web.database import Database
from multitv.web.forms import Id
from multitv.web.paging import MAX_ID, Cursor, Page
from multitv.web.reads import offer

router = APIRouter(tags=["offer"], route_class=DatabaseRoute)


@router.get("/service-plans")
def service_plans(person: Reader, engine: Database, cursor: Cursor = None) -> Page[offer.ServicePlan]:
    """Service plans of the ERP with their TV tab."""
    return offer.service_plans(engine, cursor)


@router.put("/service-plans/{service_plan_id}/tv")
def change_service_plan(person: OfferEditor, engine: Database, service_plan_id: Id, body: TvTab) -> offer.ServicePlan:
    """Say whether a service plan allows TV, and which package is released with it."""
    change_tv_tab(engine, person.name, service_plan_id, allows_tv=body.allows_tv, package_id=body.package_id)
    return offer.service_plan(engine, service_plan_id)


@router.get("/packages")
def packages(person: Reader, engine: Database, cursor: Cursor = None) -> Page[offer.Package]:
    """Packages of the catalogue, with what the ISP decided of each."""
    return offer.packages(engine, cursor)


@router.get("/packages/{package_id}")
def package(person: Reader, engine: Database, package_id: Id) -> offer.Package:
    """One package."""
    return offer.package(engine, package_id)


@router.put("/packages/{package_id}/offer")
def change_package(person: OfferEditor, engine: Database, package_id: Id, body: OfferBody) -> offer.Package:
    """Change extra, price and point limit of a package."""
    change_offer(engine, person.name, package_id, extra=body.extra, price=body.price, point_limit=body.point_limit)
    return offer.package(engine, package_id)


@router.get("/channels")
def channels(
    person: Reader,
    engine: Database,
    cursor: Cursor = None,
    package_id: Annotated[int | None, Query(ge=1, le=MAX_ID)] = None,
    search: Annotated[str, Query(max_length=100)] = "",
) -> Page[offer.Channel]:
    """Channels by number: all of them, or the active ones of a package."""
    return offer.channels(engine, cursor, package_id=package_id, search=search)


@router.get("/catalog-sync")
def last_sync(person: Reader, engine: Database) -> offer.Sync | None:
    """The last catalogue sync; null before the first."""
    return offer.last_sync(engine)


@router.get("/catalog-sync/{sync_id}/quarantine")
def quarantine(person: Reader, engine: Database, sync_id: Id, cursor: Cursor = None) -> Page[offer.Quarantined]:
    """What a sync refused, row by row."""
    return offer.quarantine(engine, sync_id, cursor)
