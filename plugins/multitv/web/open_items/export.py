"""A list of what is pending as CSV, as Excel in Brazil opens it, at any length."""

from __future__ import annotations

import csv as spreadsheet
import io
import re
from collections.abc import Generator

from sqlalchemy import Engine

from multitv.documents import for_spreadsheet
from multitv.labels import label
from multitv.web.billing.export import taking_place
from multitv.web.core.rendering import day, month
from multitv.web.open_items.queries import Filter, Kind, OpenItem, whole

_HEADS = (
    "Contrato",
    "Cliente",
    "Documento",
    "Pacote",
    "Competência",
    "Vencimento",
    "Valor",
    "Motivo",
    "Explicação",
    "Evento",
)
# As tv.cell has it: what a spreadsheet would take for a formula.
_FORMULA = re.compile(r"[=+@\t\r-]")


def csv(engine: Engine, kind: Kind, chosen: Filter) -> Generator[bytes]:
    """Return the list as CSV in pieces. Raises ExportsBusy, DatabaseUnavailable before the first piece."""
    pieces = _pieces(engine, kind, chosen)
    # What has not begun has no end: the place among the exports would not be given back.
    next(pieces)
    return pieces


def _pieces(engine: Engine, kind: Kind, chosen: Filter) -> Generator[bytes]:
    with taking_place():
        pieces = whole(engine, kind, chosen)
        first = next(pieces)
        yield b""
        yield "\ufeff".encode() + _written([_HEADS])
        yield _written([_cells(item) for item in first])
        for items in pieces:
            yield _written([_cells(item) for item in items])


def _written(rows: list[tuple[str, ...]]) -> bytes:
    held = io.StringIO(newline="")
    spreadsheet.writer(held, delimiter=";").writerows(rows)
    return held.getvalue().encode()


def _cells(item: OpenItem) -> tuple[str, ...]:
    return (
        str(item.client_plan_id),
        _cell(item.client or ""),
        for_spreadsheet(item.document or ""),
        _cell(item.package or label("plan_fee")),
        month(item.reference_month),
        day(item.due_date) if item.due_date else "",
        f"{item.amount:.2f}".replace(".", ","),
        _cell(item.reason),
        _cell(item.explanation),
        ", ".join(item.event_codes),
    )


def _cell(written: str) -> str:
    return f"'{written}" if _FORMULA.match(written) else written
