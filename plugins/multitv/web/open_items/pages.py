"""Pendências: what waits for a person, list by list; waiving a month that nobody charged, and noting a payout."""

from __future__ import annotations

from datetime import date
from typing import Annotated, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import Engine

from multitv.billing.payouts import note_payment
from multitv.billing.waivers import Decision, Month, decide
from multitv.changes.errors import ContractRefused
from multitv.changes.typed import typed_day
from multitv.labels import label, sentence
from multitv.settings import get_settings
from multitv.web.billing.export import Download
from multitv.web.core.access import Corrector, Person, Reader
from multitv.web.core.bulkhead import DatabaseRoute
from multitv.web.core.database import Database
from multitv.web.core.errors import ErrorInfo, describe_refusal
from multitv.web.core.forms import Id, IsoDay, Typed
from multitv.web.core.paging import MAX_ID, Cursor
from multitv.web.core.rendering import render
from multitv.web.open_items import export, queries
from multitv.web.open_items.queries import Filter, Kind

router = APIRouter(route_class=DatabaseRoute)

_ABOUT: dict[Kind, str] = {
    "overdue_charges": "about_overdue_charges",
    "carried_charges": "about_carried_charges",
    "waiting_credits": "about_waiting_credits",
    "payouts": "about_payouts",
    "paid_payouts": "about_paid_payouts",
    "open_months": "about_open_months",
    "waived_months": "about_waived_months",
    "excess_charges": "about_excess_charges",
}
_ABOUT_DECISION: dict[Decision, str] = {
    "waive_month": "about_waive_month",
    "take_back_waiver": "about_take_back_waiver",
}
_DECIDED: dict[Decision, str] = {"waive_month": "waive_month_done", "take_back_waiver": "take_back_waiver_done"}

ChosenKind = Annotated[Kind, Query()]
ChosenDay = Annotated[IsoDay | None, Query()]
Reason = Annotated[str | None, Query(max_length=40, pattern="^[a-z_]+$")]
# 0 is the plan fee.
PackageId = Annotated[int, Path(ge=0, le=MAX_ID)]
MonthOfPath = Annotated[IsoDay, Path()]


@router.get("/painel/pendencias")
def items(
    request: Request,
    person: Reader,
    engine: Database,
    tipo: ChosenKind = "overdue_charges",
    competencia: ChosenDay = None,
    vencimento: ChosenDay = None,
    motivo: Reason = None,
    cursor: Cursor = None,
) -> Response:
    """Show a list, or further rows of it. Raises BadCursor."""
    totals, _ = queries.totals(engine)
    of_kind = [total for total in totals if total.kind == tipo]
    if tipo == "overdue_charges" and vencimento is None and of_kind:
        vencimento = of_kind[0].due_date
    chosen = Filter(month=competencia, due_date=vencimento, reason=motivo)
    return render(
        request,
        "open_items/open_item_rows.html" if cursor else "open_items/open_items.html",
        person,
        page=queries.page(engine, tipo, chosen, cursor),
        kind=tipo,
        kinds=get_args(Kind),
        about=_ABOUT[tipo],
        chosen=chosen,
        months=sorted({total.reference_month for total in of_kind if total.reference_month}),
        due_dates=sorted({total.due_date for total in of_kind if total.due_date}),
        query=_query(tipo, chosen),
    )


@router.get("/painel/pendencias.csv")
def as_csv(
    person: Reader,
    engine: Database,
    tipo: ChosenKind = "overdue_charges",
    competencia: ChosenDay = None,
    vencimento: ChosenDay = None,
    motivo: Reason = None,
) -> Response:
    """Send a list as CSV, at any length."""
    chosen = Filter(month=competencia, due_date=vencimento, reason=motivo)
    return Download(export.csv(engine, tipo, chosen), "text/csv; charset=utf-8", f"{label(f'file.{tipo}')}.csv")


@router.get("/painel/pendencias/meses/{client_plan_id}/{package_id}/{reference_month}/{decision}")
def decision_form(
    request: Request,
    person: Corrector,
    engine: Database,
    client_plan_id: Id,
    package_id: PackageId,
    reference_month: MonthOfPath,
    decision: Decision,
) -> Response:
    return _decision_form(request, person, engine, Month(client_plan_id, package_id, reference_month), decision)


@router.post("/painel/pendencias/meses/{client_plan_id}/{package_id}/{reference_month}/{decision}")
def decide_month(
    request: Request,
    person: Corrector,
    engine: Database,
    client_plan_id: Id,
    package_id: PackageId,
    reference_month: MonthOfPath,
    decision: Decision,
    reason: Typed = "",
) -> Response:
    month = Month(client_plan_id, package_id, reference_month)
    try:
        decide(engine, person.name, decision, month, reason=reason)
    except ContractRefused as error:
        return _decision_form(request, person, engine, month, decision, reason, describe_refusal(error))
    done = sentence(_DECIDED[decision], {"client_plan": client_plan_id, "month": reference_month})
    return render(request, "core/nothing.html", person, note=done)


@router.get("/painel/pendencias/pagamentos/{payout_id}")
def payment_form(request: Request, person: Corrector, engine: Database, payout_id: Id) -> Response:
    today = get_settings().today()
    values = {"paid_on": str(today), "paid_how": ""}
    payout = queries.payout(engine, payout_id)
    return render(request, "open_items/payment.html", person, payout=payout, values=values, today=today, error=None)


@router.post("/painel/pendencias/pagamentos/{payout_id}")
def note_payout(
    request: Request,
    person: Corrector,
    engine: Database,
    payout_id: Id,
    paid_on: Typed = "",
    paid_how: Typed = "",
) -> Response:
    today = get_settings().today()
    try:
        day = typed_day(paid_on, "paid_on")
        note_payment(engine, person.name, payout_id, paid_on=day, paid_how=paid_how, today=today)
    except ContractRefused as error:
        return render(
            request,
            "open_items/payment.html",
            person,
            status=422,
            payout=queries.payout(engine, payout_id),
            values={"paid_on": paid_on, "paid_how": paid_how},
            today=today,
            error=describe_refusal(error),
        )
    shown = queries.payout(engine, payout_id)
    done = sentence("payment_done", {"amount": shown.amount, "client": shown.client, "day": day})
    return render(request, "core/nothing.html", person, note=done)


def _decision_form(
    request: Request,
    person: Person,
    engine: Engine,
    month: Month,
    decision: Decision,
    reason: str = "",
    error: ErrorInfo | None = None,
) -> Response:
    return render(
        request,
        "open_items/waiver.html",
        person,
        status=422 if error else 200,
        month=queries.open_month(engine, month),
        decision=decision,
        about=_ABOUT_DECISION[decision],
        values={"reason": reason},
        error=error,
    )


def _query(kind: Kind, chosen: Filter) -> str:
    """Return what an address says of a list after the question mark."""
    asked: dict[str, str | date | None] = {
        "tipo": kind,
        "competencia": chosen.month,
        "vencimento": chosen.due_date,
        "motivo": chosen.reason,
    }
    return urlencode({name: value for name, value in asked.items() if value is not None})
