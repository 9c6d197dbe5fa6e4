"""Reports of a change set and of its results, as Markdown.

What a change set would do is the approval form's text, in Portuguese; its results are for the task's log.
"""

from __future__ import annotations

import logging
from typing import Any

from sqlalchemy import Engine

from multitv.database.engine import transaction
from multitv.database.sql import named
from multitv.labels import label, sentence
from multitv.markdown import escape, table
from multitv.reconciliation.change_set import load_change_set

log = logging.getLogger(__name__)

SHOWN = 10


def change_set_report(engine: Engine, change_set_id: int) -> str:
    """Log and return what a change set would do, in Portuguese: counts by action, and a sample of each.

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
        else f"{change_set.desired} planos de clientes a atender"
    )
    size = f"{change_set.operations} operações em {change_set.client_plans} planos de clientes"
    lines = [
        f"# Alterações na plataforma ({change_set_id}): {size}",
        "",
        f"* {scope}; na plataforma há {change_set.managed} assinantes nossos e {change_set.unmanaged} outros",
        f"* {change_set.removals} planos de clientes perderiam um serviço ou um aparelho, ou seriam bloqueados",
    ]
    for concern in change_set.concerns:
        lines += ["", f"**{_opened(concern.sentence)}**"]
    if actions:
        rows = [[label(row.action), row.operations, row.client_plans, row.refused] for row in actions]
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
    decision = f", decided by {escape(change_set.decided_by)}" if change_set.decided_by else ""
    lines = [f"# Change set {change_set_id}: {change_set.status}{decision}"]
    if results:
        rows = [[row.action, row.status, row.operations] for row in results]
        lines += ["", *table(["action", "outcome", "operations"], rows)]
    else:
        lines += ["", "The platform serves what was sold: nothing had to be done."]
    if rejected:
        rows = [[row.reason, row.operations, row.client_plans] for row in rejected]
        lines += ["", "## Rejected, and tried again by the next run", ""]
        lines += table(["reason", "operations", "client plans"], rows)
    if left.explained or left.unexplained:
        lines += ["", f"Left after a second look: {left.explained} explained, {left.unexplained} unexplained."]
    if change_set.unmanaged:
        lines += ["", f"## {change_set.unmanaged} subscribers are unmanaged, and were not touched", ""]
        lines += table(["subscriber", "external id"], [[row.subscriber_uid, row.external_id] for row in unmanaged])
    return _logged(lines)


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
