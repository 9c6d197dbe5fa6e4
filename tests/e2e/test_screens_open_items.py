"""Pendências: an open month is waived and a payout noted, by a person at the screens; both are gone from the lists."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect
from sqlalchemy import text

from multitv.billing import tv
from multitv.event_codes import event_code
from multitv.reports import dashboard
from multitv.settings import get_settings
from tests.e2e.conftest import RunningStack, rows
from tests.e2e.screens.browser import NARROW, Person, new_context
from tests.e2e.screens.looks import judge
from tests.support.settings import SETTINGS

pytestmark = pytest.mark.usefixtures("billed")

LISTS = {
    "pendentes": "painel/pendencias?tipo=overdue_charges",
    "esperam-fatura": "painel/pendencias?tipo=carried_charges",
    "creditos": "painel/pendencias?tipo=waiting_credits",
    "a-pagar": "painel/pendencias?tipo=payouts",
    "pagos": "painel/pendencias?tipo=paid_payouts",
    "em-aberto": "painel/pendencias?tipo=open_months",
    "dispensados": "painel/pendencias?tipo=waived_months",
    "excesso": "painel/pendencias?tipo=excess_charges",
}


# What a sweep and a settlement would leave, of some charges that were posted.
PENDING = (
    "create temporary table charge on commit drop as select event.*, row_number() over (order by id) as number "
    "from billing.event as event where due_date = :due and live and status = 'processed'",
    "insert into billing.open_month select client_plan_id, case mod(number, 3) when 0 then 0 else package_id end, "
    "'2026-01-01', max(amount), 0 from charge where number <= 40 group by 1, 2",
    "insert into billing.excess_charge select due_date, client_plan_id, package_id, reference_month, amount, "
    "case mod(number, 2) when 0 then 'package_cancelled' else 'client_plan_cancelled' end, mod(number, 4) = 0, "
    "array[id] from charge where mod(number, 5) = 0",
    "insert into billing.credit (event_id, due_date, client_plan_id, charge_id, amount, rest) "
    "select id, due_date, client_plan_id, id, -amount, amount from charge where mod(number, 8) = 1",
    "insert into billing.payout (event_id, due_date, client_plan_id, amount) "
    "select id, due_date, client_plan_id, amount from charge where mod(number, 8) = 1",
    "insert into billing.carried_charge (event_id, due_date, client_plan_id) "
    "select id, due_date, client_plan_id from charge where mod(number, 8) = 2",
)
GONE = (
    "billing.open_month", "billing.waiver", "billing.excess_charge", "billing.carried_charge", "billing.payout",
    "billing.credit", "reports.open_item", "reports.overdue_charge",
)  # fmt: skip


def quietly(stack: RunningStack, *statements: str, **parameters: object) -> None:
    """Run statements while no trigger keeps the books: what happens to these is told elsewhere."""
    with stack.engine.begin() as connection:
        connection.exec_driver_sql("set local session_replication_role = replica")
        for statement in statements:
            connection.execute(text(statement), parameters)


@pytest.fixture(scope="module")
def pending(stack: RunningStack, places: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Something of every kind is pending; it is gone afterwards."""
    billed = {row.due_date for row in rows(stack, "select due_date from billing.run where kind = 'tv'")}
    # The first that is over, and that no other test billed.
    past = places["due"] - timedelta(40)
    while past.day != places["due"].day or past in billed:
        past -= timedelta(1)
    tv.save(stack.engine, past, SETTINGS, allow_voids=True)
    quietly(stack, *PENDING, due=places["due"])
    dashboard.refresh_open_items(stack.engine, get_settings().today())
    yield places
    quietly(stack, *(f"delete from {table}" for table in GONE))  # noqa: S608
    of_run = "where run_id in (select id from billing.run where due_date = :due)"
    tables = ("billing.event_record", "billing.exclusion", "billing.expectation")
    quietly(stack, *(f"delete from {table} {of_run}" for table in tables), due=past)  # noqa: S608
    quietly(stack, "delete from billing.run where due_date = :due", due=past)


@pytest.fixture(scope="module")
def telephone(chromium: Browser, stack: RunningStack) -> Iterator[BrowserContext]:
    context = new_context(chromium, stack, viewport=NARROW, device_scale_factor=2, is_mobile=True, has_touch=True)
    yield context
    context.close()


