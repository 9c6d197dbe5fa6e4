"""The summary at the end of `make run`. Each number comes from a query on the ISP's database that anyone can repeat."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy.engine import Row

from multitv.database.engine import transaction
from multitv.database.sql import named
from multitv.money import reais

FOLDER = Path(__file__).parent


def next_due_date(engine: Engine, today: date) -> date | None:
    """Return the first date from `today` on that an active client plan is due on, None if there is no active plan."""
    due_date: date | None = rows(engine, "next_due_date", today=today)[0].due_date
    return due_date


def last_change_set(engine: Engine) -> int:
    """Return the id of the last change set of the reconciliation, 0 if there is none."""
    change_set: int = rows(engine, "last_change_set")[0].id
    return change_set


def open_question(engine: Engine) -> int | None:
    """Return the id of the change set about which a person is asked, None if nobody is."""
    change_set: int | None = rows(engine, "open_question")[0].id
    return change_set


def has_clients(engine: Engine) -> bool:
    """Return whether the ERP has a client."""
    return bool(rows(engine, "has_clients")[0].number)


def summary(engine: Engine, due_date: date, after_change_set: int = 0) -> tuple[str, bool]:
    """Return the summary as text, and whether expected charges, events and postings agree for every service plan.

    Shows the change sets of the reconciliation after `after_change_set`.
    """
    plans = [
        (
            row.service_plan or f"plan {row.service_plan_id}",
            *(row.expected, row.expected_amount),
            *(row.events, row.events_amount),
            *(row.postings, row.posted_amount),
        )
        for row in _books(engine, "report", due_date)
        if row.expected or row.events
    ]
    agree = all(row[1:3] == row[3:5] == row[5:7] for row in plans)
    catalogue = rows(engine, "catalogue")[0]
    verdict = "expected = events = postings, plan by plan" if agree else "THEY DIFFER"
    parts = [
        (
            f"Catalogue: {catalogue.channels} channels of {catalogue.families} families, {catalogue.packages} packages "
            f"({catalogue.extras} extras), {catalogue.package_channels} channels in packages"
        ),
        "Change sets of the reconciliation: the operations that made the platform equal to the contracts",
        _table(
            ["change set", "status", "subscribers", "unmanaged", "operations", "applied", "rejected", "unexplained"],
            rows(engine, "change_sets", after=after_change_set),
        ),
        f"TV billing of {due_date}: {verdict}",
        _table(
            ["service plan", "expected", "R$", "events", "R$", "postings", "R$"],
            [*plans, _total(plans)],
        ),
        "Not charged",
        _table(["reason", "client packages"], _books(engine, "exclusion_reasons", due_date)),
        "Billing events",
        _table(["kind", "status", "events", "R$"], rows(engine, "events", due_date=due_date)),
        "Invoices",
        _table(["posting", "invoices", "postings", "R$"], _books(engine, "standard_report", due_date)),
    ]
    return "\n\n".join(parts), agree


def _books(engine: Engine, name: str, due_date: date) -> Sequence[Row[tuple[object, ...]]]:
    with transaction(engine) as connection:
        return connection.execute(named(f"billing/{name}"), {"due_date": due_date}).all()


def rows(engine: Engine, name: str, **parameters: object) -> Sequence[Row[tuple[object, ...]]]:
    """Return the rows of the query in include/local/<name>.sql."""
    with transaction(engine) as connection:
        return connection.execute(text((FOLDER / f"{name}.sql").read_text(encoding="utf-8")), parameters).all()


def _total(plans: Sequence[Sequence[Any]]) -> list[object]:
    columns = list(zip(*plans, strict=True))[1:] or [(0,), (Decimal(0),)] * 3
    return ["total", *(sum(column) for column in columns)]


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    if not rows:
        return "  none"
    cells = [list(head), *([_cell(value) for value in row] for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(head))]
    return "\n".join("  " + "  ".join(_aligned(line, widths)).rstrip() for line in cells)


def _aligned(line: Sequence[str], widths: Sequence[int]) -> list[str]:
    # The first column holds text, the others mostly numbers.
    return [line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True))]


def _cell(value: object) -> str:
    return reais(value).removeprefix("R$ ") if isinstance(value, Decimal) else str(value)
