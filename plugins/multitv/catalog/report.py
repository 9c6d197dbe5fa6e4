"""What came of a catalogue sync, as Markdown for a person to read in the task's log."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Engine

from multitv.catalog.outcome import read_outcome
from multitv.database.engine import transaction
from multitv.database.sql import named

SHOWN = 10


def catalog_report(engine: Engine, sync: int, today: date) -> str:
    """Return what a sync changed, whom it affects, and what is in quarantine. `today` is the ISP's business date.

    Raises DatabaseUnavailable.
    """
    of_sync = {"sync": sync}
    with transaction(engine) as connection:
        outcome = read_outcome(connection, sync)
        changes = connection.execute(named("catalog/changes"), of_sync).all()
        affected = connection.execute(named("catalog/affected"), of_sync | {"today": today, "shown": SHOWN}).all()
        quarantined = connection.execute(named("catalog/quarantined"), of_sync).all()
    lines = [f"# Catalogue sync {sync}: {outcome.status}", "", str(outcome)]
    if outcome.changes:
        rows = [[entity, change, count] for (entity, change), count in outcome.changes.items()]
        lines += ["", *_table(["what", "change", "rows"], rows)]
    edited = [row for row in changes if row.change != "deactivated"]
    if edited:
        lines += ["", "## Changed or back again", "", *_table(["what", "uid", "change", ""], map(_difference, edited))]
    if affected:
        lines += [
            "",
            "## Deactivated, and who has it",
            "",
            *_table(["what", "name", "client plans", "clients"], map(_affected, affected)),
        ]
    if quarantined:
        lines += ["", "## In quarantine: what is here of these rows stays as it was", ""]
        lines += _table(["what", "uid", "reason"], quarantined)
    return "\n".join(lines)


def _difference(row: Any) -> list[object]:
    differences = [
        f"{field}: {row.before[field]} → {value}"
        for field, value in row.after.items()
        if row.before.get(field) != value
    ]
    return [row.entity, row.platform_uid, row.change, ", ".join(differences)]


def _affected(row: Any) -> list[object]:
    more = row.client_plans - len(row.clients)
    named_ones = ", ".join(row.clients) or "nobody"
    return [row.entity, row.name, row.client_plans, f"{named_ones} and {more} more" if more else named_ones]


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    return [
        f"| {' | '.join(head)} |",
        f"|{'|'.join('---' for _ in head)}|",
        *(f"| {' | '.join(_cell(value) for value in row)} |" for row in rows),
    ]


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")
