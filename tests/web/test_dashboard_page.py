"""Painel: the figures that were worked out, to the cent, and whether the runs are well."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from tests.web.visitor import Visitor
from tests.web.world import SCRIPT, World

TITLES = [
    "Receita por pacote e mês",
    "Eventos por situação e vencimento",
    "Clientes por pacote",
    "Divergência por tipo: o que cada dia precisou corrigir",
]


def test_the_start_is_the_panel(viewer: Visitor) -> None:
    answer = viewer.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/multitv/painel")


def test_the_drift_is_in_reais_a_month(world: World, viewer: Visitor) -> None:
    page = viewer.page("/painel")
    assert [card.text for card in page.all("li", class_="card")][:3] == [
        "Vendido e não ativo R$ 3.588,00 120 contratos",
        "Ativo e não cobrado R$ 0,00 0 contratos",
        "Cobrado e não ativo R$ 1.234,56 1 contrato",
    ]
    assert f"Números de {world.today:%d/%m/%Y}" in page.text


def test_each_picture_has_its_numbers_as_a_table(world: World, viewer: Visitor) -> None:
    page = viewer.page("/painel")
    assert [canvas.attributes["aria-label"].partition(": os números")[0] for canvas in page.all("canvas")] == TITLES
    month = f"{world.settled:%m/%Y}"
    assert [row for row in page.rows if row[0] == month] == [[month, "R$ 358,80", "R$ 9,99"]]
    assert page.row(f"{world.pending:%d/%m/%y}")[1:] == ["0", "1", "1"]
    assert [cell for row in page.rows for cell in row if cell == f'Cinema "Premium" {SCRIPT}']


def test_what_is_drawn_is_what_the_database_has(world: World, viewer: Visitor) -> None:
    page = viewer.page("/painel")
    [source] = page.all("script", data_chart="revenue")
    drawn = json.loads(source.text)
    of_database = world.run("select to_char(month, 'MM/YYYY'), name, amount from reports.revenue "
                            "join tv.package on package.id = package_id")  # fmt: skip
    assert {
        (month, one["name"]): Decimal(value)
        for one in drawn["series"]
        for month, value in zip(drawn["labels"], one["values"], strict=True)
    } == {(month, name): amount for month, name, amount in of_database}
    assert sum(Decimal(row["amount"]) for row in viewer.read("/dashboard")["revenue"]) == sum(
        amount for _, _, amount in of_database
    )


@pytest.mark.parametrize(
    ("kind", "number"), [("sold_not_active", 120), ("active_not_billed", 0), ("billed_not_active", 1)]
)
def test_the_drift_is_listed_once_also_where_amounts_are_equal(
    world: World, viewer: Visitor, kind: str, number: int
) -> None:
    page = viewer.page(f"/painel/divergencia?tipo={kind}")
    rows = page.rows[1:]
    while rows[-1] == ["Mostrar mais"]:
        [more] = page.all("button", hx_target="closest tr")
        page = viewer.page(more.attributes["hx-get"].removeprefix("/multitv"))
        rows = rows[:-1] + page.rows
    if number == 0:
        assert rows == [["Nenhuma divergência deste tipo."]]
        return
    assert len(rows) == len({tuple(row) for row in rows}) == number
    of_api, cursor = [], None
    while True:
        answer = viewer.read(f"/revenue-assurance/{kind}", cursor=cursor)
        of_api += [row["client_plan_id"] for row in answer["rows"]]
        cursor = answer["next"]
        if cursor is None:
            break
    assert of_api == sorted(set(of_api))
    assert [int(row[0].rpartition("(")[2].rstrip(")")) for row in rows] == of_api


def test_a_kind_of_drift_that_there_is_not_is_refused(viewer: Visitor) -> None:
    assert viewer.get("/painel/divergencia?tipo=nada").status_code == 422
    assert viewer.api("GET", "/revenue-assurance/nada").status_code == 422


def test_every_dag_shows_how_its_last_runs_went(world: World, user: Visitor, viewer: Visitor) -> None:
    user.send("/faturamento/carregar", {"vencimento": str(world.coming)})
    page = viewer.page("/painel/execucoes")
    assert [row[0] for row in page.rows[1:]] == [
        "Faturamento TV", "Faturamento Padrão", "Reconciliar planos de TV", "Sincronizar catálogo de TV",
        "Vigiar o faturamento", "Manutenção do banco", "Atualizar o painel",
    ]  # fmt: skip
    assert page.row("Faturamento TV")[1] == "na fila"
    assert page.row("Sincronizar catálogo")[1] == "nunca"
    links = [link.attributes["href"] for link in page.all("a", class_="queued")]
    assert any(link.startswith(f"/dags/tv_billing/runs/carregar_due_{world.coming}") for link in links)
    titles = [link.attributes["title"] for link in page.all("a", class_="queued")]
    assert any(title.startswith(f"Carregando a lista do vencimento {world.coming:%d/%m/%Y}, ") for title in titles)
    assert not [title for title in titles if "_" in title]
