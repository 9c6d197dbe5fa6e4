"""Planos e Serviços (aba TV), Pacotes e canais: what is sold, and what the ISP decides about it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Engine

from multitv.changes.errors import ContractRefused
from multitv.changes.typed import typed_price
from multitv.offer.packages import change_offer
from multitv.offer.tv_tab import change_tv_tab
from multitv.web.core import forms
from multitv.web.core.access import OfferEditor, Person, Reader
from multitv.web.core.bulkhead import DatabaseRoute
from multitv.web.core.database import Database
from multitv.web.core.errors import ErrorInfo, describe_refusal
from multitv.web.core.forms import Id, Typed
from multitv.web.core.paging import Cursor
from multitv.web.core.rendering import render
from multitv.web.offer import queries

router = APIRouter(route_class=DatabaseRoute)

Search = Annotated[str, Query(max_length=100)]


@router.get("/planos")
def service_plans(request: Request, person: Reader, engine: Database, cursor: Cursor = None) -> Response:
    page = queries.service_plans(engine, cursor)
    return render(request, "offer/service_plan_rows.html" if cursor else "offer/service_plans.html", person, page=page)


@router.get("/planos/{service_plan_id}/tv")
def service_plan_form(request: Request, person: OfferEditor, engine: Database, service_plan_id: Id) -> Response:
    plan = queries.service_plan(engine, service_plan_id)
    values = {"allows_tv": "sim" if plan.allows_tv else "nao", "package_id": str(plan.package_id or "")}
    return _service_plan_form(request, person, engine, plan, values)


@router.post("/planos/{service_plan_id}/tv")
def change_service_plan(
    request: Request,
    person: OfferEditor,
    engine: Database,
    service_plan_id: Id,
    allows_tv: Typed = "",
    package_id: Typed = "",
) -> Response:
    try:
        chosen = forms.chosen(package_id, "package_id") if package_id else None
        change_tv_tab(engine, person.name, service_plan_id, allows_tv=allows_tv == "sim", package_id=chosen)
    except ContractRefused as error:
        refused = describe_refusal(error)
        plan = queries.service_plan(engine, service_plan_id)
        values = {"allows_tv": allows_tv, "package_id": package_id}
        return _service_plan_form(request, person, engine, plan, values, refused)
    plan = queries.service_plan(engine, service_plan_id)
    return render(request, "offer/service_plan_row.html", person, plan=plan, oob=True, note=f"{plan.name}: TV salva.")


@router.get("/pacotes")
def packages(request: Request, person: Reader, engine: Database, cursor: Cursor = None) -> Response:
    page = queries.packages(engine, cursor)
    if cursor:
        return render(request, "offer/package_rows.html", person, page=page)
    return render(request, "offer/packages.html", person, page=page, sync=queries.last_sync(engine))


@router.get("/pacotes/{package_id}")
def package(request: Request, person: Reader, engine: Database, package_id: Id) -> Response:
    shown = queries.package(engine, package_id)
    channels = queries.channels(engine, package_id=package_id)
    return render(request, "offer/package.html", person, package=shown, page=channels, search="", package_id=package_id)


@router.get("/pacotes/{package_id}/oferta")
def offer_form(request: Request, person: OfferEditor, engine: Database, package_id: Id) -> Response:
    package = queries.package(engine, package_id)
    values = {
        "extra": "sim" if package.extra else "nao",
        "price": "" if package.price is None else f"{package.price:.2f}".replace(".", ","),
        "point_limit": "" if package.point_limit is None else str(package.point_limit),
    }
    return render(request, "offer/offer_form.html", person, package=package, values=values, error=None)


@router.post("/pacotes/{package_id}/oferta")
def change_package(
    request: Request,
    person: OfferEditor,
    engine: Database,
    package_id: Id,
    extra: Typed = "",
    price: Typed = "",
    point_limit: Typed = "",
) -> Response:
    try:
        change_offer(
            engine,
            person.name,
            package_id,
            extra=extra == "sim",
            price=typed_price(price),
            point_limit=forms.count(point_limit, "point_limit"),
        )
    except ContractRefused as error:
        refused = describe_refusal(error)
        shown = queries.package(engine, package_id)
        values = {"extra": extra, "price": price, "point_limit": point_limit}
        return render(request, "offer/offer_form.html", person, status=422, package=shown, values=values, error=refused)
    shown = queries.package(engine, package_id)
    note = f"{shown.name}: oferta salva."
    return render(request, "offer/package_row.html", person, package=shown, oob=True, note=note)


@router.get("/canais")
def channels(
    request: Request,
    person: Reader,
    engine: Database,
    cursor: Cursor = None,
    busca: Search = "",
    pacote: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
) -> Response:
    page = queries.channels(engine, cursor, package_id=pacote, search=busca)
    part = cursor or "hx-request" in request.headers
    template = "offer/channel_rows.html" if part else "offer/channels.html"
    return render(request, template, person, page=page, search=busca, package_id=pacote)


@router.get("/quarentena")
def quarantine(request: Request, person: Reader, engine: Database, cursor: Cursor = None) -> Response:
    sync = queries.last_sync(engine)
    page = queries.quarantine(engine, sync.id if sync else 0, cursor)
    return render(
        request, "offer/quarantine_rows.html" if cursor else "offer/quarantine.html", person, page=page, sync=sync
    )


@router.get("/quarentena/assinantes")
def parked_subscribers(request: Request, person: Reader, engine: Database, cursor: Cursor = None) -> Response:
    page = queries.parked_subscribers(engine, cursor)
    if cursor:
        return render(request, "offer/parked_rows.html", person, page=page)
    return render(request, "offer/parked.html", person, page=page, sync=queries.last_sync(engine))


def _service_plan_form(
    request: Request,
    person: Person,
    engine: Engine,
    plan: queries.ServicePlan,
    values: dict[str, str],
    error: ErrorInfo | None = None,
) -> Response:
    return render(
        request,
        "offer/service_plan_form.html",
        person,
        status=422 if error else 200,
        plan=plan,
        packages=queries.default_packages(engine),
        values=values,
        error=error,
    )
