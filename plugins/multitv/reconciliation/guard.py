"""Whether a plan is applied as it is, or a person has to look at it first."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine

from multitv.database.engine import transaction
from multitv.database.sql import named
from multitv.reconciliation.errors import NotApproved
from multitv.reconciliation.plan import Plan, plan_of
from multitv.settings import Settings

log = logging.getLogger(__name__)

GUARD = "guard"


@dataclass(frozen=True)
class Verdict:
    """Why a person has to be asked, a line each; empty if nobody has."""

    concerns: tuple[str, ...]


def judge(engine: Engine, plan_id: int, settings: Settings, *, allow_removals: bool = False) -> Verdict:
    """Keep with the plan what is unusual about it; approve it if nothing is, finish it if there is nothing to apply.

    `allow_removals` is a person's word that so many removals are meant. A plan that was decided keeps its decision.
    Raises DatabaseUnavailable.
    """
    with transaction(engine) as connection:
        plan = plan_of(connection, plan_id)
        if plan.status != "planned":
            return Verdict(())
        before = connection.execute(named("reconciliation/last_desired"), {"plan": plan_id}).scalar()
        concerns = () if not plan.operations else _concerns(plan, before, settings, allow_removals=allow_removals)
        connection.execute(named("reconciliation/note_concerns"), {"plan": plan_id, "concerns": list(concerns)})
        if not concerns:
            connection.execute(
                named("reconciliation/decide"),
                {
                    "plan": plan_id,
                    "status": "approved" if plan.operations else "verified",
                    "by": GUARD,
                    "at": datetime.now(UTC),
                },
            )
    return Verdict(concerns)


def decide(engine: Engine, plan_id: int, *, approved: bool, by: str, at: datetime) -> None:
    """Keep a person's word. Repeating it changes nothing.

    Raises NotApproved if another decision was made before, or if the plan is not current any more, DatabaseUnavailable.
    """
    status = "approved" if approved else "rejected"
    with transaction(engine) as connection:
        decision = {"plan": plan_id, "status": status, "by": by, "at": at}
        if connection.execute(named("reconciliation/decide"), decision).first() is None:
            plan = plan_of(connection, plan_id)
            if (plan.status, plan.decided_by) != (status, by):
                raise NotApproved(
                    f"Plan {plan_id} is {plan.status} (decided by {plan.decided_by or 'nobody'}), so it cannot be "
                    f"{status} by {by} now. Nothing was written. Trigger a new run."
                )


def _concerns(plan: Plan, desired_before: int | None, settings: Settings, *, allow_removals: bool) -> tuple[str, ...]:
    # Of one client plan that somebody asked for, nothing is unusual.
    if plan.client_plan is not None:
        return ()
    found = [] if allow_removals else _removals(plan, settings)
    return (*found, *_extent(plan, settings), *_shrinkage(plan, desired_before, settings))


def _removals(plan: Plan, settings: Settings) -> list[str]:
    found = []
    what = f"{plan.removals} client plans would lose a service or a device, or be blocked"
    if plan.removals > settings.reconciliation_max_removals:
        found.append(f"{what}, more than {settings.reconciliation_max_removals} (MULTITV_RECONCILIATION_MAX_REMOVALS).")
    if plan.removals > settings.reconciliation_max_removal_share * plan.managed:
        found.append(
            f"{what}, more than {settings.reconciliation_max_removal_share:.0%} of the {plan.managed} subscribers that "
            "are ours (MULTITV_RECONCILIATION_MAX_REMOVAL_SHARE)."
        )
    return found


def _extent(plan: Plan, settings: Settings) -> list[str]:
    known = max(plan.managed, plan.provisioned)
    # On an empty platform, for which we never provisioned anybody, everybody is new.
    if not known or plan.client_plans <= settings.reconciliation_max_change_share * known:
        return []
    share = f"{settings.reconciliation_max_change_share:.0%} of the {known} that we know"
    setting = "MULTITV_RECONCILIATION_MAX_CHANGE_SHARE"
    return [f"{plan.client_plans} client plans would change, more than {share} ({setting})."]


def _shrinkage(plan: Plan, desired_before: int | None, settings: Settings) -> list[str]:
    left = 1 - settings.reconciliation_max_shrink
    found = []
    if desired_before is not None and plan.desired < left * desired_before:
        found.append(
            f"The ERP has {plan.desired} client plans to serve, and had {desired_before} when a plan was last "
            "verified: is it complete? (MULTITV_RECONCILIATION_MAX_SHRINK)"
        )
    if plan.managed < left * plan.provisioned:
        found.append(
            f"The platform has {plan.managed} of the {plan.provisioned} subscribers that we provisioned: is it the "
            "right platform, and complete? (MULTITV_RECONCILIATION_MAX_SHRINK)"
        )
    return found
