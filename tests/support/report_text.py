"""What a report says, whatever its columns are padded with, and whether a person of the back office can read it."""

from __future__ import annotations

import re

from sqlalchemy import Engine

from tests.support.vocabularies import vocabularies

_ENGLISH = re.compile(
    r"\b(the|of|and|would|than|more|client|plans?|subscribers?|platform|action|reason|change|done|what|some|not|"
    r"due|dates?|billing|events?|service|packages?|channels?|invoices?|postings?|none|nothing|nobody|with|because|was|"
    r"were|is|to|run|request|pending|rejected|by|expected|amount|true|false)\b",
    re.IGNORECASE,
)
_IDENTIFIER = re.compile(r"\w*[A-Za-z]_[A-Za-z]\w*|://")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
# Codes that are Portuguese words as well.
_ALSO_WORDS = {"extra"}


def unpadded(report: str) -> str:
    """Return the report's words with single spaces between them."""
    return " ".join(report.split())


def assert_readable(report: str, engine: Engine) -> None:
    """Fail if a report has a code of the database, an English word, a date of a machine, or a code without words."""
    codes = set().union(*vocabularies(engine).values()) - _ALSO_WORDS
    assert not codes & set(re.findall(r"\w+", report))
    for wrong in (_ENGLISH, _IDENTIFIER, _ISO_DATE):
        assert wrong.findall(report) == []
    assert "motivo sem descrição" not in report
    assert "None" not in report
