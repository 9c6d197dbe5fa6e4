"""The gate between saved events and their posting: checks that they are plausible charges."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Engine

from multitv.quality.gate import Batch, expectations, run_gate
from multitv.settings import Settings

_NEXT_STEP = (
    "Nothing of it is posted. Look at these events of the due date in billing.event, correct what they come from, and "
    "trigger tv_billing for this due date again: pending events are made anew."
)


def check_charges(engine: Engine, due_date: date, settings: Settings) -> None:
    """Validate the live events of a due date. Raises GateFailed, DatabaseUnavailable."""
    gxe = expectations()
    month = due_date.replace(day=1)
    months = [month, month.replace(year=month.year - (month.month == 1), month=(month.month - 2) % 12 + 1)]
    charges = [
        gxe.ExpectColumnValuesToNotBeNull(column="amount"),
        gxe.ExpectColumnValuesToBeBetween(column="amount", min_value=0.01),
        # Without price and policy nobody could explain the charge to the client.
        gxe.ExpectColumnValuesToNotBeNull(column="price"),
        gxe.ExpectColumnValuesToNotBeNull(column="policy_id"),
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(column_A="price", column_B="amount", or_equal=True),
        gxe.ExpectColumnValuesToBeInSet(column="reference_month", value_set=[str(first) for first in months]),
        gxe.ExpectCompoundColumnsToBeUnique(column_list=["client_package_id", "reference_month"]),
    ]
    none = [gxe.ExpectTableRowCountToEqual(value=0)]
    of_date: dict[str, object] = {"due_date": due_date}
    batches = [
        Batch("charges", "billing/gate_charges", of_date, charges),
        Batch("charges_without_a_sale", "billing/gate_mismatched_sales", of_date, none),
    ]
    run_gate(engine, f"billing-{due_date}", f"Due date {due_date}", batches, _NEXT_STEP, settings)
