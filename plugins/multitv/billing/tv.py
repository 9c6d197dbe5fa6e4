"""TV billing of a due date: summarise the list, save it as pending events, settle them on the invoices."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Self

from sqlalchemy import Connection, Engine

from multitv.billing.correction import CREDITS, add_adjustments, list_payouts, post_carried, post_credits
from multitv.billing.open_months import find_shortfalls
from multitv.billing.review import Approval, ApprovalRequest, review
from multitv.billing.run import BillingRun, Tally, lock_due_date, name_service_plan, open_run, read_run
from multitv.database.engine import bulk_transaction, guarded, transaction
from multitv.database.locks import lock
from multitv.database.rows import read_as
from multitv.database.sql import named
from multitv.erp.facts import require_client_plans
from multitv.errors import PermanentError, TransientError
from multitv.labels import counted, label, number
from multitv.markdown import table
from multitv.money import reais
from multitv.settings import Settings

log = logging.getLogger(__name__)

NOTHING = Tally(0, Decimal())
# The constraints that billing.refuse_double_charge names.
_CHARGED_ONCE = ("event_live_charge", "event_live_package")


class StandardBillingNotClosed(PermanentError):
    """The standard billing of the due date is not closed, so there is nothing to settle on."""


class ListNeverSaved(PermanentError):
    """The list of the due date was never saved, so there is nothing to settle."""


class DueDateOvertaken(TransientError):
    """Another due date's run, because a due day moved, or a person decided on the same at the same time."""

    @classmethod
    def by_another(cls, due_date: date) -> Self:
        return cls(
            f"While this step of {due_date} ran, the billing of another due date charged, posted or voided an event of "
            "the same month, because a due day had moved. Nothing was written; the next try sees what it did."
        )

    @classmethod
    def by_waiver(cls, due_date: date) -> Self:
        return cls(
            f"While this step of {due_date} ran, a person waived a month that it charges. Nothing was written; the "
            "next try does not charge it."
        )


class TooManyVoids(PermanentError):
    """So many pending events would be voided that an error in the ERP is more likely."""


@dataclass(frozen=True)
class DueDateSummary:
    """The totals of a due date's list. `pending`: events of the due date wait to be settled."""

    due_date: date
    client_plans: int
    candidates: int
    charges: Tally
    pending: bool

    @property
    def has_work(self) -> bool:
        """Whether anything is to be saved, voided or settled for this due date."""
        return bool(self.candidates or self.pending)


@dataclass(frozen=True)
class Saved:
    """The events that saving a list added, re-priced and voided.

    `adjusted`: the credits of what was charged beyond what is owed, in this month and before, where the policy adjusts.
    """

    added: int
    repriced: int
    voided: Tally
    adjusted: Tally = NOTHING


@dataclass(frozen=True)
class Settled:
    """The events that settling posted and voided, and those that stay pending, by reason.

    The reasons are no_invoice, invoice_closed, invoice_paid, and why a client plan is parked. Of any due date:
    `carried`, the charges of others that waited for an invoice; `credited`, the postings of credits; `to_pay_out`, the
    credits that were listed for paying out, because no invoice will come.
    """

    posted: Tally
    voided: Tally
    credited: Tally
    pending: dict[str, Tally]
    carried: Tally = NOTHING
    to_pay_out: Tally = NOTHING


def summarise_due_date(engine: Engine, due_date: date) -> DueDateSummary:
    """Log how many would be charged for a due date, by service plan, in Portuguese, and return the totals.

    It writes nothing and takes no lock. Raises ErpEmpty, DatabaseUnavailable.
    """
    with bulk_transaction(engine) as connection:
        require_client_plans(connection)
        due = connection.execute(named("billing/count_due"), {"due_date": due_date}).one()
        rows = connection.execute(named("billing/summarise_due_date"), {"due_date": due_date}).all()
    charges = [row for row in rows if row.outcome == "charge"]
    summary = DueDateSummary(
        due_date=due_date,
        client_plans=due.client_plans,
        candidates=sum(row.candidates for row in rows),
        charges=Tally(sum(row.candidates for row in charges), sum((row.amount for row in charges), Decimal())),
        pending=due.pending,
    )
    log.info("%s", _list_report(summary, rows))
    return summary


