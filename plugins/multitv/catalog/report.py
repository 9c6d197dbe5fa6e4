"""Reports what a catalogue sync did in Portuguese, as Markdown for a person to read in the task's log."""

from __future__ import annotations

import logging
from datetime import date
from typing import Any

from sqlalchemy import Engine

from multitv.catalog.normalise import SERVICE_TYPES
from multitv.catalog.summary import SyncSummary, read_summary
from multitv.database.engine import transaction
from multitv.database.sql import named
from multitv.labels import Reason, counted, label, number
from multitv.markdown import table, with_data_docs

log = logging.getLogger(__name__)

SHOWN = 10


def catalog_report(engine: Engine, sync: int, today: date, data_docs: str | None = None) -> str:
    """Log and return what a sync changed, whom it affects and what is in quarantine. `today`: the ISP's business date.

    `data_docs` is the address of what the gate found.

    Raises DatabaseUnavailable.
    """
    of_sync = {"sync": sync}
    with transaction(engine) as connection:
        summary = read_summary(connection, sync)
        changes = connection.execute(named("catalog/changes"), of_sync).all()
        affected = connection.execute(named("catalog/affected"), of_sync | {"today": today, "shown": SHOWN}).all()
        quarantined = connection.execute(named("catalog/quarantined"), of_sync).all()
    lines = [f"# Sincronização {sync} do catálogo de TV: {label(summary.status)}", "", _totals(summary)]
    if summary.changes:
        rows = [[label(entity), label(change), number(count)] for (entity, change), count in summary.changes.items()]
        lines += ["", *table(["o quê", "mudança", "quantas"], rows)]
    edited = [row for row in changes if row.change != "deactivated"]
    if edited:
        lines += ["", "## Alterados, ou de volta", ""]
        lines += table(["o quê", "código na plataforma", "mudança", "de → para"], map(_difference, edited))
    if affected:
        lines += ["", "## Desativados, e quem os tem", ""]
        lines += table(["o quê", "nome", "planos de clientes", "clientes (plano do cliente)"], map(_affected, affected))
    if quarantined:
        lines += ["", "## Em quarentena: o que já estava no catálogo fica como está", ""]
        lines += table(["o quê", "código na plataforma", "motivo"], map(_refused, quarantined))
    report = with_data_docs("\n".join(lines), data_docs)
    log.info("%s", report)
    return report


def _totals(summary: SyncSummary) -> str:
    if summary.status == "superseded":
        return "Outra sincronização, mais nova, terminou antes: esta não mudou nada."
    changed = counted(summary.changed, "mudança", "mudanças") if summary.changed else "Nada mudou"
    return f"{changed}; em quarentena: {number(summary.quarantined)}."


def _difference(row: Any) -> list[object]:
    differences = [
        f"{label(field).lower()}: {_value(row.before[field])} → {_value(value)}"
        for field, value in row.after.items()
        if row.before.get(field) != value
    ]
    return [label(row.entity), row.platform_uid, label(row.change), ", ".join(differences)]


def _value(value: str | int | bool | None) -> str:
    if isinstance(value, bool):
        return "Sim" if value else "Não"
    return label(value) if isinstance(value, str) and value in SERVICE_TYPES else str(value)


def _affected(row: Any) -> list[object]:
    shown = [
        f"{name or 'sem nome'} ({client_plan})" for name, client_plan in zip(row.clients, row.shown_plans, strict=True)
    ]
    more = row.client_plans - len(shown)
    clients = ", ".join(shown) or "nenhum"
    held = f"{clients} e mais {number(more)}" if more else clients
    return [label(row.entity), row.name, number(row.client_plans), held]


def _refused(row: Any) -> list[object]:
    reasons = "; ".join(Reason(**reason).sentence for reason in row.reasons)
    return [label(row.entity), row.platform_uid or "—", reasons]
