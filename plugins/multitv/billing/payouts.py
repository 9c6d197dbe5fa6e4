"""Payouts: credits for which no invoice will come. A person pays the client, and notes when and how."""

from __future__ import annotations

import logging
from datetime import date

from sqlalchemy import Engine

from multitv.changes.errors import ContractRefused, InvalidValue, NotThere
from multitv.changes.typed import FIRST_DAY
from multitv.changes.values import checked_text
from multitv.database.engine import transaction
from multitv.database.locks import lock
from multitv.database.sql import named

log = logging.getLogger(__name__)


class PayoutRefused(ContractRefused):
    """The payout was noted before, or its credit was taken back."""


def note_payment(engine: Engine, author: str, payout: int, *, paid_on: date | None, paid_how: str, today: date) -> bool:
    """Note that a payout was made; return whether this changed anything.

    It is noted once; the same note by the same person, once more, changes nothing. `today` is the ISP's business date.
    Raises InvalidValue (no day or one to come, not said how), NotThere, PayoutRefused, DatabaseUnavailable.
    """
    name, how = checked_text("author", author), checked_text("paid_how", paid_how)
    if paid_on is None:
        raise InvalidValue("payment_day_missing", field="paid_on")
    if not FIRST_DAY <= paid_on <= today:
        raise InvalidValue("payment_day_impossible", field="paid_on", day=paid_on, today=today)
    with transaction(engine) as connection:
        lock(connection, f"payout {payout}")
        known = connection.execute(named("billing/read_payout"), {"id": payout}).one_or_none()
        if known is None:
            raise NotThere("payout_not_there", payout=payout)
        if (known.paid_by, known.paid_on, known.paid_how) == (name, paid_on, how):
            return False
        if known.paid_at is not None:
            raise PayoutRefused("payout_made_before", author=known.paid_by, day=known.paid_on, how=known.paid_how)
        if known.withdrawn_at is not None:
            raise PayoutRefused("payout_withdrawn")
        noted = {"id": payout, "author": name, "paid_on": paid_on, "paid_how": how}
        connection.execute(named("billing/mark_paid_out"), noted)
    log.info("Payout %s of %s was paid on %s (%s), says %s.", payout, known.amount, paid_on, how, name)
    return True
