"""The billing run of a due date: its row and its lock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from sqlalchemy import Connection

from multitv.database.locks import lock
from multitv.database.rows import read_as
from multitv.database.sql import named
from multitv.labels import number
from multitv.money import reais

Kind = Literal["tv", "standard"]


@dataclass(frozen=True)
class BillingRun:
    """A row of billing.run. `reason` says why a run failed.

    `moved_away`: how many of its pending events runs of other due dates voided.
    """

    id: int
    status: str
    reason: str | None
    moved_away: int


@dataclass(frozen=True)
class Tally:
    """A number of events or postings, and their sum in reais."""

    count: int
    amount: Decimal

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.count + other.count, self.amount + other.amount)

    def __str__(self) -> str:
        return f"{number(self.count)} ({reais(self.amount)})"


def name_service_plan(service_plan_id: int, name: str | None) -> str:
    """Return what a report calls a service plan; 0 stands for the one that the ERP does not name."""
    return name or (f"plano {service_plan_id}" if service_plan_id else "sem plano de serviço")


def lock_due_date(connection: Connection, due_date: date) -> None:
    """Take an exclusive lock on the due date until the transaction ends.

    Every step that writes for a due date takes it first. Steps of other due dates, from which a due day that moved
    takes a charge, wait for this one only at their end (billing/lock_charged_months.sql).
    """
    lock(connection, f"billing {due_date}")


def read_run(connection: Connection, kind: Kind, due_date: date) -> BillingRun | None:
    """Return the run of a due date, None if it was never opened."""
    row = connection.execute(named("billing/read_run"), {"kind": kind, "due_date": due_date}).one_or_none()
    return read_as(BillingRun, row) if row else None


def open_run(connection: Connection, kind: Kind, due_date: date) -> BillingRun:
    """Return the run of a due date, and create it if there is none."""
    connection.execute(named("billing/open_run"), {"kind": kind, "due_date": due_date})
    run = read_run(connection, kind, due_date)
    assert run is not None, "open_run.sql leaves a row behind"  # noqa: S101
    return run
