"""Faturamento TV: the due date, its list by outcome and page by page, and totals that are the sum of the lines."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal
from typing import Any

import pytest

from multitv.web.core.rendering import money
from tests.web.visitor import Visitor
from tests.web.world import SCRIPT, World

OUTCOMES = {
    "charge": 181,
    "client_plan_suspended": 1,
    "client_plan_cancelled": 1,
    "client_plan_not_active_yet": 1,
    "plan_without_tv": 1,
    "not_added_yet": 1,
    "package_cancelled": 1,
    "no_price": 1,
    "free": 1,
    "package_inactive": 1,
    "package_not_extra": 1,
}


def all_rows(viewer: Visitor, world: World, outcome: str = "") -> list[list[str]]:
    """The rows of the long list as somebody reads them who presses Mostrar mais to the end."""
    page = viewer.page(f"/faturamento/{world.counted}/resumo?resultado={outcome}")
    rows = page.rows[1:]
    while rows[-1] == ["Mostrar mais"]:
        [more] = page.all("button", hx_target="closest tr")
        page = viewer.page(more.attributes["hx-get"].removeprefix("/multitv"))
        rows = rows[:-1] + page.rows
    return rows


def all_lines(viewer: Visitor, world: World, outcome: str | None = None) -> list[dict[str, Any]]:
    """The same from the API."""
    lines: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = viewer.read(f"/billing/{world.counted}/lines", outcome=outcome, cursor=cursor)
        assert len(page["rows"]) <= 50
        lines += page["rows"]
        if (cursor := page["next"]) is None:
            return lines


def kept(world: World, outcome: str | None = None) -> list[tuple[int, int]]:
    """Client plan and client package of each line, in the order of the list."""
    rows = world.run(
        "select client_plan_id, client_package_id from billing.preview_line as line "
        "join billing.preview on preview.id = preview_id where due_date = :due "
        "and (cast(:outcome as text) is null or outcome = :outcome) order by 1, 2, reference_month",
        due=world.counted, outcome=outcome,
    )  # fmt: skip
    return [tuple(row) for row in rows]


def test_the_next_due_dates_and_those_of_late_are_offered(world: World, viewer: Visitor) -> None:
    page = viewer.page("/faturamento")
    offered = [link.text for link in page.all("a") if "vencimento=" in link.attributes["href"]]
    assert len(offered) >= 4
    assert page.row(f"{world.settled:%d/%m/%Y}")[1:] == ["Fechada", "Fechada", "R$ 368,79"]
    assert page.row(f"{world.pending:%d/%m/%Y}")[1:] == ["Salvo", "—", "R$ 29,90"]


def test_a_due_date_that_is_chosen_is_what_the_page_is_about(world: World, viewer: Visitor) -> None:
    page = viewer.page(f"/faturamento?vencimento={world.coming}")
    assert page.fields["vencimento"] == str(world.coming)
    asked = {element.attributes["hx-get"] for element in page.all("div") if "hx-get" in element.attributes}
    assert asked == {f"/multitv/faturamento/{world.coming}/{part}" for part in ("situacao", "execucoes", "resumo")}


@pytest.mark.parametrize("typed", ["0000-00-00", "9999-99-99", "amanhã", "2026-02-30", "0026-12-10", "9999-12-31"])
def test_what_is_no_due_date_is_refused_in_words(world: World, user: Visitor, typed: str) -> None:
    for answer in (
        user.get(f"/faturamento?vencimento={typed}"),
        user.send("/faturamento/carregar", {"vencimento": typed}),
    ):
        assert answer.status_code == 422
        assert "não é uma data" in answer.text
    assert "Escolha o vencimento." in user.send("/faturamento/carregar").text


def test_how_far_a_due_date_is(world: World, viewer: Visitor) -> None:
    settled = viewer.page(f"/faturamento/{world.settled}/situacao").text
    assert settled.startswith(f"Faturamento TV Fechada em {world.today:%d/%m/%Y}")
    assert "Faturamento Padrão Fechada" in settled
    assert viewer.page("/faturamento/2199-12-30/situacao").text == "Este vencimento ainda não foi faturado."


@pytest.mark.parametrize(
    ("day", "code", "told"),
    [
        ("2001-01-10", "erp_empty", "o ERP não mostra nenhum plano de cliente"),
        ("2001-01-15", None, "o motivo está no detalhe técnico"),
    ],
)
def test_a_failure_is_told_in_words_and_its_message_is_folded_away(
    world: World, viewer: Visitor, day: str, code: str | None, told: str
) -> None:
    world.run("insert into billing.run (kind, due_date, status, reason_code, reason) values ('standard', :day, "
              "'failed', :code, :said)", day=day, code=code, said=f"view is empty {SCRIPT}")  # fmt: skip
    page = viewer.page(f"/faturamento/{day}/situacao")
    assert page.text == f"Faturamento Padrão Falhou : {told} Detalhe técnico view is empty {SCRIPT}"
    assert [detail.text for detail in page.all("details")] == [f"Detalhe técnico view is empty {SCRIPT}"]


def test_the_last_failure_of_a_run_that_goes_on_is_told_beside_its_state(world: World, viewer: Visitor) -> None:
    world.run("insert into billing.run (kind, due_date, status, reason_code, reason) values ('tv', '2001-01-20', "
              "'saved', 'standard_billing_overdue', 'not closed')")  # fmt: skip
    assert viewer.page("/faturamento/2001-01-20/situacao").text == (
        "Faturamento TV Salvo , última falha: o Faturamento Padrão não foi fechado no prazo Detalhe técnico not closed"
    )


def test_a_due_date_without_a_list_says_what_to_press(world: World, viewer: Visitor, user: Visitor) -> None:
    assert user.page("/faturamento/2199-12-30/resumo").text == (
        "Nenhuma lista foi carregada para 30/12/2199. Pressione Carregar."
    )
    assert "Pressione" not in viewer.page("/faturamento/2199-12-30/resumo").text


def test_the_list_is_summed_and_compared_with_the_month_before(world: World, viewer: Visitor) -> None:
    page = viewer.page(f"/faturamento/{world.coming}/resumo")
    assert [card.text for card in page.all("li", class_="card")][:3] == [
        "A cobrar R$ 398,69 14 de 15 pacotes da lista",
        "Mês anterior R$ 398,69 14 cobranças",
        "Diferença R$ 0,00 +0,0 %",
    ]
    page = viewer.page(f"/faturamento/{world.counted}/resumo")
    assert "Mês anterior — não foi faturado" in page.text
    assert "não há com que comparar" in page.all("p", class_="notice")[0].text


def test_a_line_says_who_pays_how_much_for_what(world: World, viewer: Visitor) -> None:
    page = viewer.page(f"/faturamento/{world.coming}/resumo")
    month = f"{world.coming:%m/%Y}"
    rows = [row for row in page.rows if row[0] == f"Maria José Conceição d'Ávila contrato {world.maria}"]
    assert rows == [
        [rows[0][0], "Fibra 500 + TV", "Esportes & Cia", month, "R$ 29,90", "Cobrança Nova"],
        [rows[0][0], "Fibra 500 + TV", f'Cinema "Premium" {SCRIPT}', month, "R$ 9,99", "Cobrança Nova"],
        [rows[0][0], "Fibra 500 + TV", "Pacote de outrora", month, "—", "pacote fora da plataforma"],
    ]


def test_a_part_of_a_month_is_explained_by_its_days(world: World, viewer: Visitor) -> None:
    [line] = [line for line in all_lines(viewer, world, "charge") if line["days"]]
    days, whole = line["days"], line["denominator"]
    assert days == whole - 14
    assert Decimal(line["amount"]) == (Decimal("29.90") * days / whole).quantize(Decimal("0.01"), ROUND_DOWN)
    cells = [row[4] for row in all_rows(viewer, world, "charge") if "dias de" in row[4]]
    assert cells == [f"{money(Decimal(line['amount']))} {days} de {whole} dias de R$ 29,90"]


def test_every_line_is_read_once_and_in_order(world: World, viewer: Visitor) -> None:
    lines = all_lines(viewer, world)
    assert [(line["client_plan_id"], line["client_package_id"]) for line in lines] == kept(world)
    assert len(lines) == sum(OUTCOMES.values())
    rows = all_rows(viewer, world)
    assert [int(row[0].rpartition(" ")[2]) for row in rows] == [plan for plan, _ in kept(world)]


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_list_is_read_by_outcome(world: World, viewer: Visitor, outcome: str) -> None:
    lines = all_lines(viewer, world, outcome)
    assert [(line["client_plan_id"], line["client_package_id"]) for line in lines] == kept(world, outcome)
    assert len(lines) == OUTCOMES[outcome]
    assert {line["outcome"] for line in lines} == {outcome}
    rows = all_rows(viewer, world, outcome)
    assert len(rows) == OUTCOMES[outcome]
    assert (rows[0][4] == "—") == (outcome != "charge")


def test_the_totals_are_the_sum_of_the_lines(world: World, viewer: Visitor) -> None:
    preview = viewer.read(f"/billing/{world.counted}/preview")
    lines = all_lines(viewer, world)
    charges = [Decimal(line["amount"]) for line in lines if line["outcome"] == "charge"]
    assert (Decimal(preview["amount"]), preview["charges"]) == (sum(charges), len(charges))
    assert preview["candidates"] == len(lines)
    assert {row["outcome"]: row["client_packages"] for row in preview["outcomes"]} == OUTCOMES
    assert sum(Decimal(row["amount"]) for row in preview["outcomes"] if row["outcome"] == "charge") == sum(charges)
    page = viewer.page(f"/faturamento/{world.counted}/resumo")
    assert f"A cobrar {money(sum(charges, Decimal()))} 181 de 191 pacotes da lista" in page.text


def test_the_outcomes_are_named_with_how_many_there_are(world: World, viewer: Visitor) -> None:
    page = viewer.page(f"/faturamento/{world.counted}/resumo?resultado=free")
    pills = {link.text: link.attributes for link in page.all("a") if "hx-target" in link.attributes}
    assert {
        "Todos (191)",
        "Cobrança (181)",
        "gratuito (1)",
        "plano sem TV (1)",
        "contrato suspenso (1)",
    } <= pills.keys()
    assert [text for text, said in pills.items() if "aria-current" in said] == ["gratuito (1)"]


@pytest.mark.parametrize("outcome", ["charge'--", "CHARGE", "a b", "x" * 41, "1"])
def test_an_outcome_that_cannot_be_is_refused(world: World, viewer: Visitor, outcome: str) -> None:
    answer = viewer.ask("GET", f"/faturamento/{world.counted}/resumo", viewer.cookie, params={"resultado": outcome})
    assert answer.status_code == 422
    assert viewer.api("GET", f"/billing/{world.counted}/lines", params={"outcome": outcome}).status_code == 422


def test_nobody_is_in_an_outcome_that_is_not_on_the_list(world: World, viewer: Visitor) -> None:
    assert all_rows(viewer, world, "below_minimum") == [["Ninguém está nesta lista."]]


def test_a_list_that_is_loaded_anew_is_read_from_its_beginning(world: World, viewer: Visitor) -> None:
    """Half of one list and half of the next would be neither."""
    due, plan = world.due(27, 1), world.client(due_day=27)
    for package in world.packages:
        world.sell(plan, package)
    number = world.store(due)
    [more] = viewer.page(f"/faturamento/{due}/resumo").all("button", hx_target="closest tr")
    path = more.attributes["hx-get"].removeprefix("/multitv")
    cursor = viewer.read(f"/billing/{due}/lines")["next"]
    assert len(viewer.page(path).rows) == 10
    for _ in range(2):
        # The list that went just now is kept for those who are reading it.
        world.store(due)
    for answer in (viewer.get(path), viewer.api("GET", f"/billing/{due}/lines", params={"cursor": cursor})):
        assert answer.status_code == 409
        assert f"A lista {number} não está mais guardada" in answer.text
    assert len(viewer.read(f"/billing/{due}/lines")["rows"]) == 50
