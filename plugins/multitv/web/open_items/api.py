"""JSON API of what is pending: its lists, waiving a month that nobody charged, and noting a payout."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from multitv.billing.payouts import note_payment
from multitv.billing.waivers import Month, decide
from multitv.settings import get_settings
from multitv.web.core.access import Corrector, Reader
from multitv.web.core.bulkhead import DatabaseRoute
from multitv.web.core.database import Database
from multitv.web.core.forms import Id, IsoDay
from multitv.web.core.paging import Cursor, CursorPage
from multitv.web.open_items import queries
from multitv.web.open_items.models import Done, Payment, WaiverReason
from multitv.web.open_items.pages import MonthOfPath, PackageId

router = APIRouter(tags=["open items"], route_class=DatabaseRoute)


@router.get("/open-items/{item_kind}")
def items(
    person: Reader,
    engine: Database,
    item_kind: queries.Kind,
    reference_month: Annotated[IsoDay | None, Query()] = None,
    due_date: Annotated[IsoDay | None, Query()] = None,
    reason: Annotated[str | None, Query(max_length=40, pattern="^[a-z_]+$")] = None,
    cursor: Cursor = None,
) -> CursorPage[queries.OpenItem]:
    """What is pending of a kind. Overdue charges are listed for one due date, which has to be given."""
    chosen = queries.Filter(month=reference_month, due_date=due_date, reason=reason)
    return queries.page(engine, item_kind, chosen, cursor)


@router.post("/open-months/{client_plan_id}/{package_id}/{reference_month}/waive")
def waive(
    person: Corrector,
    engine: Database,
    client_plan_id: Id,
    package_id: PackageId,
    reference_month: MonthOfPath,
    body: WaiverReason,
) -> Done:
    """Waive a month that nobody charged, of a package or of the plan fee (0); the same again changes nothing."""
    month = Month(client_plan_id, package_id, reference_month)
    return Done(changed=decide(engine, person.name, "waive_month", month, reason=body.reason))


@router.post("/open-months/{client_plan_id}/{package_id}/{reference_month}/take-back")
def take_back(
    person: Corrector,
    engine: Database,
    client_plan_id: Id,
    package_id: PackageId,
    reference_month: MonthOfPath,
    body: WaiverReason,
) -> Done:
    """Take the waiver of a month back: it is open again."""
    month = Month(client_plan_id, package_id, reference_month)
    return Done(changed=decide(engine, person.name, "take_back_waiver", month, reason=body.reason))


@router.post("/payouts/{payout_id}/payment")
def note_payout(person: Corrector, engine: Database, payout_id: Id, body: Payment) -> Done:
    """Note that a payout was made; the same again changes nothing."""
    today = get_settings().today()
    changed = note_payment(engine, person.name, payout_id, paid_on=body.paid_on, paid_how=body.paid_how, today=today)
    return Done(changed=changed)
