"""Checks the values that a person types and converts them to the form that is stored. Knows no database."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Literal

from multitv.changes.errors import InvalidValue

TextField = Literal["author", "label", "serial", "device_type", "reason", "paid_how"]

# Six pairs or three groups of four with the same separator, or twelve digits without any.
_MAC = re.compile(r"[0-9a-f]{2}([:.-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}|[0-9a-f]{12}")
_PRICE_LIMIT = Decimal(10) ** 10
_POINT_LIMIT = 1000
_TEXT_LENGTH = 200


def mac_address(typed: str) -> str:
    """Return a MAC as lower-case pairs separated by colons. Upper case, dashes and dots are accepted.

    Raises InvalidValue if it is not a MAC, or not the MAC of a single device (zero, broadcast, multicast).
    """
    read = typed.strip().lower()
    if not _MAC.fullmatch(read):
        raise InvalidValue("mac_malformed", field="mac", typed=_short(repr(typed)))
    digits = re.sub(r"[:.-]", "", read)
    mac = ":".join(digits[at : at + 2] for at in range(0, 12, 2))
    if int(digits, 16) == 0 or int(digits[:2], 16) & 1:
        raise InvalidValue("mac_of_no_device", field="mac", mac=mac)
    return mac


def checked_price(price: Decimal | None) -> Decimal | None:
    """Return the price, in reais. None stands for the package's price at a client, for no price yet at a package.

    Raises InvalidValue for a float, a negative price, a fraction of a cent, and ten billion reais or more.
    """
    if price is None:
        return None
    shown = _short(str(price).replace(".", ","))
    if not isinstance(price, Decimal):
        raise InvalidValue("price_not_decimal", field="price", price=shown)
    if not price.is_finite() or not 0 <= price < _PRICE_LIMIT:
        raise InvalidValue("price_out_of_range", field="price", price=shown)
    exponent = price.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -2:
        raise InvalidValue("price_with_fraction_of_cent", field="price", price=shown)
    return price


def checked_point_limit(limit: int | None) -> int | None:
    """Return the number of points that a package allows, None for no limit. Raises InvalidValue unless 0 to 1000."""
    if limit is not None and not (isinstance(limit, int) and 0 <= limit <= _POINT_LIMIT):
        raise InvalidValue(
            "point_limit_out_of_range", field="point_limit", limit=_short(str(limit)), greatest=_POINT_LIMIT
        )
    return limit


def checked_text(field: TextField, typed: str) -> str:
    """Return a text without surrounding blanks.

    Raises InvalidValue if it is empty, has more than 200 characters or any that cannot be printed.
    """
    read = typed.strip()
    if not read:
        raise InvalidValue("text_empty", field=field, text=field)
    if len(read) > _TEXT_LENGTH:
        raise InvalidValue("text_over_limit", field=field, text=field, length=len(read), greatest=_TEXT_LENGTH)
    if not read.isprintable():
        raise InvalidValue("text_with_invisible_characters", field=field, text=field, typed=_short(repr(read)))
    return read


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"
