"""Keyset pagination: the cursor of the next page is the key of the last row, in an opaque encoding."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar, cast

import msgspec
from fastapi import Form, Query
from pydantic import BaseModel, Field

from multitv.errors import Refusal

SIZE = 50
MAX_ID = 2**63 - 1
_MAX_AMOUNT = 10**10

R = TypeVar("R")
K = TypeVar("K")

_FORM: dict[str, Any] = {
    "max_length": 600,
    "pattern": r"^[A-Za-z0-9_-]*$",
    "description": "`next` of the page before",
}
Cursor = Annotated[str | None, Query(**_FORM)]
FormCursor = Annotated[str | None, Form(**_FORM)]
BodyCursor = Annotated[str | None, Field(**_FORM)]


class BadCursor(Refusal):
    """What was passed on is not where a page of this list ended."""

    status = 422


class CursorPage(BaseModel, Generic[R]):
    """Some rows of a list, and the cursor of the next page (null if there is none)."""

    rows: list[R]
    next: str | None


def page_of(rows: Sequence[R], key: Callable[[R], tuple[Any, ...]], size: int = SIZE) -> CursorPage[R]:
    """Return a page of the first `size` rows. `rows` must hold one more if the list goes on."""
    return CursorPage(rows=list(rows[:size]), next=next_cursor(rows, key, size))


def next_cursor(rows: Sequence[K], key: Callable[[K], tuple[Any, ...]], size: int = SIZE) -> str | None:
    """Return the cursor of the page after the first `size` rows, None if `rows` holds no more."""
    return _written(key(rows[size - 1])) if len(rows) > size else None


def read_cursor(cursor: str | None, kind: type[K]) -> K | None:
    """Return the key in a cursor as a tuple of the type `kind`, None without a cursor. Raises BadCursor."""
    if not cursor:
        return None
    try:
        key = msgspec.json.decode(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), type=kind)
    except (Error, ValueError) as error:
        raise BadCursor("bad_cursor") from error
    if any(_impossible(part) for part in cast("tuple[Any, ...]", key)):
        raise BadCursor("bad_cursor")
    return key


def _impossible(part: Any) -> bool:
    if isinstance(part, Decimal):
        return not part.is_finite() or not 0 <= part < _MAX_AMOUNT
    return not 0 <= part <= MAX_ID if isinstance(part, int) else "\0" in str(part)


def _written(key: tuple[Any, ...]) -> str:
    return urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")
