"""Waivers: a person decides that an open month stays uncharged, or takes that back. The last word counts."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import Connection, Engine

from multitv.changes.errors import ContractRefused
from multitv.changes.values import checked_text
from multitv.database.engine import transaction
from multitv.database.sql import named

log = logging.getLogger(__name__)

Decision = Literal["waive_month", "take_back_waiver"]
# What billing.open_month and billing.waiver have as the package of a plan fee.
PLAN_FEE = 0


class WaiverRefused(ContractRefused):
    """The month is not open, or not waived, any more."""


@dataclass(frozen=True)
class Month:
    """A reference month of a package of a client plan, or of its plan fee (PLAN_FEE)."""

    client_plan_id: int
    package_id: int
    reference_month: date


def decide(engine: Engine, author: str, decision: Decision, month: Month, *, reason: str) -> bool:
    """Waive an open month, or take its waiver back; return whether this changed anything.

    A waived month is neither named nor charged; one that is taken back is open again. The same decision by the same
    person for the same reason, once more, changes nothing. Raises InvalidValue (no reason), WaiverRefused,
    DatabaseUnavailable.
    """
    said = {"author": checked_text("author", author), "reason": checked_text("reason", reason)}
    with transaction(engine) as connection:
        done = connection.execute(named(f"billing/{decision}"), vars(month) | said).scalar_one()
        if not done:
            _require_same(connection, decision, month, said)
    if done:
        log.info("%s: %s by %s (%s).", month, decision, said["author"], said["reason"])
    return bool(done)


def _require_same(connection: Connection, decision: Decision, month: Month, said: dict[str, str]) -> None:
    """Raises WaiverRefused unless the last decision on the month is this one."""
    of = month.reference_month
    last = connection.execute(named("billing/last_waiver"), vars(month)).one_or_none()
    if last is not None and last.waived == (decision == "waive_month"):
        if (last.author, last.reason) == (said["author"], said["reason"]):
            return
        if last.waived:
            raise WaiverRefused("month_waived_before", month=of, author=last.author, reason=last.reason)
        raise WaiverRefused("waiver_taken_back_before", month=of, author=last.author, reason=last.reason)
    if decision == "waive_month":
        raise WaiverRefused("month_not_open", month=of)
    raise WaiverRefused("month_not_waived", month=of)
