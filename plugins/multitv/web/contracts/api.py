"""Changes of contracts: packages and points of a client plan, and the PIN that is revealed."""

from __future__ import annotations

from fastapi import APIRouter, status

from multitv.contracts import packages, points
from multitv.reconciliation.reveal_pin import reveal
from multitv.settings import get_settings
from multitv.web.clients import queries as clients
from multitv.web.contracts.models import Cancellation, Device, NewPackage, NewPoint, Pin, PointChange
from multitv.web.core.access import ContractEditor, PinReader
from multitv.web.core.bulkhead import DatabaseRoute
from multitv.web.core.database import Database
from multitv.web.core.forms import Id
from multitv.web.core.models import ErrorBody

router = APIRouter(tags=["contracts"], route_class=DatabaseRoute)


@router.post("/client-plans/{client_plan_id}/packages", status_code=status.HTTP_201_CREATED)
def add_package(
    person: ContractEditor, engine: Database, client_plan_id: Id, body: NewPackage
) -> clients.SoldPackageName:
    """Sell an extra to a client plan."""
    sold = packages.add_package(
        engine,
        person.name,
        client_plan_id,
        body.package_id,
        today=get_settings().today(),
        price=body.price,
        added_on=body.added_on,
    )
    return clients.sold_package(engine, sold.id)


@router.post("/client-packages/{client_package_id}/cancel")
def cancel_package(
    person: ContractEditor, engine: Database, client_package_id: Id, body: Cancellation
) -> clients.SoldPackageName:
    """End a client package; its history stays. Cancelling it again from the same day changes nothing."""
    today = get_settings().today()
    packages.cancel_package(engine, person.name, client_package_id, today=today, cancelled_on=body.cancelled_on)
    return clients.sold_package(engine, client_package_id)


@router.delete("/client-packages/{client_package_id}", status_code=status.HTTP_204_NO_CONTENT)
def delete_package(person: ContractEditor, engine: Database, client_package_id: Id) -> None:
    """Delete a client package that was never billed."""
    packages.delete_package(engine, person.name, client_package_id)


@router.post("/client-plans/{client_plan_id}/points", status_code=status.HTTP_201_CREATED)
def add_point(person: ContractEditor, engine: Database, client_plan_id: Id, body: NewPoint) -> clients.Point:
    """Give a client plan one more set-top box."""
    made = points.add_point(
        engine,
        person.name,
        client_plan_id,
        mac=body.mac,
        serial=body.serial,
        device_type=body.device_type,
        label=body.label,
        today=get_settings().today(),
    )
    return clients.point(engine, made.id)


@router.patch("/points/{point_id}")
def edit_point(person: ContractEditor, engine: Database, point_id: Id, body: PointChange) -> clients.Point:
    """Correct what is written of a point."""
    points.edit_point(engine, person.name, point_id, label=body.label, serial=body.serial, device_type=body.device_type)
    return clients.point(engine, point_id)


@router.post("/points/{point_id}/swap")
def swap_point(person: ContractEditor, engine: Database, point_id: Id, body: Device) -> clients.Point:
    """Put another device at a point."""
    points.swap_point(
        engine,
        person.name,
        point_id,
        mac=body.mac,
        serial=body.serial,
        device_type=body.device_type,
        today=get_settings().today(),
    )
    return clients.point(engine, point_id)


@router.post("/points/{point_id}/remove")
def remove_point(person: ContractEditor, engine: Database, point_id: Id) -> clients.Point:
    """Take a point away; its MAC is free from now on."""
    points.remove_point(engine, person.name, point_id, today=get_settings().today())
    return clients.point(engine, point_id)


@router.post(
    "/client-plans/{client_plan_id}/pin/reveal",
    responses={
        429: {
            "model": ErrorBody,
            "description": "The user was shown as many PINs within an hour as one may be",
            "headers": {"Retry-After": {"description": "Seconds", "schema": {"type": "integer"}}},
        }
    },
)
def reveal_pin(person: PinReader, engine: Database, client_plan_id: Id) -> Pin:
    """Return the PIN, once it is on record who asked for it."""
    pin = reveal(engine, person.name, client_plan_id, get_settings())
    return Pin(auth_pin=pin.get_secret_value())
