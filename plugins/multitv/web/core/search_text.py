"""What people type into search boxes, as the database compares it."""

from __future__ import annotations

import re
import unicodedata

_MARKS = re.compile(r"[\u0300-\u036f]+")
_OTHERS = re.compile(r"[^a-z0-9]+")


def plain(typed: str) -> str:
    """Return a text without accents, capitals and signs, as the database's tv.plain does, trimmed."""
    return _OTHERS.sub(" ", _MARKS.sub("", unicodedata.normalize("NFKD", typed)).lower()).strip()


def digits(typed: str) -> str:
    """Return the digits of a text, as the database's tv.digits does."""
    return re.sub(r"[^0-9]", "", typed)
