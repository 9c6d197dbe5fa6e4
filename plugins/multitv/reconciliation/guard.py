"""Decides what of a change set is applied, what waits for a person, and what no basis for any change is."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine

from multitv.database.engine import transaction
from multitv.database.locks import lock
from multitv.database.sql import named
from multitv.labels import Reason, reasons_as_json
from multitv.reconciliation.change_set import ChangeSet, load_change_set
from multitv.reconciliation.errors import NotApproved, SourceShrunken
from multitv.settings import Settings

log = logging.getLogger(__name__)

# Stored as decided_by if no person decided on this change set.
GUARD = "guard"
ALLOWED = "allow_removals"
NOBODY = "no_answer"
# By concern, the setting whose limit is exceeded.
LIMITS = {
    "many_removals": "MULTITV_RECONCILIATION_MAX_REMOVALS",
    "large_share_of_removals": "MULTITV_RECONCILIATION_MAX_REMOVAL_SHARE",
    "fewer_client_plans": "MULTITV_RECONCILIATION_MAX_SHRINK",
    "fewer_subscribers": "MULTITV_RECONCILIATION_MAX_SHRINK",
    "contracts_are_gone": "MULTITV_RECONCILIATION_MAX_SHRINK",
    "nearly_all_new": "MULTITV_RECONCILIATION_MAX_CHANGE_SHARE",
}
_LOCK = "reconciliation guard"


@dataclass(frozen=True)
class Assessment:
    """What was held back. `concerns`: why a person has to approve it, empty if nobody has to.

    `questions`: the change sets of the questions whose runs have to be started, or ended because nothing is to be asked
    any more.
    """

    concerns: tuple[Reason, ...]
    questions: tuple[int, ...]


def assess(
    engine: Engine,
    change_set_id: int,
    settings: Settings,
    *,
    allow_removals: bool = False,
    allow_shrink: bool = False,
) -> Assessment:
    """Approve a change set, or verify it if it is empty, once what needs a person is split from it.

    `allow_removals`, `allow_shrink`: a person has confirmed that the removals are intended, that ERP and platform are
    complete. A decision that was made before stays. Raises SourceShrunken, and nothing of the change set is applied;
    StagingMissing if there is no such change set, DatabaseUnavailable.
    """
    if not allow_shrink:
        _require_whole_sources(engine, change_set_id, settings)
    with transaction(engine) as connection:
        lock(connection, _LOCK)
        change_set = load_change_set(connection, change_set_id)
        concerns: tuple[Reason, ...] = ()
        if change_set.status == "planned":
            # A run for one client plan was asked for by a person, so nothing about it is unusual.
            if change_set.client_plan is None and not allow_removals:
                concerns = _hold_back(connection, change_set, settings)
            left = load_change_set(connection, change_set_id)
            connection.execute(
                named("reconciliation/record_decision"),
                {
                    "change_set": change_set_id,
                    "made_at": None,
                    "status": "approved" if left.operations else "verified",
                    "by": ALLOWED if allow_removals and left.removals else GUARD,
                    "at": datetime.now(UTC),
                },
            )
        questions = connection.execute(named("reconciliation/questions_to_run")).scalars().all()
    return Assessment(concerns, tuple(questions))


def record_decision(
    engine: Engine, change_set_id: int, *, approved: bool, by: str, at: datetime, made_at: datetime | None = None
) -> None:
    """Record a person's decision. Repeating it changes nothing.

    `made_at`: when the change set was made that the person was asked about, if that is known. Raises NotApproved if
    another decision was made before, if the change set is no longer current, or if it is another one, of the same
    number; StagingMissing if there is no such change set; DatabaseUnavailable.
    """
    status = "approved" if approved else "rejected"
    with transaction(engine) as connection:
        lock(connection, _LOCK)
        decision = {"change_set": change_set_id, "made_at": made_at, "status": status, "by": by, "at": at}
        if connection.execute(named("reconciliation/record_decision"), decision).first() is None:
            change_set = load_change_set(connection, change_set_id)
            if made_at is not None and change_set.created_at != made_at:
                raise NotApproved(
                    f"Change set {change_set_id} is not the one that was asked about, which was made at {made_at}: the "
                    "database was restored to an earlier moment, and its number was given out again. Nothing was "
                    "written. The next hourly run asks again about what is then to be removed."
                )
            if (change_set.status, change_set.decided_by) != (status, by):
                raise NotApproved(
                    f"Change set {change_set_id} is {change_set.status} (decided by {change_set.decided_by or 'nobody'}"
                    f"), so it cannot be {status} by {by} now. Nothing was written. If a newer question replaced it, "
                    "answer that one; otherwise the next run asks again."
                )


def asked_questions(engine: Engine) -> list[int]:
    """Return the questions that a person was asked and that wait for an answer. Raises DatabaseUnavailable."""
    with transaction(engine) as connection:
        return list(connection.execute(named("reconciliation/asked_questions")).scalars())


def ask_again(engine: Engine, questions: Collection[int]) -> None:
    """Have the runs of these questions started anew, of those that still wait. Raises DatabaseUnavailable."""
    with transaction(engine) as connection:
        lock(connection, _LOCK)
        connection.execute(named("reconciliation/ask_again"), {"questions": list(questions)})


def start_question(engine: Engine, change_set_id: int) -> float | None:
    """Record that a person is asked; return for how many seconds an answer was awaited before.

    Returns None if no answer is needed any more; the question is then closed, or was decided before.
    """
    with transaction(engine) as connection:
        question = {"question": change_set_id}
        waited = connection.execute(named("reconciliation/mark_asked"), question).scalar()
        if waited is None:
            connection.execute(named("reconciliation/mark_closed"), question)
        return None if waited is None else float(waited)


def _require_whole_sources(engine: Engine, change_set_id: int, settings: Settings) -> None:
    with transaction(engine) as connection:
        change_set = load_change_set(connection, change_set_id)
        if change_set.status != "planned" or not change_set.of_all:
            return
        before = connection.execute(named("reconciliation/last_full"), {"change_set": change_set_id}).one_or_none()
        concerns = _of_sources(change_set, before.desired if before else None, settings)
        if not concerns:
            return
        _record_concerns(connection, change_set_id, concerns)
    why = "; ".join(f"{concern}, limited by {LIMITS[concern.code]}" for concern in concerns)
    raise SourceShrunken(
        f"Change set {change_set_id}: {why}. Nothing was sent to the platform, and nobody is asked. See that the ERP "
        "is completely loaded, with the client plans' own numbers, and that the connection beenius_default leads to "
        "the right platform; then trigger a new run. If both are as they should be, trigger it with allow_shrink."
    )


def _of_sources(change_set: ChangeSet, desired_before: int | None, settings: Settings) -> tuple[Reason, ...]:
    left, share = 1 - settings.reconciliation_max_shrink, settings.reconciliation_max_change_share
    desired, managed = change_set.desired, change_set.managed
    found = []
    if desired_before is not None and desired + change_set.ended_or_parked < left * desired_before:
        found.append(Reason("fewer_client_plans", {"desired": desired, "before": desired_before}))
    if managed < left * change_set.provisioned:
        found.append(Reason("fewer_subscribers", {"managed": managed, "provisioned": change_set.provisioned}))
    gone = change_set.without_contract
    if gone > settings.reconciliation_max_shrink * (managed + gone):
        found.append(Reason("contracts_are_gone", {"without_contract": gone, "managed": managed}))
    # An ISP that grows has not made as many before; where nobody was ever provisioned, everybody is new.
    if min(change_set.creations, change_set.recorded) > share * desired:
        shown = {"creations": change_set.creations, "desired": desired, "recorded": change_set.recorded}
        found.append(Reason("nearly_all_new", shown))
    return tuple(found)


def _hold_back(connection: Connection, change_set: ChangeSet, settings: Settings) -> tuple[Reason, ...]:
    """Split what needs a person from a change set, and see that exactly one question asks it; return why."""
    of_change_set = {"change_set": change_set.id}
    connection.execute(named("reconciliation/list_removals"), of_change_set)
    counts = connection.execute(named("reconciliation/count_removals"), of_change_set).one()
    # What waits for an answer is not carried out, but a full run would count it: so it is held with the rest.
    others = counts.recent + (0 if change_set.of_all else counts.waiting)
    concerns = _of_removals(counts.undecided, others, _managed(connection, change_set), settings)
    connection.execute(named("reconciliation/list_held"), of_change_set | {"ask": bool(concerns)})
    _ask(connection, change_set, concerns, settings)
    if concerns or counts.rejected:
        connection.execute(named("reconciliation/take_out_held"), of_change_set)
        connection.execute(named("reconciliation/count_operations"), of_change_set)
    return concerns


def _ask(connection: Connection, change_set: ChangeSet, concerns: tuple[Reason, ...], settings: Settings) -> None:
    """See that one question asks about everything that is held, and none if nothing is.

    An event-driven change set knows nothing of what others hold: it adds to the open question, and never ends it.
    """
    of_change_set = {"change_set": change_set.id}
    hours = settings.reconciliation_approval_hours
    asked = connection.execute(named("reconciliation/open_question"), {"hours": hours}).one_or_none()
    stands = asked is not None and asked.complete and not asked.forgotten
    if asked and not (concerns and stands) and (concerns or change_set.of_all):
        connection.execute(named("reconciliation/supersede_question"), {"question": asked.id})
    if not concerns or stands:
        return
    # The time for an answer runs from the first question on.
    since = asked.waiting_since if asked and not asked.forgotten else None
    given = of_change_set | {"waiting_since": since}
    question = int(connection.execute(named("reconciliation/insert_question"), given).scalar_one())
    before = asked.id if asked and not change_set.of_all else None
    connection.execute(named("reconciliation/copy_held"), of_change_set | {"question": question, "before": before})
    connection.execute(named("reconciliation/count_operations"), {"change_set": question})
    _record_concerns(connection, question, concerns)


def _managed(connection: Connection, change_set: ChangeSet) -> int:
    """Return how many subscribers are ours, of which a change set of some client plans knows a few only.

    The last full run counted them before it made those that it made.
    """
    if change_set.of_all:
        return change_set.managed
    full = connection.execute(named("reconciliation/last_full"), {"change_set": change_set.id}).one_or_none()
    return max(full.managed, full.desired) if full else change_set.managed


def _of_removals(removals: int, recent: int, managed: int, settings: Settings) -> tuple[Reason, ...]:
    if not removals:
        return ()
    limit, share = settings.reconciliation_max_removals, settings.reconciliation_max_removal_share
    counts = {"removals": removals, "recent": recent}
    found = []
    if removals + recent > limit:
        found.append(Reason("many_removals", counts | {"limit": limit}))
    if removals + recent > share * managed:
        found.append(Reason("large_share_of_removals", counts | {"share": share, "managed": managed}))
    return tuple(found)


def _record_concerns(connection: Connection, change_set_id: int, concerns: tuple[Reason, ...]) -> None:
    connection.execute(
        named("reconciliation/record_concerns"), {"change_set": change_set_id, "concerns": reasons_as_json(concerns)}
    )
