"""Checks the values that a person types and converts them to the form that is stored. Knows no database."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Literal

from multitv.changes.errors import InvalidValue

TextField = Literal["author", "label", "serial", "device_type", "reason"]

# Six pairs or three groups of four with the same separator, or twelve digits without any.
_MAC = re.compile(r"[0-9a-f]{2}([:.-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}|[0-9a-f]{12}")
_PRICE_LIMIT = Decimal(10) ** 10
_POINT_LIMIT = 1000
_TEXT_LENGTH = 200
_ON_SCREEN: dict[TextField, str] = {
    "author": "autor",
    "label": "rótulo",
    "serial": "número de série",
    "device_type": "tipo do aparelho",
    "reason": "motivo",
}


def mac_address(typed: str) -> str:
    """Return a MAC as lower-case pairs separated by colons. Upper case, dashes and dots are accepted.

    Raises InvalidValue if it is not a MAC, or not the MAC of a single device (zero, broadcast, multicast).
    """
    read = typed.strip().lower()
    if not _MAC.fullmatch(read):
        raise InvalidValue(
            f"{_short(repr(typed))} não é um MAC: escreva seis pares de 0-9 e a-f, como a4:5e:60:01:02:03.", field="mac"
        )
    digits = re.sub(r"[:.-]", "", read)
    mac = ":".join(digits[at : at + 2] for at in range(0, 12, 2))
    if int(digits, 16) == 0 or int(digits[:2], 16) & 1:
        raise InvalidValue(
            f"{mac} não é o MAC de um único aparelho (é zero, broadcast ou multicast): leia-o na etiqueta do aparelho.",
            field="mac",
        )
    return mac


def checked_price(price: Decimal | None) -> Decimal | None:
    """Return the price, in reais. None stands for the package's price at a client, for no price yet at a package.

    Raises InvalidValue for a float, a negative price, a fraction of a cent, and ten billion reais or more.
    """
    if price is None:
        return None
    shown = f"R$ {_short(str(price).replace('.', ','))}"
    if not isinstance(price, Decimal):
        raise InvalidValue(
            f"O valor {shown} não veio como Decimal, e os centavos podem estar errados: informe-o como Decimal, em "
            "reais e centavos.",
            field="price",
        )
    if not price.is_finite() or not 0 <= price < _PRICE_LIMIT:
        raise InvalidValue(f"O valor {shown} não está entre R$ 0,00 e R$ 9.999.999.999,99: corrija-o.", field="price")
    exponent = price.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -2:
        raise InvalidValue(
            f"O valor {shown} tem mais de duas casas decimais: arredonde-o para centavos, como R$ 29,90.", field="price"
        )
    return price


def checked_point_limit(limit: int | None) -> int | None:
    """Return the number of points that a package allows, None for no limit. Raises InvalidValue unless 0 to 1000."""
    if limit is not None and not (isinstance(limit, int) and 0 <= limit <= _POINT_LIMIT):
        raise InvalidValue(
            f"O limite de pontos {_short(str(limit))} não é um número inteiro de 0 a {_POINT_LIMIT}: corrija-o, ou "
            "deixe-o vazio para não haver limite.",
            field="point_limit",
        )
    return limit


def checked_text(field: TextField, typed: str) -> str:
    """Return a text without surrounding blanks.

    Raises InvalidValue if it is empty, has more than 200 characters or any that cannot be printed.
    """
    read = typed.strip()
    name = _ON_SCREEN[field]
    if not read:
        raise InvalidValue(f"O {name} está vazio: preencha-o.", field=field)
    if len(read) > _TEXT_LENGTH:
        raise InvalidValue(f"O {name} tem {len(read)} caracteres: use no máximo {_TEXT_LENGTH}.", field=field)
    if not read.isprintable():
        raise InvalidValue(
            f"O {name} {_short(repr(read))} tem quebra de linha, tabulação ou outro caractere invisível: apague-o.",
            field=field,
        )
    return read


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"
