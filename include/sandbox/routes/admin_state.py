"""Admin calls that change what the platform holds: its catalogue, and subscribers that nobody sold."""

from __future__ import annotations

import hmac
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Request, Response
from pydantic import Field

from include.sandbox import unmanaged
from include.sandbox.errors import Refusal
from include.sandbox.models import Strict, Subscriber
from include.sandbox.routes.common import Parts
from include.sandbox.subscribers import number_of

router = APIRouter(prefix="/admin", tags=["admin"])
Kind = Literal["channels", "genres", "device-types", "services"]


class ByHand(Strict):
    """Services need a `service_uid`, devices a `mac`. Only the MACs are checked: they must be free."""

    external_id: str | None = None
    first_name: str = "Criado"
    last_name: str = "À Mão"
    status: Literal["ACTIVE", "SUSPENDED", "INACTIVE"] = "ACTIVE"
    services: list[dict[str, Any]] = Field(default_factory=list)
    devices: list[dict[str, Any]] = Field(default_factory=list)


class PinGuess(Strict):
    auth_pin: Annotated[str, Field(max_length=64)]


@router.get("/catalogue/{kind}")
async def show_catalogue(platform: Parts, kind: Kind) -> list[Any]:
    return [row.value for row in platform.lineup.listed(kind)]


@router.put("/catalogue/{kind}", status_code=204)
async def replace_catalogue(platform: Parts, kind: Kind, rows: list[Any]) -> None:
    """Serve exactly these rows, good or bad; they are not checked."""
    with platform.store.transaction():
        platform.lineup.replace(kind, rows)


@router.post("/catalogue/{kind}", status_code=204)
async def add_to_catalogue(platform: Parts, kind: Kind, row: Annotated[Any, Body()]) -> None:
    """Serve this row as well, after the others."""
    with platform.store.transaction():
        platform.lineup.add(kind, row)


@router.patch("/catalogue/{kind}/{uid}", status_code=204)
async def edit_catalogue(platform: Parts, kind: Kind, uid: str, changes: dict[str, Any]) -> None:
    """Overwrite fields of a row with any values; `updated_at` becomes the current time unless it is given."""
    stamped = {"updated_at": platform.clock.text()} if kind in ("channels", "services") else {}
    with platform.store.transaction():
        _found(platform.lineup.edit(kind, uid, stamped | changes), kind, uid)


@router.delete("/catalogue/{kind}/{uid}", status_code=204)
async def remove_from_catalogue(platform: Parts, kind: Kind, uid: str) -> None:
    """Stop listing a row. Subscribers keep a removed service, and can end it."""
    with platform.store.transaction():
        _found(platform.lineup.remove(kind, uid), kind, uid)


@router.delete("/catalogue", status_code=204)
async def restore_catalogue(platform: Parts) -> None:
    """Restore the lineup of the files."""
    with platform.store.transaction():
        platform.lineup.restore()


@router.post("/subscribers", status_code=201, response_model=Subscriber)
async def add_by_hand(platform: Parts, row: ByHand) -> Response:
    """Add a subscriber as a person at the platform's own screens would, without the ISP's knowledge."""
    bodies = unmanaged.add(platform.store, platform.clock, [row.model_dump()])
    return Response(bodies[0], 201, media_type="application/json")


@router.patch("/subscribers/{uid}", status_code=204)
async def edit_by_hand(platform: Parts, uid: str, changes: dict[str, Any]) -> None:
    """Overwrite fields of a subscriber with any values, its external_id and its MACs among them; nothing is checked."""
    unmanaged.edit(platform.store, platform.clock, number_of(uid), changes)


@router.delete("/subscribers/{uid}", status_code=204)
async def remove_by_hand(platform: Parts, uid: str) -> None:
    """Remove a subscriber as a person at the platform's own screens would; its MACs become free."""
    with platform.store.transaction():
        platform.subscribers.remove(uid)


@router.post("/subscribers/load", status_code=201)
async def load_by_hand(platform: Parts, request: Request) -> dict[str, int]:
    """Add many subscribers from JSON lines with the fields of the single call. Loading stops at the first bad batch."""
    return {"loaded": await unmanaged.load(platform.store, platform.clock, request.stream())}


@router.post("/subscribers/{uid}/pin-check")
async def check_pin(platform: Parts, uid: str, guess: PinGuess) -> dict[str, bool]:
    """Return whether the guess is the subscriber's PIN; the PIN itself is never returned."""
    pin = platform.store.pin(number_of(uid))
    if pin is None:
        raise Refusal(404, "SUBSCRIBER_NOT_FOUND", f"there is no subscriber {uid}")
    return {"matches": hmac.compare_digest(pin.encode(), guess.auth_pin.encode())}


def _found(hits: int, kind: str, uid: str) -> None:
    if not hits:
        raise Refusal(404, "NOT_FOUND", f"{kind} has no row {uid}")
