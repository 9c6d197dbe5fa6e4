"""Markdown for a person to read: in the question that Airflow shows to an approver, and in a task's log."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

# Words and numbers as they stand; what could begin markup, an HTML tag, an entity or an address is not among them.
_PLAIN = re.compile(r"(?:[^\W_]|(?<=[^\W_])_(?=[^\W_])|[ ,.;:()'\"%$/+°ªº→—-])*")
_ADDRESS = re.compile(r"://|www\.", re.IGNORECASE)
# They turn the direction in which the rest of a line is read.
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Return the lines of a Markdown table, in columns also where Markdown is shown as it is written.

    Cells are escaped: they may hold what people and other systems typed.
    """
    cells = [list(head), *([escape(value).replace("|", "\\|") for value in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [f"| {' | '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))} |" for row in cells]
    return [lines[0], f"|{'|'.join('-' * (width + 2) for width in widths)}|", *lines[1:]]


def escape(value: object) -> str:
    """Return a value as Markdown that shows it on one line and does nothing: no image, link, HTML or emphasis.

    Text that is not plain becomes a code span: backslashes do not keep GitHub's flavour, which Airflow shows, from
    making a link of an address.
    """
    text = "".join(" " if unicodedata.category(sign) in ("Cc", "Zl", "Zp") else sign for sign in str(value))
    text = _DIRECTION.sub("\ufffd", text).strip()
    if _PLAIN.fullmatch(text) and not _ADDRESS.search(text):
        return text
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    padding = " " if text[0] == "`" or text[-1] == "`" else ""
    return f"{fence}{padding}{text}{padding}{fence}"


def with_data_docs(report: str, address: str | None) -> str:
    """Return a report with a link to the pages of its gate, if people can open them."""
    return report if address is None else f"{report}\n\nConferência dos dados: <{address}>"
