"""Parses what a person types into a form. Unreadable input raises InvalidValue, which names the field."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from multitv.changes.errors import InvalidValue

# A day beyond these is a typing error.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2200, 12, 31)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONTH = re.compile(r"(?P<month>[0-9]{1,2})/(?P<year>[0-9]{4})|(?P<iso_year>[0-9]{4})-(?P<iso_month>[0-9]{2})")

# 1.234,56 or 1234,56 is how Brazilians write it; numeric keypads may type 1234.56.
_BRAZILIAN = re.compile(r"(\d{1,3}(?:\.\d{3})+|\d+)(?:,(\d{1,2}))?")
_PLAIN = re.compile(r"\d+\.\d{1,2}")


def typed_price(typed: str, field: str = "price") -> Decimal | None:
    """Return a price in reais, None if nothing was typed. Raises InvalidValue."""
    text = typed.strip().removeprefix("R$").strip()
    if not text:
        return None
    if _PLAIN.fullmatch(text):
        return Decimal(text)
    read = _BRAZILIAN.fullmatch(text)
    if not read:
        raise InvalidValue("price_unreadable", field=field, typed=typed[:40])
    return Decimal(read[1].replace(".", "") + "." + (read[2] or "0").ljust(2, "0"))


def typed_day(typed: str, field: str) -> date | None:
    """Return the day of a date picker, None if it is empty. Raises InvalidValue."""
    if not typed.strip():
        return None
    try:
        if not _DAY.fullmatch(typed.strip()):
            raise ValueError
        read = date.fromisoformat(typed.strip())
    except ValueError as error:
        raise InvalidValue("day_unreadable", field=field, typed=typed[:40]) from error
    if not FIRST_DAY <= read <= LAST_DAY:
        raise InvalidValue("day_out_of_range", field=field, day=read)
    return read


def typed_month(typed: str, field: str) -> date | None:
    """Return the first day of a month written as 12/2026 or 2026-12, None if it is empty. Raises InvalidValue."""
    if not typed.strip():
        return None
    read = _MONTH.fullmatch(typed.strip())
    try:
        if read is None:
            raise ValueError
        first = date(int(read["year"] or read["iso_year"]), int(read["month"] or read["iso_month"]), 1)
    except ValueError as error:
        raise InvalidValue("month_unreadable", field=field, typed=typed[:40]) from error
    if not FIRST_DAY <= first <= LAST_DAY:
        raise InvalidValue("day_out_of_range", field=field, day=first)
    return first
