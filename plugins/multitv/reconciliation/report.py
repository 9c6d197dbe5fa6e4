"""What a plan would do, and what came of it, as Markdown for a person to read in the task's log or when asked."""

from __future__ import annotations

import logging
from typing import Any

from sqlalchemy import Engine

from multitv.database.engine import transaction
from multitv.database.sql import named
from multitv.markdown import escape, table
from multitv.reconciliation.plan import plan_of

log = logging.getLogger(__name__)

SHOWN = 10


def plan_report(engine: Engine, plan_id: int) -> str:
    """Log and return what a plan would do: counts by action, a sample of each, who is nobody's.

    Raises DatabaseUnavailable.
    """
    of_plan = {"plan": plan_id}
    with transaction(engine) as connection:
        plan = plan_of(connection, plan_id)
        actions = connection.execute(named("reconciliation/actions"), of_plan).all()
        sample = connection.execute(named("reconciliation/sample"), of_plan | {"shown": 3}).all()
    scope = f"client plan {plan.client_plan}" if plan.client_plan else f"{plan.desired} client plans to serve"
    lines = [
        f"# Plan {plan_id}: {plan.operations} operations on {plan.client_plans} client plans",
        "",
        f"* {scope}; on the platform {plan.managed} subscribers that are ours, {plan.unmanaged} that are not",
        f"* {plan.removals} client plans would lose a service or a device, or be blocked",
    ]
    for concern in plan.concerns:
        lines += ["", f"**{concern}**"]
    if actions:
        rows = [[row.action, row.operations, row.client_plans, row.refused] for row in actions]
        lines += ["", *table(["action", "to be done", "client plans", "impossible"], rows)]
        lines += ["", "## Some of each", ""]
        lines += table(
            ["client plan", "action", "what", "change", "reason"],
            [
                [row.client_plan_id, row.action, row.target or "", _change(row.before, row.after), row.reason]
                for row in sample
            ],
        )
    return _told(lines)


def outcome_report(engine: Engine, plan_id: int) -> str:
    """Log and return what became of a plan: applied and rejected with reasons, what is left, who is nobody's.

    Raises DatabaseUnavailable.
    """
    of_plan = {"plan": plan_id}
    with transaction(engine) as connection:
        plan = plan_of(connection, plan_id)
        outcomes = connection.execute(named("reconciliation/outcomes"), of_plan).all()
        rejected = connection.execute(named("reconciliation/rejected"), of_plan | {"shown": SHOWN}).all()
        left = connection.execute(named("reconciliation/count_differences"), of_plan).one()
        unmanaged = connection.execute(named("reconciliation/unmanaged"), of_plan | {"shown": SHOWN}).all()
    decision = f", decided by {escape(plan.decided_by)}" if plan.decided_by else ""
    lines = [f"# Plan {plan_id}: {plan.status}{decision}"]
    if outcomes:
        rows = [[row.action, row.status, row.operations] for row in outcomes]
        lines += ["", *table(["action", "outcome", "operations"], rows)]
    else:
        lines += ["", "The platform serves what was sold: nothing had to be done."]
    if rejected:
        rows = [[row.reason, row.operations, row.client_plans] for row in rejected]
        lines += ["", "## Rejected, and tried again by the next run", ""]
        lines += table(["reason", "operations", "client plans"], rows)
    if left.explained or left.unexplained:
        lines += ["", f"Left after a second look: {left.explained} explained, {left.unexplained} unexplained."]
    if plan.unmanaged:
        lines += ["", f"## {plan.unmanaged} subscribers are nobody's, and were not touched", ""]
        lines += table(["subscriber", "external id"], [[row.subscriber_uid, row.external_id] for row in unmanaged])
    return _told(lines)


def _change(before: dict[str, Any] | None, after: dict[str, Any] | None) -> str:
    """Return what differs between two states; of one that comes or goes, its target says enough."""
    if before is None or after is None:
        return ""
    return ", ".join(f"{name}: {before[name]} → {value}" for name, value in after.items() if before[name] != value)


def _told(lines: list[str]) -> str:
    report = "\n".join(lines)
    log.info("%s", report)
    return report
