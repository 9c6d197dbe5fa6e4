"""Reports on a billing run, as Markdown for the task's log."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine

from multitv.billing.run import Tally, read_run
from multitv.database.engine import bulk_transaction
from multitv.database.rows import read_as
from multitv.database.sql import named
from multitv.markdown import table
from multitv.money import reais

log = logging.getLogger(__name__)
# The number of rows that a report names one by one, at most.
_LISTED = 50


def tv_report(engine: Engine, due_date: date) -> str:
    """Log and return a due date's TV billing, by service plan; amounts are in reais. Raises DatabaseUnavailable."""
    report = _tv_report(engine, due_date)
    log.info("%s", report)
    return report


def standard_report(engine: Engine, due_date: date) -> str:
    """Log and return a due date's invoices, by kind of posting; amounts are in reais. Raises DatabaseUnavailable."""
    report = _standard_report(engine, due_date)
    log.info("%s", report)
    return report


def _tv_report(engine: Engine, due_date: date) -> str:
    of_date = {"due_date": due_date}
    with bulk_transaction(engine) as connection:
        run = read_run(connection, "tv", due_date)
        plans = connection.execute(named("billing/report"), of_date).all()
        reasons = connection.execute(named("billing/exclusion_reasons"), of_date).all()
        pending = connection.execute(named("billing/pending_reasons"), of_date).all()
        excess = connection.execute(named("billing/excess_charges"), of_date).all()
        waiting = read_as(Tally, connection.execute(named("billing/count_credits"), of_date).one())
        unbilled = read_as(Tally, connection.execute(named("billing/count_unbilled"), of_date).one())
    if run is None:
        return f"# TV billing, due date {due_date}\n\nNothing is due on this date: no run was opened."
    lines = [f"# TV billing, due date {due_date}: {run.status}", ""]
    lines += table(
        ["service plan", "expected", "events", "postings", "pending", "voided", "excluded"],
        [
            [
                row.service_plan or row.service_plan_id,
                Tally(row.expected, row.expected_amount),
                Tally(row.events, row.events_amount),
                Tally(row.postings, row.posted_amount),
                row.pending,
                row.cancelled,
                row.exclusions,
            ]
            for row in plans
        ]
        + [_total(plans)],
    )
    if reasons:
        lines += [
            "",
            *table(["excluded because", "client packages"], [[row.reason, row.candidates] for row in reasons]),
        ]
    for row in pending:
        lines += ["", f"Still pending: {Tally(row.events, row.amount)}, {row.reason}. The next run tries them again."]
    if waiting.count:
        lines += ["", f"Reversals that wait for an open invoice: {waiting}. A later settlement posts them."]
    for row in excess:
        tally = Tally(row.events, row.amount)
        lines += ["", f"Processed, but would not be charged today: {tally}, {row.reason}. Look whether to reverse."]
    if unbilled.count:
        lines += [
            "",
            f"Chargeable since the list was saved: {unbilled}. Run tv_billing for {due_date} again to bill them.",
        ]
    return "\n".join(lines)


def _standard_report(engine: Engine, due_date: date) -> str:
    with bulk_transaction(engine) as connection:
        rows = connection.execute(named("billing/standard_report"), {"due_date": due_date}).all()
        paid = connection.execute(named("billing/fees_posted_before"), {"due_date": due_date}).all()
    if not rows:
        return f"# Standard billing, due date {due_date}\n\nNo client plan is due on this date: there is no invoice."
    lines = [
        f"# Standard billing, due date {due_date}",
        "",
        *table(
            ["posting", "invoices", "postings", "amount"],
            [[row.kind, row.invoices, row.postings, reais(row.amount)] for row in rows],
        ),
    ]
    if paid:
        lines += [
            "",
            f"Not charged the plan fee again: {len(paid)} client plans whose due day moved have it already.",
            "",
            *table(
                ["client plan", "on invoice", "of due date", "fee"],
                [[row.client_plan_id, row.invoice_id, row.due_date, reais(row.amount)] for row in paid[:_LISTED]],
            ),
        ]
    if len(paid) > _LISTED:
        lines += ["", f"and {len(paid) - _LISTED} more; the check fee_posted_before in quality.offender has them."]
    return "\n".join(lines)


def _total(plans: Sequence[Any]) -> list[object]:
    def of(count: str, amount: str) -> Tally:
        return Tally(sum(getattr(row, count) for row in plans), sum((getattr(row, amount) for row in plans), Decimal()))

    return [
        "total",
        of("expected", "expected_amount"),
        of("events", "events_amount"),
        of("postings", "posted_amount"),
        *(sum(getattr(row, column) for row in plans) for column in ("pending", "cancelled", "exclusions")),
    ]
