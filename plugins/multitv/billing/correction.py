"""Corrections of single events by a person: a pending event is voided, a processed one reversed; both are taken back.

Nothing is edited, and the last decision on an event counts.
"""

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

Action = Literal["void", "reverse", "take_back"]
# The lock for posting credits and charges that were carried on, taken after the lock of the due date: any run may post
# those of any due date.
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
    """An event with its names. Amounts are in reais.

    `holder`: the client when it was charged, None if the contract is still theirs. `rest`: what no credit gives back of
    it. `action` and `author` are those of its last correction, None if it has none; `given_back` is what was posted or
    paid out of its credit, `charge_event_id` the charge that took a correction of it back.
    """

    id: int
    client: str | None
    holder: str | None
    client_plan_id: int
    package: str
    due_date: date
    reference_month: date
    kind: Literal["charge", "reversal"]
    status: Literal["pending", "processed", "cancelled"]
    amount: Decimal
    reversed: bool
    rest: Decimal
    action: Action | None
    author: str | None
    charge_event_id: int | None
    given_back: Decimal | None

    @property
    def is_corrected(self) -> bool:
        """Whether a correction of it counts."""
        return self.action in ("void", "reverse")

    @property
    def is_charged_anew(self) -> bool:
        """Whether taking its correction back takes a new charge."""
        return self.action == "void" or bool(self.given_back)


@dataclass(frozen=True)
class Corrected:
    """A correction that was made. `reversal_event` is the credit, None for a void.

    `charge_event` is the new charge that takes a correction back, None if the corrected one counts again. `posted`: an
    invoice, or what is to be paid out, has all of the credit or of the new charge.
    """

    event: int
    action: Action
    reversal_event: int | None
    posted: bool
    explanation: str
    charge_event: int | None = None


def correct(engine: Engine, event: int, action: Action, *, reason: str, author: str, rebill: bool = False) -> Corrected:
    """Void a pending charge, reverse a processed one, or take the correction of one back, once, in one transaction.

    A credit goes on the client plan's next open invoices, from the charge's own on, as far as these are above zero;
    what is left waits for a later settlement. With `rebill` the next run of the due date may charge the client package
    for the month again; the same correction with another `rebill` changes that. Taking back voids a credit of which
    nothing was posted, and otherwise charges it again by a new event. Repeating a correction with the same arguments
    changes nothing. Raises CorrectionRefused, DatabaseUnavailable.
    """
    reason, author = reason.strip(), author.strip()
    if not reason:
        raise CorrectionRefused("correction_without_reason", field="reason")
    if not author:
        raise CorrectionRefused("correction_without_author")
    with transaction(engine) as connection:
        event = _charge_of(connection, event, action)
        due_date = connection.execute(named("billing/event_due_date"), {"event": event}).scalar_one_or_none()
        if due_date is None:
            raise CorrectionRefused("event_unknown", event=event_code(event))
        lock_due_date(connection, due_date)
        of_event: dict[str, object] = {"event": event, "due_date": due_date}
        known = connection.execute(named("billing/read_correction"), {"event": event}).one_or_none()
        rebill = rebill or action == "take_back"
        if known is not None and (known.action, known.reason, known.author, known.rebill) == (
            action,
            reason,
            author,
            rebill,
        ):
            return _corrected(connection, of_event, known)
        # In the order of a settlement. Another due date may be taking the charge along, because the due day moved.
        lock(connection, CREDITS)
        connection.execute(named("billing/lock_charged_months"), {"due_date": due_date})
        decision: dict[str, object] = {"action": action, "reason": reason, "author": author, "rebill": rebill}
        if action == "take_back":
            _take_back(connection, due_date, event, known, decision)
        elif known is not None and known.action == action and known.rebill != rebill:
            if rebill:
                _require_no_difference(connection, event, due_date)
            connection.execute(named("billing/decide_again"), decision | {"correction": known.id})
        else:
            _first_correction(connection, due_date, event, known, action, decision)
        post_credits(connection)
        connection.execute(named("billing/forget_excess"), of_event)
        made = connection.execute(named("billing/read_correction"), {"event": event}).one()
        corrected = _corrected(connection, of_event, made)
    log.info(
        "Event %s (%s): %s by %s (%s). %s", event_code(event), event, action, author, reason, corrected.explanation
    )
    waiting = corrected.charge_event if action == "take_back" else corrected.reversal_event
    if waiting is not None and not corrected.posted:
        log.warning(
            "No open invoice can carry all of event %s (%s) yet: a later settlement posts it.",
            event_code(waiting),
            waiting,
        )
    return corrected


