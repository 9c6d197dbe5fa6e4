"""Corrections of single events by a person: a pending event is voided, a processed one reversed. Nothing is edited."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import Connection, Engine

from multitv.billing.explanation import Explanation
from multitv.billing.run import Tally, lock_due_date
from multitv.database.engine import transaction
from multitv.database.locks import lock
from multitv.database.rows import read_as
from multitv.database.sql import named
from multitv.errors import PermanentError

log = logging.getLogger(__name__)

Action = Literal["void", "reverse"]
# The lock for posting credits, taken after the lock of the due date: any run may post credits of any due date.
CREDITS = "billing credits"


class CorrectionRefused(PermanentError):
    """The event cannot be corrected this way. The message says why and what to do."""


@dataclass(frozen=True)
class Corrected:
    """A correction that was made. `reversal_event` is the credit, None for a void; `posted`: an invoice has it."""

    event: int
    action: Action
    reversal_event: int | None
    posted: bool
    explanation: str


def correct(engine: Engine, event: int, action: Action, *, reason: str, author: str, rebill: bool = False) -> Corrected:
    """Void a pending charge, or reverse a processed one, once, in one transaction.

    The credit goes on the charge's invoice, or on the client plan's next open invoice if that one is no longer open.
    Until there is one it stays pending, and a later settlement posts it. With `rebill` the next run of the due date may
    charge the client package for the month again. Repeating a correction with the same arguments changes nothing.
    Raises CorrectionRefused, DatabaseUnavailable.
    """
    reason, author = reason.strip(), author.strip()
    if not reason or not author:
        raise CorrectionRefused("A correction needs a reason and an author. Nothing was written.")
    with transaction(engine) as connection:
        due_date = connection.execute(named("billing/event_due_date"), {"event": event}).scalar_one_or_none()
        if due_date is None:
            raise CorrectionRefused(f"There is no event {event}: look its number up again. Nothing was written.")
        lock_due_date(connection, due_date)
        known = connection.execute(named("billing/read_correction"), {"event": event}).one_or_none()
        if known is not None:
            if (known.action, known.reason, known.author, known.rebill) != (action, reason, author, rebill):
                raise CorrectionRefused(
                    f"Event {event} was corrected before ({known.action}, by {known.author}: {known.reason}). "
                    "Nothing was written."
                )
            return _corrected(connection, event, due_date, action, known.reversal_event_id)
        of_event: dict[str, object] = {"event": event, "due_date": due_date}
        # In the order of a settlement. Another due date may be taking the charge along, because the due day moved.
        lock(connection, CREDITS)
        connection.execute(named("billing/lock_charged_months"), {"due_date": due_date})
        reversal = _CORRECTIONS[action](connection, of_event)
        connection.execute(
            named("billing/insert_correction"),
            of_event
            | {
                "action": action,
                "reason": reason,
                "author": author,
                "rebill": rebill,
                "reversal": reversal,
            },
        )
        post_credits(connection)
        corrected = _corrected(connection, event, due_date, action, reversal)
    log.info("Event %s: %s by %s (%s). %s", event, action, author, reason, corrected.explanation)
    if reversal is not None and not corrected.posted:
        log.warning("No open invoice can carry reversal %s yet: a later settlement posts it.", reversal)
    return corrected


def post_credits(connection: Connection) -> Tally:
    """Post the pending reversals that have an open invoice. Return their number and their sum in reais."""
    lock(connection, CREDITS)
    return read_as(Tally, connection.execute(named("billing/post_credits")).one())


def _void(connection: Connection, event: dict[str, object]) -> None:
    _require(connection, event, "pending", "voided", "a processed one is reversed")
    connection.execute(named("billing/void_event"), event)


def _reverse(connection: Connection, event: dict[str, object]) -> int:
    _require(connection, event, "processed", "reversed", "a pending one is voided")
    return int(connection.execute(named("billing/insert_reversal"), event).scalar_one())


def _require(connection: Connection, event: dict[str, object], status: str, done: str, other: str) -> None:
    """Lock the event. Raises CorrectionRefused unless it is a charge of this status."""
    row = connection.execute(named("billing/lock_event"), event).one()
    if (row.kind, row.status) == ("charge", status):
        return
    hint = f", {other}" if row.kind == "charge" and row.status in ("pending", "processed") else ""
    raise CorrectionRefused(
        f"Event {event['event']} is a {row.status} {row.kind}: only a {status} charge is {done}{hint}. "
        "Nothing was written."
    )


_CORRECTIONS = {"void": _void, "reverse": _reverse}


def _corrected(connection: Connection, event: int, due_date: date, action: Action, reversal: int | None) -> Corrected:
    shown = event if reversal is None else reversal
    row = connection.execute(named("billing/explain_event"), {"event": shown}).one()
    posted = False
    if reversal is not None:
        credit = connection.execute(named("billing/lock_event"), {"event": reversal, "due_date": due_date}).one()
        posted = credit.status == "processed"
    return Corrected(event, action, reversal, posted, read_as(Explanation, row).line())
