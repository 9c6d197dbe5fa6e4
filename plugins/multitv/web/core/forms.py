"""The values of requests and forms. What cannot be read raises InvalidValue, which names the field."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from fastapi import Form, Path
from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from multitv.changes.errors import InvalidValue
from multitv.changes.typed import FIRST_DAY, LAST_DAY
from multitv.web.core.paging import MAX_ID

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _readable(typed: str) -> str:
    """Refuse text with replacement characters, which stand for bytes that are not UTF-8 and would be lost."""
    if "\ufffd" in typed:
        raise PydanticCustomError("not_utf8", "the text is not UTF-8")
    return typed


def _as_a_day(written: object) -> object:
    """Refuse values that pydantic would convert to a day: seconds since 1970, timestamps."""
    if isinstance(written, str) and _DAY.fullmatch(written):
        return written
    raise PydanticCustomError("not_a_day", "a day is written as 2026-12-10")


# JSON Schema knows no bounds of dates, so pydantic does not describe them by itself.
_DESCRIBED: dict[str, Any] = {"ge": str(FIRST_DAY), "le": str(LAST_DAY)}
# Of paths, queries and the API's bodies.
IsoDay = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY, json_schema_extra=_DESCRIBED), BeforeValidator(_as_a_day)]
Typed = Annotated[str, Form(max_length=500), AfterValidator(_readable)]
SearchText = Annotated[str, Form(max_length=100)]
Id = Annotated[int, Path(ge=1, le=MAX_ID)]
RunId = Annotated[str, Path(max_length=250, pattern=r"^[A-Za-z0-9_.~:+-]+$")]
DueDate = Annotated[IsoDay, Path(json_schema_extra=_DESCRIBED)]


def chosen(typed: str, field: str) -> int:
    """Return the id that was chosen in a list. Raises InvalidValue."""
    if not re.fullmatch(r"[1-9]\d{0,17}", typed):
        raise InvalidValue("nothing_chosen", field=field)
    return int(typed)


def count(typed: str, field: str) -> int | None:
    """Return a whole number of up to six digits, None if nothing was typed. Raises InvalidValue."""
    if not typed.strip():
        return None
    if not re.fullmatch(r"\d{1,6}", typed.strip()):
        raise InvalidValue("count_unreadable", field=field, typed=typed[:40])
    return int(typed.strip())