def question(engine: Engine, event: int, action: Action, *, reason: str, rebill: bool) -> Question:
    """Return what to ask a person before this correction. Changes nothing.

    Raises CorrectionRefused if it cannot be made, DatabaseUnavailable.
    """
    if not reason.strip():
        raise CorrectionRefused("correction_without_reason", field="reason")
    with reading(engine) as connection:
        event = _charge_of(connection, event, action)
        row = connection.execute(named("billing/event_to_correct"), {"event": event}).one_or_none()
        if row is None:
            raise CorrectionRefused("event_unknown", event=event_code(event))
        found = read_as(EventToCorrect, row)
        # Whether a correction is the same as one before, which is no error, is for `correct` to tell.
        if action == "take_back" and found.action != "take_back":
            _require_to_take_back(connection, found)
        if action != "take_back" and not found.is_corrected:
            _require(found, action, found.charge_event_id)
            _require_no_difference(connection, found.id, found.due_date)
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
    ]
    if action == "take_back":
        facts.append(("o que acontece", _effect_of_taking_back(event)))
    else:
        facts.append(("pode ser cobrado de novo", "sim" if rebill else "não"))
    if action == "reverse" and event.rest != event.amount and not event.is_corrected:
        facts.append(("valor do estorno", f"{reais(event.rest)}: o resto já foi devolvido"))
    if action == "reverse" and event.holder is not None:
        facts.append(
            ("o crédito é de", f"{event.holder}, que era o cliente no vencimento: o contrato mudou de cliente")
        )
    body = table(["", "o que será corrigido"], facts)
    if event.is_corrected and action != "take_back":
        body += ["", "Este evento já foi corrigido: nada muda se for a mesma correção, e outra será recusada."]
    if event.action == action == "take_back":
        body += ["", "Esta correção já foi desfeita: nada muda se for o mesmo pedido, e outro será recusado."]
    of = "do" if action == "take_back" else "o"
    return Question(f"{label(action)} {of} evento {code}, de {reais(event.amount)}?", "\n".join(body))


def _effect_of_taking_back(event: EventToCorrect) -> str:
    if event.action == "void":
        return f"o cliente é cobrado: {reais(event.amount)}"
    if not event.given_back:
        return "o estorno, do qual nada foi devolvido ainda, é cancelado, e a cobrança volta a valer"
    return f"do estorno, {reais(event.given_back)} já foram devolvidos: um novo evento cobra o cliente de novo"


def post_carried(connection: Connection, *, settled: date | None, only: date | None = None) -> dict[date, Tally]:
    """Post the charges that wait for a later invoice of their client plans, by the due date of the charges.

    `settled` is the due date that is being settled: only then are invoices made for contracts that get none. `only`
    limits it to the charges of one due date.
    """
    lock(connection, CREDITS)
    rows = connection.execute(named("billing/post_carried"), {"settled": settled, "one_date": only}).all()
    for row in rows:
        if row.invoices:
            log.info("%s invoices were made for charges of %s that would get none.", row.invoices, row.due_date)
    return {row.due_date: Tally(row.events, row.amount) for row in rows}


def post_credits(connection: Connection) -> Tally:
    """Post what waits of credits on open invoices. Return the number of postings and their sum in reais."""
    lock(connection, CREDITS)
    return read_as(Tally, connection.execute(named("billing/post_credits")).one())


def add_adjustments(connection: Connection, since: date, until: date) -> Tally:
    """Add a pending credit for each row of the temporary table adjustment, and return their number and sum in reais.

    `since` and `until` are its first and last due date, whose locks the caller has. Nobody orders these credits, and
    the charges count as before. The database refuses more than was charged.
    """
    lock(connection, CREDITS)
    rows = connection.execute(named("billing/insert_adjustments"), {"since": since, "until": until}).all()
    return Tally(len(rows), sum((row.amount for row in rows), Decimal()))


def list_payouts(connection: Connection, settled: date) -> Tally:
    """List the credits for which no invoice will come for paying out. Return their number and their sum in reais."""
    lock(connection, CREDITS)
    return read_as(Tally, connection.execute(named("billing/list_payouts"), {"due_date": settled}).one())


def _charge_of(connection: Connection, event: int, action: Action) -> int:
    """Return the event to correct: of a credit whose correction is to be taken back, the charge."""
    if action != "take_back":
        return event
    charge = connection.execute(named("billing/corrected_event"), {"event": event}).scalar_one_or_none()
    return event if charge is None else int(charge)


