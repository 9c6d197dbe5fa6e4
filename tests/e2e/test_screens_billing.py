"""Faturamento TV, as the manual has it: Vencimento, Carregar, Salvar, and what becomes of it at the client."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Locator, expect

from multitv.billing.explanation import Explanation
from multitv.database.rows import read_as
from multitv.event_codes import event_code
from tests.e2e.conftest import RunningStack, bill_plans, rows, totals
from tests.e2e.screens.browser import DAG_MS, Person
from tests.e2e.screens.looks import judge

pytestmark = pytest.mark.usefixtures("platform_in_step")

WAIT = "Aguardar o Faturamento Padrão"


@pytest.fixture
def due(stack: RunningStack, due_dates: Iterator[date]) -> date:
    """A due date that nobody billed, with more client packages than a page of its list shows; its DAGs are awake."""
    for dag_id in ("tv_billing", "standard_billing"):
        stack.wake(dag_id)
    statement = "select count(*), (select count(*) from billing.run where due_date = :due) from billing.candidate(:due)"

    def fits(day: date) -> bool:
        [(candidates, runs)] = rows(stack, statement, due=day)
        return candidates > 50 and not runs

    return next(filter(fits, due_dates))


def reais(amount: Decimal) -> str:
    return f"R$ {amount:,.2f}".translate(str.maketrans(",.", ".,"))


def load(person: Person, due: date) -> None:
    """Choose the due date, press Carregar, and watch until the list is there."""
    person.open("Faturamento TV").get_by_label("Vencimento", exact=True).fill(str(due))
    person.frame.get_by_role("button", name="Carregar").click()
    expect(person.frame.get_by_role("heading", level=1)).to_contain_text(f"vencimento {due:%d/%m/%Y}")
    expect(person.frame.get_by_role("heading", name="Carregando a lista")).to_contain_text("concluída", timeout=DAG_MS)
    expect(person.frame.get_by_text("A cobrar", exact=True)).to_be_visible()


def step(person: Person, name: str) -> Locator:
    """Find a task among those of the run that is followed."""
    return person.frame.locator(".steps li").filter(has_text=name)


def lines(person: Person) -> Locator:
    return person.frame.get_by_role("region", name="Lista de faturamento").locator("tbody tr:not(.more)")


def exported(person: Person, kind: str, folder: Path) -> Path:
    """Press a button of the export, in the frame, and return the file that the browser was given."""
    with person.page.expect_download() as download:
        person.frame.get_by_role("link", name=f"Exportar {kind}").click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_a_list_is_loaded_looked_at_and_saved_and_ends_at_the_client_as_processed(
    person: Person, stack: RunningStack, due: date, tmp_path: Path
) -> None:
    load(person, due)
    look(person, stack, due, tmp_path)
    save(person, stack, due)


def look(person: Person, stack: RunningStack, due: date, folder: Path) -> None:
    """Read the totals, all pages of the list and one reason; export the list."""
    [kept] = rows(stack, "select * from billing.preview where due_date = :due", due=due)
    cards = person.frame.locator(".card")
    expect(cards.filter(has_text="A cobrar")).to_contain_text(reais(kept.amount))
    expect(cards.filter(has_text="A cobrar")).to_contain_text(f"{kept.charges} de {kept.candidates} pacotes")
    assert rows(stack, "select from billing.event where due_date = :due", due=due) == []

    expect(lines(person)).to_have_count(50)
    while (more := person.frame.get_by_role("button", name="Mostrar mais")).count():
        shown = lines(person).count()
        more.click()
        expect(lines(person)).not_to_have_count(shown)
    expect(lines(person)).to_have_count(kept.candidates)

    # The demo ISP has cancelled packages on every due date.
    [(cancelled,)] = rows(
        stack, "select count(*) from billing.candidate(:due) where exclusion = 'package_cancelled'", due=due
    )
    person.frame.get_by_role("link", name=f"pacote cancelado ({cancelled})").click()
    expect(lines(person).filter(has_text="pacote cancelado")).to_have_count(cancelled)
    expect(lines(person)).to_have_count(cancelled)

    text = exported(person, "CSV", folder).read_text("utf-8-sig")
    sheet = list(csv.DictReader(StringIO(text), delimiter=";"))
    assert len(sheet) == kept.candidates
    amounts = [row["Valor a cobrar"].replace(",", ".") for row in sheet if row["Resultado"] == "Cobrança"]
    assert (len(amounts), sum(map(Decimal, amounts))) == (kept.charges, kept.amount)
    book = openpyxl.load_workbook(exported(person, "XLSX", folder), read_only=True)
    head, *body = book.active.values
    book.close()
    amount, outcome = head.index("Valor a cobrar"), head.index("Resultado")
    assert len(body) == kept.candidates
    charged = [Decimal(str(row[amount])) for row in body if row[outcome] == "Cobrança"]
    assert (len(charged), sum(charged)) == (kept.charges, kept.amount)


def save(person: Person, stack: RunningStack, due: date) -> None:
    """Press Salvar, watch the run wait for the standard billing and end, and look at a client who was charged."""
    person.frame.get_by_role("button", name="Salvar").click()
    run = person.frame.get_by_role("heading", name="Salvando e faturando")
    expect(run).to_be_visible()
    expect(step(person, WAIT)).to_contain_text("aguardando", timeout=DAG_MS)
    expect(person.frame.locator("#state")).to_contain_text("Faturamento TV Salvo")
    sold = charged(stack, due, "pending")
    expect(events(person, sold, due).first).to_contain_text("Pendente")

    bill_plans(stack, due)
    person.follow(f"faturamento?vencimento={due}")
    expect(run).to_contain_text("concluída", timeout=DAG_MS)
    expect(person.frame.locator("#state")).to_contain_text("Faturamento TV Fechada")
    expected, billed, posted = totals(stack, due)
    assert expected == billed == posted
    assert expected[0] > 0

    event = events(person, sold, due)
    expect(event).to_contain_text("Processado")
    expect(event).to_contain_text(reais(sold.amount))
    [why] = rows(stack, "select * from billing.explanation(:id)", id=sold.id)
    expect(event).to_contain_text(f"{event_code(sold.id)}. {read_as(Explanation, why).line()}")
    invoice = person.row(f"{due:%d/%m/%Y}", "Faturas")
    expect(invoice).to_contain_text(f"Plano {reais(sold.monthly_price)}")
    expect(invoice).to_contain_text(f"Pacote Extra {reais(sold.amount)} evento {event_code(sold.id)}")
    expect(invoice).to_contain_text(reais(sold.monthly_price + sold.amount))


def charged(stack: RunningStack, due: date, status: str) -> Any:
    """Return an event of a client plan that has no other on this due date."""
    return rows(
        stack,
        "select event.id, event.client_plan_id, amount, package.name as package, monthly_price "
        "from billing.event join erp.client_plan as plan on plan.id = event.client_plan_id "
        "join erp.service_plan on service_plan.id = plan.service_plan_id "
        "join tv.package on package.id = package_id "
        "where due_date = :due and event.status = :status and 1 = (select count(*) from billing.event as other "
        "where other.client_plan_id = event.client_plan_id and other.due_date = event.due_date) "
        "order by event.id limit 1",
        due=due,
        status=status,
    )[0]


def events(person: Person, sold: Any, due: date) -> Locator:
    """Come to the client plan of an event, and find the event there."""
    person.follow(f"clientes/{sold.client_plan_id}")
    return person.row(f"{due:%d/%m/%Y}", "Eventos de faturamento").filter(has_text=sold.package)


def test_a_list_that_changed_after_it_was_loaded_is_shown_again_before_it_is_saved(
    person: Person, stack: RunningStack, due: date
) -> None:
    load(person, due)
    [sold] = rows(
        stack, "select client_package_id as id from billing.candidate(:due) where exclusion is null limit 1", due=due
    )
    [before] = rows(stack, "select price from tv.client_package where id = :id", id=sold.id)
    rows(stack, "update tv.client_package set price = 71.23 where id = :id", id=sold.id)
    try:
        person.frame.get_by_role("button", name="Salvar").click()
        question = person.frame.locator(".question")
        expect(question).to_contain_text(f"Faturamento TV, vencimento {due:%d/%m/%Y}: salvar", timeout=DAG_MS)
        expect(step(person, "Conferir e salvar")).to_contain_text("aguarda uma pessoa")
        assert rows(stack, "select from billing.event where due_date = :due", due=due) == []
        judge(person.document)
        # A person needs a moment to read, and Airflow one to hear that the task waits.
        person.page.wait_for_timeout(3000)
        question.get_by_role("button", name="Aprovar").click()
        expect(question).to_be_hidden()
        expect(step(person, WAIT)).to_contain_text("aguardando", timeout=DAG_MS)
    finally:
        rows(stack, "update tv.client_package set price = :price where id = :id", price=before.price, id=sold.id)
    amounts = rows(
        stack, "select amount from billing.event where due_date = :due and client_package_id = :id", due=due, id=sold.id
    )
    assert amounts == [(Decimal("71.23"),)]
    decided = rows(stack, "select decision, decided_by from billing.review where due_date = :due order by id", due=due)
    assert decided[-1] == ("approved", "admin")
