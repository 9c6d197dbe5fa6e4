"""Reports what a catalogue sync did, as Markdown for a person to read in the task's log."""

from __future__ import annotations

import logging
from datetime import date
from typing import Any

from sqlalchemy import Engine

from multitv.catalog.summary import read_summary
from multitv.database.engine import transaction
from multitv.database.sql import named
from multitv.labels import Reason
from multitv.markdown import table

log = logging.getLogger(__name__)

SHOWN = 10


def catalog_report(engine: Engine, sync: int, today: date) -> str:
    """Log and return what a sync changed, whom it affects and what is in quarantine. `today`: the ISP's business date.

    Raises DatabaseUnavailable.
    """
    of_sync = {"sync": sync}
    with transaction(engine) as connection:
        summary = read_summary(connection, sync)
        changes = connection.execute(named("catalog/changes"), of_sync).all()
        affected = connection.execute(named("catalog/affected"), of_sync | {"today": today, "shown": SHOWN}).all()
        quarantined = connection.execute(named("catalog/quarantined"), of_sync).all()
    lines = [f"# Catalogue sync {sync}: {summary.status}", "", str(summary)]
    if summary.changes:
        rows = [[entity, change, count] for (entity, change), count in summary.changes.items()]
        lines += ["", *table(["what", "change", "rows"], rows)]
    edited = [row for row in changes if row.change != "deactivated"]
    if edited:
        lines += ["", "## Changed or back again", "", *table(["what", "uid", "change", ""], map(_difference, edited))]
    if affected:
        lines += [
            "",
            "## Deactivated, and who has it",
            "",
            *table(["what", "name", "client plans", "clients"], map(_affected, affected)),
        ]
    if quarantined:
        lines += ["", "## In quarantine: the rows they would replace stay as they are", ""]
        lines += table(
            ["what", "uid", "reasons"],
            [
                [row.entity, row.platform_uid, "; ".join(str(Reason(**reason)) for reason in row.reasons)]
                for row in quarantined
            ],
        )
    report = "\n".join(lines)
    log.info("%s", report)
    return report


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
