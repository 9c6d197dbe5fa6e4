"""What an attendant changes on the screen Cliente, Plano ativo, TV: packages, points, and the PIN that is revealed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Engine

from multitv.changes.errors import ContractRefused
from multitv.changes.typed import typed_day, typed_price
from multitv.contracts import packages, points
from multitv.reconciliation.reveal_pin import reveal
from multitv.settings import get_settings
from multitv.web.clients import queries as clients
from multitv.web.core import forms
from multitv.web.core.access import RECONCILIATION_DAG, ContractEditor, Person, PinReader
from multitv.web.core.airflow_api import AirflowApi
from multitv.web.core.bulkhead import DATABASE, DatabaseRoute
from multitv.web.core.database import Database
from multitv.web.core.errors import ErrorInfo, describe_refusal
from multitv.web.core.forms import Id, Typed
from multitv.web.core.live_platform import KnownDeviceTypes
from multitv.web.core.rendering import day, money, render
from multitv.web.offer import queries as offer
from multitv.web.runs.pages import show

router = APIRouter(route_class=DatabaseRoute)


@router.get("/clientes/{client_plan_id}/pacotes/novo")
def new_package(request: Request, person: ContractEditor, engine: Database, client_plan_id: Id) -> Response:
    clients.client_plan(engine, client_plan_id)
    return _package_form(request, person, engine, client_plan_id, {"package_id": "", "price": "", "added_on": ""})


@router.get("/clientes/{client_plan_id}/pacotes/novo/canais")
def channels_of_package(
    request: Request,
    person: ContractEditor,
    engine: Database,
    client_plan_id: Id,
    package_id: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    chosen = int(package_id) if package_id.isascii() and package_id.isdigit() and len(package_id) < 19 else None
    page = offer.channels(engine, package_id=chosen, size=500) if chosen else None
    return render(request, "contracts/package_channels.html", person, page=page)


@router.post("/clientes/{client_plan_id}/pacotes/novo")
def add_package(
    request: Request,
    person: ContractEditor,
    engine: Database,
    client_plan_id: Id,
    package_id: Typed = "",
    price: Typed = "",
    added_on: Typed = "",
) -> Response:
    try:
        sold = packages.add_package(
            engine,
            person.name,
            client_plan_id,
            forms.chosen(package_id, "package_id"),
            today=get_settings().today(),
            price=typed_price(price),
            added_on=typed_day(added_on, "added_on"),
        )
    except ContractRefused as error:
        refused = describe_refusal(error)
        values = {"package_id": package_id, "price": price, "added_on": added_on}
        return _package_form(request, person, engine, client_plan_id, values, refused)
    shown = clients.sold_package(engine, sold.id)
    return _done(request, person, f"{shown.package} adicionado a partir de {day(sold.added_on)}, {money(shown.price)}.")


@router.get("/pacotes-do-cliente/{client_package_id}/cancelar")
def cancel_form(request: Request, person: ContractEditor, engine: Database, client_package_id: Id) -> Response:
    sold = clients.sold_package(engine, client_package_id)
    values = {"cancelled_on": str(max(get_settings().today(), sold.added_on))}
    return render(request, "contracts/cancel_package.html", person, sold=sold, values=values, error=None)


@router.post("/pacotes-do-cliente/{client_package_id}/cancelar")
def cancel_package(
    request: Request, person: ContractEditor, engine: Database, client_package_id: Id, cancelled_on: Typed = ""
) -> Response:
    try:
        ended = packages.cancel_package(
            engine,
            person.name,
            client_package_id,
            today=get_settings().today(),
            cancelled_on=typed_day(cancelled_on, "cancelled_on"),
        )
    except ContractRefused as error:
        refused = describe_refusal(error)
        sold = clients.sold_package(engine, client_package_id)
        values = {"cancelled_on": cancelled_on}
        dialog = "contracts/cancel_package.html"
        return render(request, dialog, person, status=422, sold=sold, values=values, error=refused)
    return _done(request, person, f"Pacote cancelado a partir de {day(ended.cancelled_on)}.")


@router.get("/pacotes-do-cliente/{client_package_id}/apagar")
def delete_form(request: Request, person: ContractEditor, engine: Database, client_package_id: Id) -> Response:
    sold = clients.sold_package(engine, client_package_id)
    return render(request, "contracts/delete_package.html", person, sold=sold, error=None)


@router.post("/pacotes-do-cliente/{client_package_id}/apagar")
def delete_package(request: Request, person: ContractEditor, engine: Database, client_package_id: Id) -> Response:
    sold = clients.sold_package(engine, client_package_id)
    try:
        packages.delete_package(engine, person.name, client_package_id)
    except ContractRefused as error:
        refused = describe_refusal(error)
        return render(request, "contracts/delete_package.html", person, status=422, sold=sold, error=refused)
    return _done(request, person, f"{sold.package} apagado.")


@router.get("/clientes/{client_plan_id}/pontos/novo")
def new_point(
    request: Request, person: ContractEditor, engine: Database, device_types: KnownDeviceTypes, client_plan_id: Id
) -> Response:
    clients.client_plan(engine, client_plan_id)
    values = {"label": "", "mac": "", "serial": "", "device_type": ""}
    return _point_form(request, person, device_types, "add", f"clientes/{client_plan_id}/pontos/novo", values)


@router.post("/clientes/{client_plan_id}/pontos/novo")
def add_point(
    request: Request,
    person: ContractEditor,
    engine: Database,
    device_types: KnownDeviceTypes,
    client_plan_id: Id,
    label: Typed = "",
    mac: Typed = "",
    serial: Typed = "",
    device_type: Typed = "",
) -> Response:
    typed = {"label": label, "mac": mac, "serial": serial, "device_type": device_type}
    try:
        made = points.add_point(engine, person.name, client_plan_id, today=get_settings().today(), **typed)
    except ContractRefused as error:
        refused = describe_refusal(error)
        return _point_form(
            request, person, device_types, "add", f"clientes/{client_plan_id}/pontos/novo", typed, refused
        )
    return _done(request, person, f"Ponto {made.label} adicionado ({made.mac}).")


@router.get("/pontos/{point_id}/editar")
def edit_form(
    request: Request, person: ContractEditor, engine: Database, device_types: KnownDeviceTypes, point_id: Id
) -> Response:
    found = clients.point(engine, point_id)
    values = {"label": found.label, "serial": found.serial, "device_type": found.device_type}
    return _point_form(request, person, device_types, "edit", f"pontos/{point_id}/editar", values)


@router.post("/pontos/{point_id}/editar")
def edit_point(
    request: Request,
    person: ContractEditor,
    engine: Database,
    device_types: KnownDeviceTypes,
    point_id: Id,
    label: Typed = "",
    serial: Typed = "",
    device_type: Typed = "",
) -> Response:
    typed = {"label": label, "serial": serial, "device_type": device_type}
    try:
        edited = points.edit_point(engine, person.name, point_id, **typed)
    except ContractRefused as error:
        refused = describe_refusal(error)
        return _point_form(request, person, device_types, "edit", f"pontos/{point_id}/editar", typed, refused)
    return _done(request, person, f"Ponto {edited.label} salvo.")


@router.get("/pontos/{point_id}/trocar")
def swap_form(
    request: Request, person: ContractEditor, engine: Database, device_types: KnownDeviceTypes, point_id: Id
) -> Response:
    found = clients.point(engine, point_id)
    values = {"mac": "", "serial": "", "device_type": found.device_type}
    return _point_form(request, person, device_types, "swap", f"pontos/{point_id}/trocar", values, point=found)


@router.post("/pontos/{point_id}/trocar")
def swap_point(
    request: Request,
    person: ContractEditor,
    engine: Database,
    device_types: KnownDeviceTypes,
    point_id: Id,
    mac: Typed = "",
    serial: Typed = "",
    device_type: Typed = "",
) -> Response:
    typed = {"mac": mac, "serial": serial, "device_type": device_type}
    try:
        swapped = points.swap_point(engine, person.name, point_id, today=get_settings().today(), **typed)
    except ContractRefused as error:
        refused = describe_refusal(error)
        found = clients.point(engine, point_id)
        return _point_form(request, person, device_types, "swap", f"pontos/{point_id}/trocar", typed, refused, found)
    return _done(request, person, f"Ponto {swapped.label}: aparelho trocado por {swapped.mac}.")


@router.get("/pontos/{point_id}/retirar")
def remove_form(request: Request, person: ContractEditor, engine: Database, point_id: Id) -> Response:
    return render(request, "contracts/remove_point.html", person, point=clients.point(engine, point_id), error=None)


@router.post("/pontos/{point_id}/retirar")
def remove_point(request: Request, person: ContractEditor, engine: Database, point_id: Id) -> Response:
    try:
        removed = points.remove_point(engine, person.name, point_id, today=get_settings().today())
    except ContractRefused as error:
        refused = describe_refusal(error)
        found = clients.point(engine, point_id)
        return render(request, "contracts/remove_point.html", person, status=422, point=found, error=refused)
    return _done(request, person, f"Ponto {removed.label} retirado; o MAC {removed.mac} está livre.")


@router.post("/clientes/{client_plan_id}/pin")
def reveal_pin(request: Request, person: PinReader, engine: Database, client_plan_id: Id) -> Response:
    plan = clients.client_plan(engine, client_plan_id)
    pin = reveal(engine, person.name, client_plan_id, get_settings())
    fields = clients.extra_fields(engine, client_plan_id)
    return render(request, "clients/extra_fields.html", person, plan=plan, fields=fields, pin=pin.get_secret_value())


@router.post("/clientes/{client_plan_id}/sincronizar")
async def reconcile_now(
    request: Request, person: ContractEditor, engine: Database, airflow: AirflowApi, client_plan_id: Id
) -> Response:
    await DATABASE.run(clients.client_plan, engine, client_plan_id)
    now = datetime.now(get_settings().timezone)
    run_id = await airflow.trigger(
        RECONCILIATION_DAG, {"only": client_plan_id}, f"tela__{client_plan_id}__{now:%Y-%m-%dT%H:%M:%S}"
    )
    return show(request, person, await airflow.run(RECONCILIATION_DAG, run_id))


def _done(request: Request, person: Person, note: str) -> Response:
    return render(request, "core/nothing.html", person, note=note)


def _package_form(
    request: Request,
    person: Person,
    engine: Engine,
    client_plan_id: int,
    values: dict[str, str],
    error: ErrorInfo | None = None,
) -> Response:
    return render(
        request,
        "contracts/add_package.html",
        person,
        status=422 if error else 200,
        client_plan_id=client_plan_id,
        packages=offer.packages_for_sale(engine, client_plan_id, get_settings().today()),
        values=values,
        error=error,
    )


def _point_form(
    request: Request,
    person: Person,
    device_types: list[tuple[str, str]],
    kind: str,
    action: str,
    values: dict[str, str],
    error: ErrorInfo | None = None,
    point: clients.Point | None = None,
) -> Response:
    return render(
        request,
        "contracts/point.html",
        person,
        status=422 if error else 200,
        kind=kind,
        action=action,
        values=values,
        error=error,
        point=point,
        device_types=device_types,
    )
