"""Reports of a change set and of its results in Portuguese, as Markdown.

What a change set would do is the approval form's text; its results are for the task's log.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine

from multitv.database.engine import transaction
from multitv.database.sql import named
from multitv.labels import Reason, counted, label, number, sentence
from multitv.markdown import escape, table
from multitv.reconciliation.change_set import ChangeSet, load_change_set
from multitv.reconciliation.guard import GUARD, NOBODY

log = logging.getLogger(__name__)

SHOWN = 10


def change_set_report(engine: Engine, change_set_id: int) -> str:
    """Log and return what a change set would do: counts by action, and a sample of each.

    Raises StagingMissing if there is no such change set, DatabaseUnavailable.
    """
    of_change_set = {"change_set": change_set_id}
    with transaction(engine) as connection:
        change_set = load_change_set(connection, change_set_id)
        actions = connection.execute(named("reconciliation/actions"), of_change_set).all()
        sample = connection.execute(named("reconciliation/sample"), of_change_set | {"shown": 3}).all()
    scope = (
        f"plano do cliente {change_set.client_plan}"
        if change_set.client_plan
        else f"{_client_plans(change_set.desired)} a atender"
    )
    ours = counted(change_set.managed, "assinante nosso", "assinantes nossos")
    losing = counted(change_set.removals, "plano de cliente perderia", "planos de clientes perderiam")
    lines = [
        f"# Alterações na plataforma ({change_set_id}): {size_of(change_set)}",
        "",
        f"* {scope}; na plataforma há {ours} e {counted(change_set.unmanaged, 'outro', 'outros')}",
        f"* {losing} um serviço, um aparelho ou o acesso",
    ]
    for concern in change_set.concerns:
        lines += ["", f"**{_opened(concern.sentence)}**"]
    if actions:
        rows = [
            [label(row.action), number(row.operations), number(row.client_plans), number(row.refused)]
            for row in actions
        ]
        lines += ["", *table(["operação", "a fazer", "planos de clientes", "impossíveis"], rows)]
        lines += ["", "## Algumas de cada", ""]
        lines += table(
            ["plano do cliente", "operação", "o quê", "mudança", "motivo"],
            [
                [
                    row.client_plan_id,
                    label(row.action),
                    row.target or "",
                    _change(row.before, row.after),
                    sentence(row.reason),
                ]
                for row in sample
            ],
        )
    return _logged(lines)


def outcome_report(engine: Engine, change_set_id: int) -> str:
    """Log and return the results of a change set: applied, rejected with reasons, what is left, who is unmanaged.

    Raises StagingMissing if there is no such change set, DatabaseUnavailable.
    """
    of_change_set = {"change_set": change_set_id}
    with transaction(engine) as connection:
        change_set = load_change_set(connection, change_set_id)
        results = connection.execute(named("reconciliation/count_results"), of_change_set).all()
        rejected = connection.execute(named("reconciliation/rejected"), of_change_set | {"shown": SHOWN}).all()
        left = connection.execute(named("reconciliation/count_differences"), of_change_set).one()
        unmanaged = connection.execute(named("reconciliation/unmanaged"), of_change_set | {"shown": SHOWN}).all()
        parked = connection.execute(named("reconciliation/parked_subscribers"), of_change_set | {"shown": SHOWN}).all()
        otherwise = connection.execute(named("reconciliation/stored_otherwise"), of_change_set | {"shown": SHOWN}).all()
    lines = [f"# Alterações na plataforma ({change_set_id})", "", f"Situação: {label(change_set.status)}"]
    if change_set.decided_by:
        lines += ["", _decision(change_set.decided_by)]
    if results:
        rows = [[label(row.action), label(row.status), number(row.operations)] for row in results]
        lines += ["", *table(["operação", "resultado", "quantas"], rows)]
    else:
        lines += ["", "A plataforma já serve o que foi vendido: não havia nada a fazer."]
    if rejected:
        rows = [
            [label(row.action), sentence(row.code), number(row.operations), number(row.client_plans)]
            for row in rejected
        ]
        lines += ["", "## Recusadas: a próxima reconciliação tenta de novo", ""]
        lines += table(["operação", "motivo", "quantas", "planos de clientes"], rows)
    if left.explained or left.unexplained:
        explained = counted(left.explained, "explicada por uma recusa", "explicadas por recusas")
        lines += ["", f"Diferenças que restam na plataforma: {explained}, {number(left.unexplained)} sem explicação."]
    lines += _stored_otherwise(otherwise) + _parked(parked)
    if change_set.unmanaged:
        untouched = counted(
            change_set.unmanaged,
            "assinante sem contrato, que não foi alterado",
            "assinantes sem contrato, que não foram alterados",
        )
        lines += ["", f"## {untouched}", ""]
        rows = [[row.subscriber_uid, row.external_id or "—"] for row in unmanaged]
        lines += table(["código na plataforma", "código externo"], rows)
    return _logged(lines)


def _stored_otherwise(rows: Sequence[Any]) -> list[str]:
    if not rows:
        return []
    found = counted(rows[0].found, "dado", "dados")
    return [
        "",
        f"## {found} que a plataforma aceitou e mostra de outra forma: sem novo envio enquanto nada mudar",
        "",
        *table(
            ["plano do cliente", "operação", "o quê", "enviado → mostrado"],
            [[row.client_plan_id, label(row.action), row.target or "", _change(row.sent, row.stored)] for row in rows],
        ),
    ]


def _parked(rows: Sequence[Any]) -> list[str]:
    if not rows:
        return []
    found = counted(rows[0].found, "assinante em quarentena", "assinantes em quarentena")
    return [
        "",
        f"## {found}: ninguém mexe neles até uma pessoa ver",
        "",
        *table(
            ["plano do cliente", "código na plataforma", "código externo", "motivo"],
            [
                [
                    row.client_plan_id or "—",
                    row.subscriber_uid or "—",
                    row.external_id or "—",
                    "; ".join(Reason(**reason).sentence for reason in row.reasons),
                ]
                for row in rows
            ],
        ),
    ]


def _decision(by: str) -> str:
    return f"Decisão: {label(by)}" if by in (GUARD, NOBODY) else f"Decisão de {escape(by)}"


def size_of(change_set: ChangeSet) -> str:
    """Return how much a change set would change, in Portuguese: "3 operações em 2 planos de clientes"."""
    return f"{counted(change_set.operations, 'operação', 'operações')} em {_client_plans(change_set.client_plans)}"


def _client_plans(count: int) -> str:
    return counted(count, "plano de cliente", "planos de clientes")


def _change(before: dict[str, Any] | None, after: dict[str, Any] | None) -> str:
    """Return the fields that differ between two states; if there is only one state, the target says enough."""
    if before is None or after is None:
        return ""
    return ", ".join(
        f"{label(name)}: {_value(name, before[name])} → {_value(name, value)}"
        for name, value in after.items()
        if before[name] != value
    )


def _value(name: str, value: Any) -> str:
    return label(value) if name == "status" else str(value or "—")


def _opened(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}{'' if text.endswith('?') else '.'}"


def _logged(lines: list[str]) -> str:
    report = "\n".join(lines)
    log.info("%s", report)
    return report
