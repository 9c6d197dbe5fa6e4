"""Painel: the figures are worked out while one watches, drawn, and told as numbers; runs lead to Airflow."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import RunningStack, rows
from tests.e2e.screens.browser import DAG_MS, Person

pytestmark = pytest.mark.usefixtures("billed", "awake")

# How many colours a picture has; one that nothing was drawn on has one.
COLOURS = """canvas => {
    const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    return new Set(new Uint32Array(pixels.buffer)).size;
}"""


@pytest.fixture(scope="module")
def awake(stack: RunningStack) -> None:
    """The figures can be worked out."""
    stack.wake("tv_dashboard")


@pytest.fixture
def figures(stack: RunningStack) -> None:
    """The figures were worked out, whichever test was first to see to it."""
    if not rows(stack, "select from reports.refresh"):
        assert stack.wait_for_run("tv_dashboard", stack.trigger("tv_dashboard")) == "success"


def numbers(person: Person, title: str) -> dict[str, list[Decimal]]:
    """Open the numbers beneath a picture, and return them by their labels."""
    panel = person.frame.get_by_role("region", name=title, exact=True)
    panel.get_by_text("Ver os números").click()
    found = {}
    for row in panel.locator("tbody tr").all():
        label, *cells = row.locator("th, td").all_inner_texts()
        found[label] = [Decimal(re.sub(r"[R$ .\xa0]", "", cell).replace(",", ".")) for cell in cells]
    return found


def test_the_figures_are_worked_out_anew_drawn_and_told_as_numbers(person: Person, stack: RunningStack) -> None:
    [before] = rows(stack, "select now() as at")
    person.open("Painel").get_by_role("button", name="Atualizar agora").click()
    run = person.frame.get_by_role("heading", name="Atualizando o painel")
    expect(run).to_be_visible()
    # The page comes anew with the new figures.
    expect(run).to_be_hidden(timeout=DAG_MS)
    expect(person.frame.get_by_text("Números de")).to_be_visible()
    [after] = rows(stack, "select min(refreshed_at) as at from reports.refresh")
    assert after.at > before.at

    pictures = person.frame.locator("canvas")
    expect(pictures).to_have_count(4)
    for picture in pictures.all():
        assert picture.evaluate(COLOURS) > 2

    revenue = rows(stack, "select to_char(month, 'MM/YYYY'), sum(amount) from reports.revenue group by month")
    assert revenue
    shown = numbers(person, "Receita por pacote e mês")
    assert {month: sum(amounts) for month, amounts in shown.items()} == dict(map(tuple, revenue))
    included_and_extra = rows(
        stack,
        "select name, coalesce(sum(client_plans) filter (where kind = 'included'), 0), "
        "coalesce(sum(client_plans) filter (where kind = 'extra'), 0) "
        "from reports.package_clients join tv.package on package.id = package_id group by name",
    )
    assert numbers(person, "Clientes por pacote") == {
        name: [included, extra] for name, included, extra in included_and_extra
    }


@pytest.mark.usefixtures("figures")
def test_the_drift_in_reais_leads_to_the_contracts_that_drift(person: Person, stack: RunningStack) -> None:
    for kind, name in (("sold_not_active", "Vendido e não ativo"), ("active_not_billed", "Ativo e não cobrado")):
        person.follow("painel").get_by_role("link", name=name).click()
        expect(person.frame.get_by_role("heading", level=1)).to_contain_text("Divergência em R$")
        found = rows(stack, "select from reports.discrepancy where kind = :kind limit 50", kind=kind)
        expect(person.frame.get_by_role("region", name="Divergência").get_by_role("link")).to_have_count(len(found))


def test_the_health_of_the_runs_leads_out_of_the_frame_to_airflows_own_pages(person: Person) -> None:
    health = person.open("Painel").get_by_role("region", name="Saúde das execuções")
    expect(health.get_by_role("row").filter(has_text="Reconciliar planos de TV")).to_contain_text(
        re.compile("concluída|em andamento|na fila")
    )
    health.get_by_role("link", name="Faturamento TV", exact=True).click()
    expect(person.page).to_have_url(re.compile("/dags/tv_billing"))
    expect(person.page.locator("iframe")).to_have_count(0)
    expect(person.page.get_by_role("heading", name="Faturamento TV")).to_be_visible()
