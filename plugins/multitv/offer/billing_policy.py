"""Billing policies: how the extras of a service plan are charged. A change adds a version; the newest is in force."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from sqlalchemy import Engine

from multitv.database.engine import transaction
from multitv.database.locks import lock
from multitv.database.sql import named
from multitv.erp.facts import has_service_plan
from multitv.errors import PermanentError

log = logging.getLogger(__name__)


class PolicyRefused(PermanentError):
    """The policy is not valid, or the ERP does not have its service plan."""


@dataclass(frozen=True)
class Policy:
    """How extras are charged. The defaults are the manual's rule.

    `full` charges the whole price if the extra is in force on the month's billing day, `daily` its days of the month,
    whose sum is rounded once, half up or `down`. `advance` charges the month of the due date, `arrears` the month
    before. Charges below `minimum_amount`, in reais, are not made. `adjusts`: later differences are charged or
    credited, and not only listed. `bills_open_months`: a month that was never charged is billed with the next due
    date, and not only named. `valid_from`: the first day of the first month that it counts for; None means every month.
    """

    proration: Literal["full", "daily"] = "full"
    timing: Literal["advance", "arrears"] = "advance"
    minimum_amount: Decimal = Decimal(0)
    bills_suspended: bool = False
    rounding: Literal["half_up", "down"] = "down"
    adjusts: bool = False
    bills_open_months: bool = False
    valid_from: date | None = None


def set_policy(engine: Engine, author: str, policy: Policy, service_plan_id: int | None = None) -> int:
    """Put a policy in force for a service plan (None: for all without their own) and return its version.

    It counts for what is listed from now on, in the months from `valid_from` on; processed events keep their policy.
    The newest policy again changes nothing.
    Raises PolicyRefused, DatabaseUnavailable.
    """
    if not author.strip():
        raise PolicyRefused("A policy needs an author. Nothing was written.")
    if policy.minimum_amount < 0 or policy.minimum_amount != round(policy.minimum_amount, 2):
        raise PolicyRefused(f"{policy.minimum_amount} is no minimum amount: give reais with at most two decimals.")
    if policy.valid_from is not None and policy.valid_from.day != 1:
        raise PolicyRefused(f"{policy.valid_from} is no first day of a month, from which a policy is valid.")
    with transaction(engine) as connection:
        lock(connection, "billing policy")
        if service_plan_id is not None and not has_service_plan(connection, service_plan_id):
            raise PolicyRefused(f"The ERP has no service plan {service_plan_id}: check the number.")
        version = connection.execute(
            named("offer/insert_billing_policy"),
            {"service_plan_id": service_plan_id, "author": author.strip()}
            | vars(policy)
            | {"valid_from": policy.valid_from or "-infinity"},
        ).scalar_one()
    log.info("Policy %s of %s: %s", version, service_plan_id or "every plan without its own", policy)
    return int(version)
