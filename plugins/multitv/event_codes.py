"""The code by which people name a billing event, such as EV-20261210-00000024-4. Knows no database.

An event's number has 16 digits, of which a spreadsheet keeps 15. Its code has the same digits and is text: the due
date, the number within it, and the check digit of Damm's algorithm, which finds every wrong digit and every swap of
two neighbours (H. M. Damm, "Total anti-symmetrische Quasigruppen", 2004).
"""

from __future__ import annotations

import re
import unicodedata
from typing import ClassVar

from multitv.errors import Refusal

# Damm's quasigroup of order 10. Its diagonal is zero, so a number followed by its check digit ends at 0.
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)
_TYPED = re.compile(r"EV([0-9]{16})([0-9])")
_BARE_NUMBER = re.compile(r"[0-9]+([.,][0-9]*)?(E\+?[0-9]+)?")
_IN_A_LOG = re.compile(r"\b(?:event|credit) ([0-9]{16})\b")


class EventCodeRefused(Refusal):
    """What a person typed is not the code of an event."""

    status: ClassVar[int] = 422


def event_code(number: int) -> str:
    """Return the code of the event that has this number."""
    digits = f"{number:016}"
    return f"EV-{digits[:-8]}-{digits[-8:]}-{_check_digit(digits)}"


def event_number(typed: str) -> int:
    """Return the number of the event whose code a person typed or pasted.

    Capitals, blanks and hyphens of any kind do not matter. Raises EventCodeRefused.
    """
    plain = "".join(sign for sign in unicodedata.normalize("NFKC", typed) if not _is_blank_or_dash(sign)).upper()
    if _BARE_NUMBER.fullmatch(plain):
        raise EventCodeRefused("event_code_is_number", field="event_code", typed=typed.strip())
    code = _TYPED.fullmatch(plain)
    if code is None:
        raise EventCodeRefused("event_code_malformed", field="event_code", typed=typed.strip())
    digits, check = code.groups()
    if _check_digit(digits) != int(check):
        raise EventCodeRefused("event_code_mistyped", field="event_code", typed=typed.strip())
    return int(digits)


def with_event_codes(text: str) -> str:
    """Return a text for a log with the code of each event beside its number."""
    return _IN_A_LOG.sub(lambda found: f"{found[0]} ({event_code(int(found[1]))})", text)


def _check_digit(digits: str) -> int:
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return interim


def _is_blank_or_dash(sign: str) -> bool:
    # The last is the minus sign.
    return unicodedata.category(sign) in ("Zs", "Zl", "Zp", "Cc", "Cf", "Pd") or sign == "\u2212"
