"""The values that a person types, checked and brought into the one form that is stored. Knows no database."""

from __future__ import annotations

import re
from decimal import Decimal

from multitv.contracts.errors import InvalidValue

# Six pairs or three groups of four between the same sign, or twelve digits on end.
_MAC = re.compile(r"[0-9a-f]{2}([:.-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}|[0-9a-f]{12}")
_PRICE_LIMIT = Decimal(10) ** 10
_TEXT_LENGTH = 200


def mac_address(typed: str) -> str:
    """Return a MAC as lower-case pairs between colons; upper case, dashes and dots are understood.

    Raises InvalidValue for what is no MAC, or is not that of one device (zero, broadcast, multicast).
    """
    read = typed.strip().lower()
    if not _MAC.fullmatch(read):
        raise InvalidValue(f"{typed!r} is not a MAC: write six pairs of 0-9 and a-f, such as a4:5e:60:01:02:03.")
    digits = re.sub(r"[:.-]", "", read)
    mac = ":".join(digits[at : at + 2] for at in range(0, 12, 2))
    if int(digits, 16) == 0 or int(digits[:2], 16) & 1:
        raise InvalidValue(f"{mac} is not the MAC of one device (zero, broadcast or multicast): read it off the label.")
    return mac


def own_price(price: Decimal | None) -> Decimal | None:
    """Return a client's own price in reais, or None to inherit the package's.

    Raises InvalidValue for a float, a negative price, fractions of a cent and ten billion reais or more.
    """
    if price is None:
        return None
    if not isinstance(price, Decimal):
        raise InvalidValue(f"The price {price!r} is not a Decimal, so its cents may be wrong: pass Decimal('29.90').")
    if not price.is_finite() or not 0 <= price < _PRICE_LIMIT:
        raise InvalidValue(f"The price {price} is not between 0.00 and 9999999999.99 reais: correct it.")
    exponent = price.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -2:
        raise InvalidValue(f"The price {price} has more than two decimals: round it to cents.")
    return price


def words(name: str, typed: str) -> str:
    """Return a short text without blanks around it. Raises InvalidValue if it is empty, long or not printable."""
    read = typed.strip()
    if not read or len(read) > _TEXT_LENGTH or not read.isprintable():
        raise InvalidValue(f"The {name} {typed[:40]!r} is not 1 to {_TEXT_LENGTH} printable characters: correct it.")
    return read
