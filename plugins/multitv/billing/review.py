"""The review between Carregar and Salvar: what is unusual about a list, and who approved it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import Connection, Engine, Row

from multitv.billing.run import Tally
from multitv.database.engine import transaction
from multitv.database.sql import named
from multitv.errors import PermanentError, TransientError
from multitv.labels import Reason, counted, label, number, reasons_as_json
from multitv.markdown import table
from multitv.money import reais
from multitv.settings import Settings

log = logging.getLogger(__name__)

# The outcome of a client package that is charged; all other outcomes are reasons of exclusion.
CHARGE = "charge"
OPEN_MONTH = "open_month"
# How many open months a list names one by one.
_LISTED = 10
# Whether a person has to approve a list. auto: if something about it is unusual.
Approval = Literal["auto", "always", "never"]
# Stored as decided_by when no person is asked.
RULE = {"auto": "limits", "never": "nobody (approval: never)"}


class ListChanged(TransientError):
    """The list changed after a person approved it. The next try asks again, with the new list."""


class ReviewUnanswered(PermanentError):
    """Nobody answered the review before its time limit."""


class ListRejected(PermanentError):
    """A person rejected the list, so nothing of the due date is charged."""


class ReviewDecided(PermanentError):
    """The review was decided before, and a decision never changes."""


class ReviewLost(PermanentError):
    """The review that was shown is not in the database any more, which was restored to an earlier moment."""


@dataclass(frozen=True)
class OutcomeTotal:
    """The client packages of a list that have one outcome: their number, and their sum in reais."""

    name: str
    client_packages: int
    amount: Decimal


@dataclass(frozen=True)
class ListSummary:
    """The totals of a list. Amounts are in reais.

    `greatest` is the highest charge. `digest` is the same for the same list. `last` is the total of the same due days a
    month before, None if that was not billed. `open_months` are the dearest of those that the list only names,
    `open_total` all of them.
    """

    due_date: date
    outcomes: list[OutcomeTotal]
    greatest: Decimal
    digest: str
    last: Tally | None
    open_months: list[OpenMonth]
    open_total: Tally

    @property
    def charges(self) -> Tally:
        """The charges of the list, including those that are processed already."""
        return next(
            (Tally(part.client_packages, part.amount) for part in self.outcomes if part.name == CHARGE),
            Tally(0, Decimal(0)),
        )

    @property
    def candidates(self) -> int:
        """The number of client packages on the list."""
        return sum(part.client_packages for part in self.outcomes)


@dataclass(frozen=True)
class ChargeChange:
    """A client plan whose charges differ from the month before. Amounts are in reais."""

    client_plan: int
    before: Decimal
    after: Decimal


@dataclass(frozen=True)
class OpenMonth:
    """A month that a client plan owes and that was never billed. `amount` is in reais."""

    client_plan: int
    package: str
    month: date
    amount: Decimal


@dataclass(frozen=True)
class ApprovalRequest:
    """A review that waits for a person, with the text to show: a line and Markdown, in Portuguese.

    `digest` is that of the list: with it a decision is on this list and on no other.
    """

    review: int
    digest: str
    subject: str
    body: str


def summarise_list(connection: Connection, due_date: date) -> ListSummary:
    """Return the totals of the list in the temporary tables candidate and part, and of the month before."""
    rows = connection.execute(named("billing/summarise_list")).all()
    outcomes = [OutcomeTotal(row.outcome, row.client_packages, row.amount) for row in rows]
    last = connection.execute(named("billing/last_month"), {"due_date": due_date}).one_or_none()
    months: Sequence[Row[Any]] = []
    if any(part.name == OPEN_MONTH for part in outcomes):
        months = connection.execute(named("billing/open_months_of_list"), {"listed": _LISTED}).all()
    return ListSummary(
        due_date,
        outcomes,
        max((row.greatest for row in rows), default=Decimal(0)),
        str(sum(int(row.digest) for row in rows)),
        Tally(int(last.charges), last.amount) if last else None,
        [OpenMonth(row.client_plan_id, row.package, row.reference_month, row.amount) for row in months],
        Tally(months[0].months, months[0].total) if months else Tally(0, Decimal(0)),
    )


def top_changes(connection: Connection, summary: ListSummary) -> list[ChargeChange]:
    """Return the ten greatest changes since the month before; none if that was not billed."""
    if summary.last is None:
        return []
    rows = connection.execute(named("billing/top_changes"), {"due_date": summary.due_date}).all()
    return [ChargeChange(row.client_plan_id, row.amount_before, row.amount_after) for row in rows]


def concerns(summary: ListSummary, settings: Settings) -> list[Reason]:
    """Return what is unusual about a list."""
    found = []
    if summary.open_total.count:
        months = {"months": summary.open_total.count, "amount": summary.open_total.amount}
        found.append(Reason("months_are_open", months))
    if summary.last is None:
        found.append(Reason("not_billed_month_before"))
    else:
        share = settings.billing_max_change_share
        numbers = (
            ("charges_changed", Decimal(summary.last.count), Decimal(summary.charges.count)),
            ("amount_changed", summary.last.amount, summary.charges.amount),
        )
        found += [
            Reason(code, {"share": share, "before": before, "after": after})
            for code, before, after in numbers
            if abs(after - before) > Decimal(str(share)) * before
        ]
    if summary.greatest > settings.billing_max_amount:
        found.append(Reason("charge_above_limit", {"amount": summary.greatest, "limit": settings.billing_max_amount}))
    return found


def review(connection: Connection, due_date: date, approval: Approval, settings: Settings) -> ApprovalRequest | None:
    """Review the list of this transaction: None if it may be saved, or else the request that a person has to answer.

    An approved list is not asked about again until it changes. The caller holds the lock on the due date.
    """
    summary = summarise_list(connection, due_date)
    known = connection.execute(
        named("billing/read_review"), {"due_date": due_date, "digest": summary.digest}
    ).one_or_none()
    if known is not None and known.decision == "approved":
        return None
    unusual = concerns(summary, settings) if summary.charges.count else []
    asks = approval == "always" or (approval == "auto" and bool(unusual))
    if known is None or known.decision is not None or not asks:
        review_id = _record(connection, summary, unusual, None if asks else RULE[approval])
    else:
        review_id = known.id
    if not asks:
        return None
    what = f"{counted(summary.charges.count, 'evento', 'eventos')}, {reais(summary.charges.amount)}"
    subject = f"Faturamento TV, vencimento {due_date:%d/%m/%Y}: salvar {what}?"
    return ApprovalRequest(
        review_id, summary.digest, subject, describe(summary, unusual, top_changes(connection, summary))
    )


def describe(summary: ListSummary, unusual: list[Reason], changes: list[ChargeChange]) -> str:
    """Return a list as Markdown in Portuguese: totals, what is unusual, outcomes and the greatest changes."""
    listed = counted(summary.candidates, "pacote da lista", "pacotes da lista")
    charged = "seria cobrado" if summary.charges.count == 1 else "seriam cobrados"
    lines = [f"**{summary.charges}** de {listed} {charged}."]
    if summary.last is not None:
        lines[0] += f" No mês anterior: {summary.last}."
    lines += ["", *(f"* {concern.sentence}" for concern in unusual), ""]
    lines += table(
        ["resultado", "pacotes", "valor"],
        [[label(part.name), number(part.client_packages), reais(part.amount)] for part in summary.outcomes],
    )
    if summary.open_months:
        head = ["plano do cliente", "pacote", "competência", "valor"]
        months = [
            [one.client_plan, one.package, f"{one.month:%m/%Y}", reais(one.amount)] for one in summary.open_months
        ]
        lines += ["", "Meses em aberto:", "", *table(head, months)]
    if changes:
        shown = [[change.client_plan, reais(change.before), reais(change.after)] for change in changes]
        lines += ["", "Maiores mudanças:", "", *table(["plano do cliente", "mês anterior", "agora"], shown)]
    return "\n".join(lines)


def decide(engine: Engine, review: int, digest: str | None, *, approved: bool, by: str, at: datetime) -> None:
    """Record a person's decision on the list that was shown, by its digest if that is known. `at` has a time zone.

    Raises ReviewDecided, ReviewLost, DatabaseUnavailable.
    """
    decision = "approved" if approved else "rejected"
    shown = {"review": review, "digest": digest}
    with transaction(engine) as connection:
        decided = connection.execute(
            named("billing/decide_review"), shown | {"decision": decision, "decided_by": by, "decided_at": at}
        ).rowcount
        known = connection.execute(named("billing/has_review"), shown).scalar_one()
    if not known:
        raise ReviewLost(
            f"The list that was shown as review {review} is not in the database any more, which was restored to an "
            "earlier moment. Nothing was saved. Clear this task to see the list as it is now."
        )
    if not decided:
        raise ReviewDecided(f"Review {review} was decided before: clear this task to see the list as it is now.")
    log.info("Review %s was %s by %s.", review, decision, by)


def columns(summary: ListSummary, unusual: list[Reason]) -> dict[str, object]:
    """Return the totals of a list as the parameters of the statements that store them."""
    return {
        "due_date": summary.due_date,
        "digest": summary.digest,
        "candidates": summary.candidates,
        "charges": summary.charges.count,
        "amount": summary.charges.amount,
        "last_charges": summary.last.count if summary.last else None,
        "last_amount": summary.last.amount if summary.last else None,
        "concerns": reasons_as_json(unusual),
    }


def _record(connection: Connection, summary: ListSummary, unusual: list[Reason], decided_by: str | None) -> int:
    row = columns(summary, unusual) | {"decided_by": decided_by}
    return int(connection.execute(named("billing/insert_review"), row).scalar_one())
