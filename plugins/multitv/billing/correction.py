"""Corrections of single events by a person: a pending event is voided, a processed one reversed. Nothing is edited."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import Connection, Engine, Row

from multitv.billing.explanation import Explanation
from multitv.billing.run import Tally, lock_due_date
from multitv.database.engine import reading, transaction
from multitv.database.locks import lock
from multitv.database.rows import read_as
from multitv.database.sql import named
from multitv.errors import Refusal
from multitv.event_codes import event_code
from multitv.labels import label
from multitv.markdown import table
from multitv.money import reais

log = logging.getLogger(__name__)

Action = Literal["void", "reverse"]
# The lock for posting credits, taken after the lock of the due date: any run may post credits of any due date.
CREDITS = "billing credits"


class CorrectionRefused(Refusal):
    """The event cannot be corrected this way. The message says why and what to do."""


@dataclass(frozen=True)
class Question:
    """What a person is asked before an event is corrected: a line, and as Markdown whose event it is."""

    subject: str
    body: str


@dataclass(frozen=True)
class EventToCorrect:
    """An event with its names. `amount` is in reais; `author` is that of its correction, None if it has none."""

    id: int
    client: str | None
    client_plan_id: int
    package: str
    due_date: date
    reference_month: date
    kind: Literal["charge", "reversal"]
    status: Literal["pending", "processed", "cancelled"]
    amount: Decimal
    author: str | None


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
    if not reason:
        raise CorrectionRefused("correction_without_reason", field="reason")
    if not author:
        raise CorrectionRefused("correction_without_author")
    with transaction(engine) as connection:
        due_date = connection.execute(named("billing/event_due_date"), {"event": event}).scalar_one_or_none()
        if due_date is None:
            raise CorrectionRefused("event_unknown", event=event_code(event))
        lock_due_date(connection, due_date)
        known = connection.execute(named("billing/read_correction"), {"event": event}).one_or_none()
        if known is not None:
            if (known.action, known.reason, known.author, known.rebill) != (action, reason, author, rebill):
                raise CorrectionRefused(
                    "event_corrected_before",
                    event=event_code(event),
                    author=known.author,
                    action=known.action,
                    reason=known.reason,
                )
            return _corrected(connection, event, due_date, action, known.reversal_event_id)
        of_event: dict[str, object] = {"event": event, "due_date": due_date}
        # In the order of a settlement. Another due date may be taking the charge along, because the due day moved.
        lock(connection, CREDITS)
        connection.execute(named("billing/lock_charged_months"), {"due_date": due_date})
        _require(connection.execute(named("billing/lock_event"), of_event).one(), action)
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
    log.info(
        "Event %s (%s): %s by %s (%s). %s", event_code(event), event, action, author, reason, corrected.explanation
    )
    if reversal is not None and not corrected.posted:
        log.warning(
            "No open invoice can carry reversal %s (%s) yet: a later settlement posts it.",
            event_code(reversal),
            reversal,
        )
    return corrected


def question(engine: Engine, event: int, action: Action, *, reason: str, rebill: bool) -> Question:
    """Return what to ask a person before this correction. Changes nothing.

    Raises CorrectionRefused if it cannot be made, DatabaseUnavailable.
    """
    if not reason.strip():
        raise CorrectionRefused("correction_without_reason", field="reason")
    with reading(engine) as connection:
        row = connection.execute(named("billing/event_to_correct"), {"event": event}).one_or_none()
    if row is None:
        raise CorrectionRefused("event_unknown", event=event_code(event))
    found = read_as(EventToCorrect, row)
    # Whether a correction is the same as one before, which is no error, is for `correct` to tell.
    if found.author is None:
        _require(found, action)
    return _question(found, action, reason, rebill=rebill)


def _question(event: EventToCorrect, action: Action, reason: str, *, rebill: bool) -> Question:
    code = event_code(event.id)
    facts: list[tuple[str, object]] = [
        ("evento", code),
        ("cliente", event.client or "cliente desconhecido"),
        ("contrato", event.client_plan_id),
        ("pacote", event.package),
        ("competência", f"{event.reference_month:%m/%Y}"),
        ("vencimento", f"{event.due_date:%d/%m/%Y}"),
        ("valor", reais(event.amount)),
        ("situação", label(event.status)),
        ("motivo", reason),
        ("pode ser cobrado de novo", "sim" if rebill else "não"),
    ]
    body = table(["", "o que será corrigido"], facts)
    if event.author is not None:
        body += ["", "Este evento já foi corrigido: nada muda se for a mesma correção, e outra será recusada."]
    return Question(f"{label(action)} o evento {code}, de {reais(event.amount)}?", "\n".join(body))


def post_credits(connection: Connection) -> Tally:
    """Post the pending reversals that have an open invoice. Return their number and their sum in reais."""
    lock(connection, CREDITS)
    return read_as(Tally, connection.execute(named("billing/post_credits")).one())


def _void(connection: Connection, event: dict[str, object]) -> None:
    connection.execute(named("billing/void_event"), event)


def _reverse(connection: Connection, event: dict[str, object]) -> int:
    return int(connection.execute(named("billing/insert_reversal"), event).scalar_one())


def _require(event: Row[Any] | EventToCorrect, action: Action) -> None:
    """Raises CorrectionRefused unless the event is a charge of the status that the action needs."""
    if event.kind != "charge":
        raise CorrectionRefused("event_is_no_charge", event=event_code(event.id))
    if event.status == "cancelled":
        raise CorrectionRefused("event_is_cancelled", event=event_code(event.id))
    if action == "void" and event.status != "pending":
        raise CorrectionRefused("event_is_not_pending", event=event_code(event.id))
    if action == "reverse" and event.status != "processed":
        raise CorrectionRefused("event_is_not_processed", event=event_code(event.id))


_CORRECTIONS = {"void": _void, "reverse": _reverse}


def _corrected(connection: Connection, event: int, due_date: date, action: Action, reversal: int | None) -> Corrected:
    shown = event if reversal is None else reversal
    row = connection.execute(named("billing/explain_event"), {"event": shown}).one()
    posted = False
    if reversal is not None:
        credit = connection.execute(named("billing/lock_event"), {"event": reversal, "due_date": due_date}).one()
        posted = credit.status == "processed"
    return Corrected(event, action, reversal, posted, read_as(Explanation, row).line())
