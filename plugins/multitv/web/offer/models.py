"""Request bodies of the JSON API that change the offer."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from multitv.web.core.models import Body, Id, Money


class TvTab(Body):
    """The TV tab of a service plan. `package_id` null leaves the default package as it is."""

    allows_tv: Annotated[bool, Field(strict=True)]
    package_id: Id | None = None


class OfferBody(Body):
    """The values of a package that the ISP sets. `price` null: not for sale yet; `point_limit` null: no limit."""

    extra: Annotated[bool, Field(strict=True)]
    price: Money | None
    point_limit: Annotated[int, Field(ge=0, le=1000, strict=True)] | None
