"""The catalogue: channels, genres, device types, services."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from include.sandbox.clock import stamp
from include.sandbox.models import Channel, DeviceType, Genre, LicensedService, Page
from include.sandbox.routes.common import BASE, PageNumber, PageSize, Parts, Since, VendorJson, paged

router = APIRouter(prefix=BASE, tags=["catalogue"], default_response_class=VendorJson)


def _listing(kind: str, model: type[Any]) -> None:
    async def listing(
        request: Request,
        platform: Parts,
        page: PageNumber = 1,
        page_size: PageSize = 200,
        updated_since: Since = None,
    ) -> Response:
        since = stamp(updated_since) if updated_since else None
        count, bodies = platform.lineup.page(kind, page, page_size, since)
        return paged(request, bodies, page, page_size, count)

    name = f"list_{kind.replace('-', '_')}"
    router.add_api_route(f"/{kind}", listing, name=name, response_model=model, methods=["GET"])


_listing("channels", Page[Channel])
_listing("genres", Page[Genre])
_listing("device-types", Page[DeviceType])
_listing("services", Page[LicensedService])