def _first_correction(
    connection: Connection,
    due_date: date,
    event: int,
    known: Row[Any] | None,
    action: Action,
    decision: dict[str, object],
) -> None:
    """Void or reverse an event that no correction changed, or whose correction was taken back."""
    code = event_code(event)
    of_event: dict[str, object] = {"event": event, "due_date": due_date}
    if known is not None and known.action != "take_back":
        raise CorrectionRefused(
            "event_corrected_before", event=code, author=known.author, action=known.action, reason=known.reason
        )
    found = connection.execute(named("billing/lock_event"), of_event).one()
    _require(found, action, known.charge_event_id if known is not None else None)
    _require_no_difference(connection, event, due_date)
    reversal = None
    if action == "void":
        connection.execute(named("billing/void_event"), of_event)
    else:
        reversal = int(connection.execute(named("billing/insert_reversal"), of_event).scalar_one())
    connection.execute(named("billing/insert_correction"), of_event | decision | {"reversal": reversal})


def _take_back(
    connection: Connection, due_date: date, event: int, known: Row[Any] | None, decision: dict[str, object]
) -> None:
    """Take the last correction of an event back. Raises CorrectionRefused."""
    found = read_as(EventToCorrect, connection.execute(named("billing/event_to_correct"), {"event": event}).one())
    if known is not None and known.action == "take_back":
        raise CorrectionRefused(
            "event_corrected_before",
            event=event_code(event),
            author=known.author,
            action=known.action,
            reason=known.reason,
        )
    _require_to_take_back(connection, found)
    assert known is not None, "nothing else can be taken back"  # noqa: S101
    charge = connection.execute(named("billing/take_back"), decision | {"correction": known.id}).scalar_one()
    if charge is not None:
        connection.execute(named("billing/carry_charge"), {"event": charge, "due_date": due_date})
        post_carried(connection, settled=None, only=due_date)


def _require_to_take_back(connection: Connection, event: EventToCorrect) -> None:
    """Raises CorrectionRefused unless the last correction of the event can be taken back."""
    code = event_code(event.id)
    if not event.is_corrected:
        raise CorrectionRefused("nothing_to_take_back", event=code)
    of_event = {"event": event.id, "due_date": event.due_date}
    other = connection.execute(named("billing/charged_again"), of_event).scalar_one_or_none()
    if other is not None:
        raise CorrectionRefused("event_charged_again", event=code, other=event_code(other))
    # The invoices of the contract are another client's now.
    if event.holder is not None and event.is_charged_anew:
        raise CorrectionRefused("contract_moved", event=code, holder=event.holder)


def _require(event: Row[Any] | EventToCorrect, action: Action, replaced_by: int | None) -> None:
    """Raises CorrectionRefused unless the event is a charge of the status that the action needs.

    `replaced_by` is the charge that took a correction of it back.
    """
    if event.kind != "charge":
        raise CorrectionRefused("event_is_no_charge", event=event_code(event.id))
    if replaced_by is not None:
        raise CorrectionRefused("event_replaced", event=event_code(event.id), other=event_code(replaced_by))
    if event.status == "cancelled":
        raise CorrectionRefused("event_is_cancelled", event=event_code(event.id))
    if action == "void" and event.status != "pending":
        raise CorrectionRefused("event_is_not_pending", event=event_code(event.id))
    if action == "reverse" and event.status != "processed":
        raise CorrectionRefused("event_is_not_processed", event=event_code(event.id))
    if action == "reverse" and not event.rest:
        raise CorrectionRefused("event_given_back", event=event_code(event.id))


def _require_no_difference(connection: Connection, event: int, due_date: date) -> None:
    """Raises CorrectionRefused if a live difference builds on the charge."""
    of_event = {"event": event, "due_date": due_date}
    difference = connection.execute(named("billing/later_difference"), of_event).scalar_one_or_none()
    if difference is not None:
        raise CorrectionRefused("event_has_difference", event=event_code(event), other=event_code(difference))


def _corrected(connection: Connection, event: dict[str, object], made: Row[Any]) -> Corrected:
    number = int(str(event["event"]))
    reversal = None if made.action == "void" else made.reversal_event_id
    shown = made.charge_event_id if made.action == "take_back" else reversal
    row = connection.execute(named("billing/explain_event"), {"event": shown or number}).one()
    posted = False
    if shown is not None:
        status = connection.execute(named("billing/lock_event"), event | {"event": shown}).one().status
        posted = status == "processed"
    return Corrected(
        number, made.action, reversal, posted, read_as(Explanation, row).line(), charge_event=made.charge_event_id
    )