def test_an_open_month_is_waived_and_the_waiver_taken_back(
    person: Person, stack: RunningStack, pending: dict[str, Any]
) -> None:
    person.provokes = {422}
    person.open("Painel").get_by_role("link", name="Meses em aberto").click()
    expect(person.frame.get_by_role("heading", level=1)).to_have_text("Meses em aberto")
    before = person.row("nada foi cobrado", "Meses em aberto")
    waits = "select count(*) from billing.open_month"
    [(number,)] = rows(stack, waits)
    before.first.get_by_role("button", name="Dispensar a cobrança").click()
    expect(person.dialog.get_by_role("heading", name="Dispensar a cobrança")).to_be_visible()
    person.dialog.get_by_label("Motivo").fill(" ")
    person.dialog.get_by_role("button", name="Dispensar a cobrança").click()
    expect(person.dialog.get_by_role("alert")).to_contain_text("O motivo está vazio: preencha-o. Nada foi gravado.")
    judge(person.document)
    person.dialog.get_by_label("Motivo").fill("cortesia")
    person.dialog.get_by_role("button", name="Dispensar a cobrança").click()
    person.reads("dispensada.")
    assert [tuple(row) for row in rows(stack, waits)] == [(number - 1,)]
    assert [tuple(row) for row in rows(stack, "select author, reason from billing.waived_month")] == [
        ("admin", "cortesia")
    ]

    person.frame.get_by_role("link", name="Cobranças dispensadas").click()
    waived = person.row("dispensado por admin", "Cobranças dispensadas")
    expect(waived).to_have_count(1)
    waived.get_by_role("button", name="Desfazer a dispensa").click()
    person.dialog.get_by_label("Motivo").fill("engano")
    person.dialog.get_by_role("button", name="Desfazer a dispensa").click()
    person.reads("está em aberto de novo.")
    expect(waived).to_have_count(0)
    assert rows(stack, "select from billing.waived_month") == []


def test_a_payout_is_noted_with_day_and_means(person: Person, stack: RunningStack, pending: dict[str, Any]) -> None:
    [payout] = rows(stack, "select id, event_id, amount from billing.payout where paid_at is null order by id limit 1")
    person.open("Painel").get_by_role("link", name="Créditos a pagar ao cliente").click()
    row = person.row(event_code(payout.event_id), "Créditos a pagar ao cliente")
    row.get_by_role("button", name="Registrar pagamento").click()
    amount = f"R$ {Decimal(payout.amount):,.2f}".translate(str.maketrans(",.", ".,"))
    expect(person.dialog).to_contain_text(amount)
    person.dialog.get_by_label("Como foi pago").fill("Pix")
    judge(person.document)
    person.dialog.get_by_role("button", name="Registrar pagamento").click()
    person.reads(f"Pagamento de {amount} a ")
    expect(row).to_have_count(0)
    [made] = rows(stack, "select paid_by, paid_on, paid_how from billing.payout where id = :id", id=payout.id)
    assert tuple(made) == ("admin", get_settings().today(), "Pix")


@pytest.mark.parametrize("name", LISTS)
def test_everybody_can_use_a_list_light_and_dark(person: Person, pending: dict[str, Any], name: str) -> None:
    judge(person.visit(LISTS[name]))


@pytest.mark.parametrize("path", ["painel", *LISTS.values()])
def test_what_is_pending_fits_on_a_telephone(
    telephone: BrowserContext, stack: RunningStack, pending: dict[str, Any], path: str
) -> None:
    person = Person(stack, telephone.new_page())
    page = person.visit(path)
    wide, room = page.locator("html").evaluate("html => [html.scrollWidth, html.clientWidth]")
    person.leave()
    page.close()
    assert wide <= room


def test_the_dashboard_names_all_of_it(person: Person, pending: dict[str, Any]) -> None:
    page = person.visit("painel")
    for name in ("Pendentes após o vencimento",
                 "Cobranças à espera de outra fatura", "Créditos sem fatura", "Créditos a pagar ao cliente",
                 "Meses em aberto", "Cobrado além do devido"):  # fmt: skip
        expect(page.get_by_role("link", name=name).first).to_be_visible()
    judge(page)
