"""Subscribers, their PIN, services and devices."""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response

from include.sandbox.clock import stamp
from include.sandbox.errors import Refusal
from include.sandbox.models import (
    AuthPin,
    CreatedSubscriber,
    Device,
    ErrorEnvelope,
    NewDevice,
    NewSubscriber,
    NewSubscription,
    Page,
    Subscriber,
    SubscriberChange,
    Subscription,
)
from include.sandbox.routes.common import BASE, PageNumber, PageSize, Parts, Since, VendorJson, paged, read, written

router = APIRouter(prefix=f"{BASE}/subscribers", tags=["subscribers"], default_response_class=VendorJson)


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: {"model": ErrorEnvelope} for status in statuses}


@router.get("", response_model=Page[Subscriber])
async def list_subscribers(
    request: Request,
    platform: Parts,
    page: PageNumber = 1,
    page_size: PageSize = 200,
    updated_since: Since = None,
    external_id: Annotated[str | None, Query(description="Finds the one that has it")] = None,
) -> Response:
    """List subscribers with their services and devices by creation, or with `updated_since` by change."""
    store = platform.store
    if external_id is not None:
        found = store.by_external_id(external_id)
        bodies = [body for _, body in found[(page - 1) * page_size : page * page_size]]
        return paged(request, bodies, page, page_size, len(found))
    if updated_since is not None:
        count, bodies = store.page_since(stamp(updated_since), page, page_size)
        return paged(request, bodies, page, page_size, count)
    return paged(request, store.page(page, page_size), page, page_size, store.subscribers())


@router.post("", status_code=201, response_model=CreatedSubscriber, responses=errors(409))
async def create_subscriber(request: Request, platform: Parts, new: NewSubscriber) -> Response:
    """Create a subscriber. Only the first answer carries its PIN."""
    return await written(request, platform, lambda: platform.subscribers.create(new))


@router.get("/{uid}", response_model=Subscriber, responses=errors(404))
async def get_subscriber(request: Request, platform: Parts, uid: str) -> Response:
    return read(request, platform.subscribers.find(uid))


@router.patch("/{uid}", response_model=Subscriber, responses=errors(404, 409, 412))
async def change_subscriber(
    request: Request,
    platform: Parts,
    uid: str,
    change: SubscriberChange,
    if_match: Annotated[str | None, Header(description="The version that the change is made to")] = None,
) -> Response:
    """Change names or status, if the subscriber is still at the version in If-Match."""
    version = re.fullmatch(r'"?([0-9]{1,40})"?|\*', (if_match or "").strip())
    if not version:
        raise Refusal(422, "VALIDATION_ERROR", "send the subscriber's version as If-Match", "If-Match")
    expected = int(version[1]) if version[1] else None
    return await written(request, platform, lambda: platform.subscribers.change(uid, expected, change))


@router.delete("/{uid}", status_code=204, response_model=None, responses=errors(404, 409))
async def delete_subscriber(request: Request, platform: Parts, uid: str) -> Response:
    """Delete a subscriber; its MACs become free."""
    return await written(request, platform, lambda: platform.subscribers.remove(uid))


@router.post("/{uid}/auth-pin", response_model=AuthPin, responses=errors(404, 409))
async def rotate_auth_pin(request: Request, platform: Parts, uid: str) -> Response:
    """Replace the PIN. Only the first answer carries the new one."""
    return await written(request, platform, lambda: platform.subscribers.rotate_pin(uid))


@router.put("/{uid}/services/{service_uid}", response_model=Subscription, responses=errors(404, 409))
async def put_service(request: Request, platform: Parts, uid: str, service_uid: str, new: NewSubscription) -> Response:
    """Subscribe to a service; a basic service replaces the current one."""
    return await written(request, platform, lambda: platform.subscribers.put_service(uid, service_uid, new))


@router.delete("/{uid}/services/{service_uid}", status_code=204, response_model=None, responses=errors(404, 409))
async def end_service(request: Request, platform: Parts, uid: str, service_uid: str) -> Response:
    """End a service now; its row stays in the list."""
    return await written(request, platform, lambda: platform.subscribers.end_service(uid, service_uid))


@router.put("/{uid}/devices/{mac}", response_model=Device, responses=errors(404, 409))
async def put_device(request: Request, platform: Parts, uid: str, mac: str, new: NewDevice) -> Response:
    """Add a device, or change the one with this MAC."""
    return await written(request, platform, lambda: platform.subscribers.put_device(uid, mac, new))


@router.delete("/{uid}/devices/{mac}", status_code=204, response_model=None, responses=errors(404, 409))
async def release_device(request: Request, platform: Parts, uid: str, mac: str) -> Response:
    """Remove a device; its MAC becomes free."""
    return await written(request, platform, lambda: platform.subscribers.release_device(uid, mac))
