"""Normalises search text in the same way as the database."""

from __future__ import annotations

import re
import unicodedata

_MARKS = re.compile(r"[\u0300-\u036f]+")
_OTHERS = re.compile(r"[^a-z0-9]+")


def plain(typed: str) -> str:
    """Normalise text: lower case, no accents, words separated by one space. Must match `tv.plain`."""
    return _OTHERS.sub(" ", _MARKS.sub("", unicodedata.normalize("NFKD", typed)).lower()).strip()