def save(
    engine: Engine, due_date: date, settings: Settings, *, allow_voids: bool = False, approval: Approval = "never"
) -> Saved | ApprovalRequest:
    """Make the pending events and the exclusions of a due date equal to its list, in one transaction.

    Repeating it before settlement adds, re-prices and voids pending events; processed events never change. If a person
    has to approve the list first, it records and returns only the request for it. `allow_voids` lifts the limit of
    events that are voided at once. Raises ErpEmpty, TooManyVoids, DueDateOvertaken, DatabaseUnavailable.
    """
    with bulk_transaction(engine) as connection:
        lock_due_date(connection, due_date)
        compared = _lock_dates_to_adjust(connection, due_date, settings)
        require_client_plans(connection)
        run = open_run(connection, "tv", due_date)
        connection.execute(named("billing/set_go_live"), {"month": settings.go_live_month})
        of_run: dict[str, object] = {"run_id": run.id}
        of_date: dict[str, object] = {"due_date": due_date}
        find_shortfalls(connection, [earlier for earlier in compared if earlier < due_date], settings)
        list_candidates(connection, due_date)
        request = review(connection, due_date, approval, settings)
        if request is not None:
            return request
        # Before anything else is locked that corrections lock after the credits.
        adjusted = _adjust(connection, compared)
        connection.execute(named("billing/list_stale"), of_date)
        voided = _void_stale(connection, due_date, settings, allow_voids=allow_voids)
        repriced = connection.execute(named("billing/reprice_pending"), of_date).rowcount
        connection.execute(named("billing/make_event_numbers"))
        connection.execute(named("billing/number_events"), of_date)
        connection.execute(named("billing/open_events"), of_date)
        connection.execute(named("billing/make_events"), of_run | of_date)
        for step in (
            "list_not_charged",
            "delete_exclusions",
            "upsert_exclusions",
            "delete_exclusion_sums",
            "delete_expectations",
            "upsert_expectations",
        ):
            connection.execute(named(f"billing/{step}"), of_run | of_date)
        pending = connection.execute(named("billing/list_has_pending")).scalar_one()
        connection.execute(named("billing/mark_run"), of_run | {"pending": pending})
        added = _attach_events(connection, due_date)
        connection.execute(named("billing/close_open_months"), of_date)
        _refuse_overtaken(connection, due_date, run)
    log.info(
        "Saved %s: %s events added, %s re-priced, %s voided, %s credited because their months owe less.",
        due_date,
        added,
        repriced,
        voided,
        adjusted,
    )
    return Saved(added, repriced, voided, adjusted)


