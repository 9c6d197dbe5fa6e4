"""Models that the JSON API's bodies share, and the body of an error."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from multitv.web.core.paging import MAX_ID

_MONEY = re.compile(r"[0-9]{1,10}\.[0-9]{2}")


def _money(value: object) -> object:
    if value is not None and not (isinstance(value, str) and _MONEY.fullmatch(value)):
        raise PydanticCustomError("not_money", 'money is text with two decimals, such as "29.90"')
    return value


Money = Annotated[
    Decimal,
    BeforeValidator(_money),
    WithJsonSchema({"type": "string", "pattern": f"^{_MONEY.pattern}$", "examples": ["29.90"]}),
]
Id = Annotated[int, Field(ge=1, le=MAX_ID, strict=True)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class ErrorDetail(BaseModel):
    """`code` is for programs, `message` for people (in Portuguese); `field` names the invalid value, if any."""

    code: str
    message: str
    field: str | None


class ErrorBody(BaseModel):
    error: ErrorDetail


class Body(BaseModel):
    """The base of request bodies: an unknown field is an error."""

    model_config = ConfigDict(extra="forbid")
