"""Decides whether a change set is applied as it is, or a person has to approve it first."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine

from multitv.database.engine import transaction
from multitv.database.sql import named
from multitv.labels import Reason, reasons_as_json
from multitv.reconciliation.change_set import ChangeSet, load_change_set
from multitv.reconciliation.errors import NotApproved
from multitv.settings import Settings

log = logging.getLogger(__name__)

# Stored as decided_by if no person decided.
GUARD = "guard"
NOBODY = "no_answer"
# By concern, the setting whose limit is exceeded.
LIMITS = {
    "many_removals": "MULTITV_RECONCILIATION_MAX_REMOVALS",
    "large_share_of_removals": "MULTITV_RECONCILIATION_MAX_REMOVAL_SHARE",
    "large_share_of_changes": "MULTITV_RECONCILIATION_MAX_CHANGE_SHARE",
    "fewer_client_plans": "MULTITV_RECONCILIATION_MAX_SHRINK",
    "fewer_subscribers": "MULTITV_RECONCILIATION_MAX_SHRINK",
}


@dataclass(frozen=True)
class Assessment:
    """Why a person has to approve the change set; empty if nobody has to."""

    concerns: tuple[Reason, ...]


def assess(engine: Engine, change_set_id: int, settings: Settings, *, allow_removals: bool = False) -> Assessment:
    """Record what is unusual about a change set; approve it if nothing is, and verify it if it is empty.

    `allow_removals`: a person has confirmed that many removals are intended. A decision that was made before stays.
    Raises StagingMissing if there is no such change set, DatabaseUnavailable.
    """
    with transaction(engine) as connection:
        change_set = load_change_set(connection, change_set_id)
        if change_set.status != "planned":
            return Assessment(())
        before = connection.execute(named("reconciliation/last_desired"), {"change_set": change_set_id}).scalar()
        concerns = (
            () if not change_set.operations else _concerns(change_set, before, settings, allow_removals=allow_removals)
        )
        connection.execute(
            named("reconciliation/record_concerns"),
            {"change_set": change_set_id, "concerns": reasons_as_json(concerns)},
        )
        if not concerns:
            connection.execute(
                named("reconciliation/record_decision"),
                {
                    "change_set": change_set_id,
                    "status": "approved" if change_set.operations else "verified",
                    "by": GUARD,
                    "at": datetime.now(UTC),
                },
            )
    return Assessment(concerns)


def record_decision(engine: Engine, change_set_id: int, *, approved: bool, by: str, at: datetime) -> None:
    """Record a person's decision. Repeating it changes nothing.

    Raises NotApproved if another decision was made before, or if the change set is no longer current; StagingMissing if
    there is no such change set; DatabaseUnavailable.
    """
    status = "approved" if approved else "rejected"
    with transaction(engine) as connection:
        decision = {"change_set": change_set_id, "status": status, "by": by, "at": at}
        if connection.execute(named("reconciliation/record_decision"), decision).first() is None:
            change_set = load_change_set(connection, change_set_id)
            if (change_set.status, change_set.decided_by) != (status, by):
                raise NotApproved(
                    f"Change set {change_set_id} is {change_set.status} (decided by {change_set.decided_by or 'nobody'}"
                    f"), so it cannot be {status} by {by} now. Nothing was written. Trigger a new run."
                )


def _concerns(
    change_set: ChangeSet, desired_before: int | None, settings: Settings, *, allow_removals: bool
) -> tuple[Reason, ...]:
    # A run for one client plan was asked for by a person, so nothing about it is unusual.
    if change_set.client_plan is not None:
        return ()
    found = [] if allow_removals else _removals(change_set, settings)
    return (*found, *_extent(change_set, settings), *_shrinkage(change_set, desired_before, settings))


def _removals(change_set: ChangeSet, settings: Settings) -> list[Reason]:
    found = []
    removals, managed = change_set.removals, change_set.managed
    limit, share = settings.reconciliation_max_removals, settings.reconciliation_max_removal_share
    if removals > limit:
        found.append(Reason("many_removals", {"removals": removals, "limit": limit}))
    if removals > share * managed:
        shown = {"removals": removals, "share": share, "managed": managed}
        found.append(Reason("large_share_of_removals", shown))
    return found


def _extent(change_set: ChangeSet, settings: Settings) -> list[Reason]:
    known = max(change_set.managed, change_set.provisioned)
    share = settings.reconciliation_max_change_share
    # On an empty platform where we never provisioned anybody, everybody is new.
    if not known or change_set.client_plans <= share * known:
        return []
    return [Reason("large_share_of_changes", {"client_plans": change_set.client_plans, "share": share, "known": known})]


def _shrinkage(change_set: ChangeSet, desired_before: int | None, settings: Settings) -> list[Reason]:
    left = 1 - settings.reconciliation_max_shrink
    found = []
    if desired_before is not None and change_set.desired < left * desired_before:
        found.append(Reason("fewer_client_plans", {"desired": change_set.desired, "before": desired_before}))
    if change_set.managed < left * change_set.provisioned:
        shown = {"managed": change_set.managed, "provisioned": change_set.provisioned}
        found.append(Reason("fewer_subscribers", shown))
    return found