def settle(engine: Engine, due_date: date, settings: Settings, *, allow_voids: bool = False) -> Settled:
    """Post the pending events of a due date on the invoices of the standard billing, in one transaction.

    Events that are no longer owed are voided instead. An event without an open invoice of its own goes on its client
    plan's next one, which is made if none will come; until then it stays pending, and so do those of parked client
    plans. Charges and credits of other due dates that wait for an invoice are posted as well. `allow_voids` lifts the
    limit of events that are voided at once. Raises ErpEmpty, StandardBillingNotClosed, ListNeverSaved, TooManyVoids,
    DueDateOvertaken, DatabaseUnavailable.
    """
    with bulk_transaction(engine) as connection:
        lock_due_date(connection, due_date)
        require_client_plans(connection)
        standard = read_run(connection, "standard", due_date)
        if standard is None or standard.status != "closed":
            raise StandardBillingNotClosed(
                f"The standard billing of {due_date} is {standard.status if standard else 'not started'}: clear "
                "wait_for_standard_billing and what follows it. Nothing was written."
            )
        run = read_run(connection, "tv", due_date)
        if run is None or run.status == "open":
            # Airflow may remember a save of which a database that was restored to before knows nothing.
            raise ListNeverSaved(
                f"The list of {due_date} was never saved in this database, so that nobody would be charged. Nothing "
                "was written. Trigger a run of tv_billing for this due date."
            )
        voided, posted, left, unposted = NOTHING, NOTHING, {}, False
        of_date: dict[str, object] = {"due_date": due_date}
        if run.status != "closed":
            connection.execute(named("billing/list_parked"), of_date)
            connection.execute(named("billing/list_stale_at_settlement"), of_date)
            voided = _void_stale(connection, due_date, settings, allow_voids=allow_voids)
            connection.execute(named("billing/make_postings"), of_date)
            posted = _tally(connection, "billing/count_postings")
            connection.execute(named("billing/attach_postings"), of_date)
            unposted = connection.execute(named("billing/has_pending"), of_date).scalar_one()
            if unposted:
                connection.execute(named("billing/carry_charges"), of_date)
        carried = post_carried(connection, settled=due_date)
        posted += carried.pop(due_date, NOTHING)
        if run.status != "closed":
            if unposted:
                rows = connection.execute(named("billing/pending_reasons"), of_date).all()
                left = {row.reason: Tally(row.events, row.amount) for row in rows}
            connection.execute(named("billing/mark_run"), {"run_id": run.id, "pending": bool(left)})
        credited = post_credits(connection)
        to_pay_out = list_payouts(connection, due_date)
        if run.status != "closed":
            _refuse_overtaken(connection, due_date, run)
    settled = Settled(posted, voided, credited, left, sum(carried.values(), NOTHING), to_pay_out)
    log.info(
        "Settled %s: %s posted, %s voided, %s of other due dates posted, %s credited, %s to be paid out.",
        due_date,
        settled.posted,
        settled.voided,
        settled.carried,
        credited,
        to_pay_out,
    )
    for reason, tally in settled.pending.items():
        log.warning("%s events of %s stay pending: %s. The next run tries them again.", tally, due_date, reason)
    return settled


def record_failure(engine: Engine, due_date: date, code: str, reason: str) -> None:
    """Record why a step of a due date's TV billing failed, until saving or settling ends well.

    `code` is the cause in labels.SENTENCES, `reason` the error's message. The run keeps its status; one that is closed,
    or was never opened, is left alone. Raises DatabaseUnavailable.
    """
    with transaction(engine) as connection:
        lock_due_date(connection, due_date)
        connection.execute(named("billing/record_failure"), {"due_date": due_date, "code": code, "reason": reason})
    log.error("The TV billing of %s failed: %s", due_date, reason)


def list_candidates(connection: Connection, due_date: date) -> None:
    """Make the temporary tables candidate and part, a due date's list and its totals, until the transaction ends."""
    connection.execute(named("billing/list_candidates"), {"due_date": due_date})
    # Without statistics the planner expects only a few rows in the temporary table.
    connection.exec_driver_sql("analyze candidate")
    connection.execute(named("billing/tally_list"), {"due_date": due_date})


def _list_report(summary: DueDateSummary, parts: Sequence[Any]) -> str:
    """Return the totals of a list in Portuguese, as Markdown: a row for each service plan and outcome in `parts`."""
    due = counted(summary.client_plans, "plano de cliente tem", "planos de clientes têm")
    lines = [
        f"# Faturamento TV, vencimento {summary.due_date:%d/%m/%Y}",
        "",
        f"{due} este vencimento. Pacotes na lista: {number(summary.candidates)}; a cobrar: {summary.charges}.",
    ]
    if parts:
        head = ["plano de serviço", "resultado", "pacotes", "valor"]
        rows = [
            [
                name_service_plan(part.service_plan_id, part.service_plan),
                label(part.outcome),
                number(part.candidates),
                reais(part.amount),
            ]
            for part in parts
        ]
        lines += ["", *table(head, rows)]
    return "\n".join(lines)


def _void_stale(connection: Connection, due_date: date, settings: Settings, *, allow_voids: bool) -> Tally:
    """Void the events of the temporary table stale. Raises TooManyVoids, DueDateOvertaken, which roll the step back."""
    found = connection.execute(named("billing/count_stale"), {"due_date": due_date}).one()
    stale = Tally(found.events, found.amount)
    if not stale.count:
        return stale
    pending = _tally(connection, "billing/count_pending", {"due_date": due_date})
    limit = max(settings.billing_max_voids, int(settings.billing_max_void_share * pending.count))
    limited = Tally(found.limited, found.limited_amount)
    if limited.count > limit and not allow_voids:
        raise TooManyVoids(
            f"{limited} of the {pending} pending events of {due_date} would be voided, more than {limit} "
            "(MULTITV_BILLING_MAX_VOIDS, MULTITV_BILLING_MAX_VOID_SHARE). Look whether the ERP and the catalogue are "
            "complete, then clear this task; if the clients really left, trigger tv_billing for this due date with "
            "allow_voids set in the form. Nothing was written."
        )
    span = {"due_date": due_date, "since": found.since, "until": found.until}
    if found.moved:
        # Whoever bills the other due date may post these at this moment. In the order of locks that corrections keep.
        lock(connection, CREDITS)
        connection.execute(named("billing/lock_charged_months"), {"due_date": due_date})
        if not connection.execute(named("billing/moved_is_pending"), span).scalar_one():
            raise DueDateOvertaken.by_another(due_date)
    connection.execute(named("billing/void_stale"), span)
    return stale


def _attach_events(connection: Connection, due_date: date) -> int:
    """Attach the new events and return their number. Raises DueDateOvertaken if another due date charges the same."""
    with guarded(connection, dict.fromkeys(_CHARGED_ONCE, DueDateOvertaken.by_another(due_date))):
        return int(connection.execute(named("billing/attach_events"), {"due_date": due_date}).scalar_one())


def _refuse_overtaken(connection: Connection, due_date: date, run: BillingRun) -> None:
    """Lock the months that are charged, then raise DueDateOvertaken if what this run listed is no longer so.

    Another due date's run may have taken events of this one, or a person waived a month that it charges.
    Everything before it reads and writes beside other due dates, so it comes last.
    """
    connection.execute(named("billing/lock_charged_months"), {"due_date": due_date})
    now = read_run(connection, "tv", due_date)
    if connection.execute(named("billing/charges_waived"), {"due_date": due_date}).scalar_one():
        raise DueDateOvertaken.by_waiver(due_date)
    if now is None or now.moved_away != run.moved_away:
        raise DueDateOvertaken.by_another(due_date)


def _lock_dates_to_adjust(connection: Connection, due_date: date, settings: Settings) -> list[date]:
    """Lock and return the due dates whose charges are compared with what they owe: none if no policy adjusts."""
    months = settings.billing_look_back_months
    rows = connection.execute(named("billing/dates_to_adjust"), {"due_date": due_date, "months": months})
    # The newest first, so that two lists never wait for each other.
    due_dates = list(rows.scalars())
    for earlier in due_dates:
        lock_due_date(connection, earlier)
    return due_dates


def _adjust(connection: Connection, due_dates: list[date]) -> Tally:
    """Credit what these due dates charged beyond what is owed, where the policy adjusts, and return the credits."""
    if not due_dates:
        return NOTHING
    connection.execute(named("billing/make_adjustment_table"))
    for due_date in due_dates:
        connection.execute(named("billing/list_adjustments"), {"due_date": due_date})
    return add_adjustments(connection, min(due_dates), max(due_dates))


def _tally(connection: Connection, statement: str, parameters: dict[str, object] | None = None) -> Tally:
    return read_as(Tally, connection.execute(named(statement), parameters).one())
