"""Add., Cancelar, Apagar Pacote on the screen: what is typed is done, or refused in the form that keeps it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.web.markup import Page
from tests.web.visitor import Visitor, message_of
from tests.web.world import World


def sold(world: World, plan: int) -> list[tuple[Any, ...]]:
    rows = world.run(
        "select package_id, price, added_on, cancelled_on from tv.client_package where client_plan_id = :plan "
        "order by id",
        plan=plan,
    )
    return [tuple(row) for row in rows]


def sold_id(world: World, plan: int) -> int:
    [(number,)] = world.run("select max(id) from tv.client_package where client_plan_id = :plan", plan=plan)
    return int(number)


def actions(world: World, plan: int) -> list[tuple[str, str]]:
    rows = world.run(
        "select author, action from tv.contract_change where client_plan_id = :plan order by id", plan=plan
    )
    return [tuple(row) for row in rows]


@pytest.fixture
def plan(world: World) -> int:
    return world.client("Cliente que compra")


def test_the_form_offers_every_extra_with_its_price_and_channels(world: World, user: Visitor, plan: int) -> None:
    world.sell(plan, world.films)
    page = user.page(f"/clientes/{plan}/pacotes/novo")
    options = {option.attributes["value"]: option.text for option in page.all("option")}
    assert options[str(world.sports)] == "Esportes & Cia (R$ 29,90)"
    assert options[str(world.films)].endswith("(R$ 1.234,56) — já tem")
    assert str(world.basic) not in options
    assert "Pacote de outrora" not in page.text
    assert page.fields == {"price": "", "added_on": ""}
    channels = user.page(f"/clientes/{plan}/pacotes/novo/canais?package_id={world.sports}").rows
    assert channels[1:] == [["Canal do Boi", "5", "Agro & Negócios"], ["SporTV", "539", "Esportes"]]


@pytest.mark.parametrize(
    ("typed", "price"),
    [
        ("", None),
        ("29,90", "29.90"),
        ("1.234,56", "1234.56"),
        ("29.90", "29.90"),
        ("R$ 29,90", "29.90"),
        ("0,00", "0.00"),
    ],
)
def test_a_package_is_sold_for_what_is_typed(
    world: World, user: Visitor, plan: int, typed: str, price: str | None
) -> None:
    later = world.today + timedelta(days=3)
    form = {"package_id": str(world.sports), "price": typed, "added_on": str(later)}
    answer = user.send(f"/clientes/{plan}/pacotes/novo", form)
    assert answer.status_code == 200, answer.text
    shown = "R$ 29,90" if price is None else "R$ " + f"{Decimal(price):,}".translate(str.maketrans(",.", ".,"))
    note = f"Esportes & Cia adicionado a partir de {later:%d/%m/%Y}, {shown}."
    assert message_of(answer) == note
    assert "contract-changed" in answer.headers["HX-Trigger"]
    assert sold(world, plan) == [(world.sports, None if price is None else Decimal(price), later, None)]
    assert actions(world, plan) == [("user", "add_package")]


def test_without_a_day_it_is_sold_from_today(world: World, user: Visitor, plan: int) -> None:
    user.send(f"/clientes/{plan}/pacotes/novo", {"package_id": str(world.sports), "price": "", "added_on": ""})
    assert sold(world, plan) == [(world.sports, None, world.today, None)]


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("price", "abc", "“abc” não é um valor em reais: escreva como 29,90."),
        ("price", "1,234", "não é um valor em reais"),
        ("price", "-1", "não é um valor em reais"),
        ("price", "99.999.999.999,00", "não está entre R$ 0,00 e R$ 9.999.999.999,99"),
        ("added_on", "0000-00-00", "não é uma data"),
        ("added_on", "9999-99-99", "não é uma data"),
        ("added_on", "0202-11-26", "não é uma data possível: confira o ano."),
        ("package_id", "", "Escolha um item da lista."),
        ("package_id", "987654321", "Não há pacote 987654321"),
        ("package_id", "9" * 19, "Escolha um item da lista."),
    ],
)
def test_what_cannot_be_sold_is_refused_in_the_form(
    world: World, user: Visitor, plan: int, field: str, value: str, why: str
) -> None:
    typed = {"package_id": str(world.sports), "price": "10,00", "added_on": str(world.today)} | {field: value}
    answer = user.send(f"/clientes/{plan}/pacotes/novo", typed)
    assert answer.status_code == 422
    page = Page(answer.text)
    [refusal] = page.all("p", role="alert")
    assert why in refusal.text
    assert refusal.text.endswith("Nada foi gravado.")
    kept = {name: text for name, text in typed.items() if name != "package_id" or field != "package_id"}
    assert page.fields == kept
    assert sold(world, plan) == []


def test_a_rule_that_refuses_is_told_in_the_form(world: World, user: Visitor, plan: int) -> None:
    form = {"package_id": str(world.sports), "price": "10,00", "added_on": ""}
    user.send(f"/clientes/{plan}/pacotes/novo", form)
    refusals = {
        plan: "já tem o pacote",
        world.client(status="cancelled"): "está cancelado e não recebe mais pacotes nem pontos",
        world.client(service_plan=2): "não permite TV",
        987_654_321: "O ERP não tem o plano do cliente 987654321",
    }
    for number, why in refusals.items():
        answer = user.send(f"/clientes/{number}/pacotes/novo", form)
        assert answer.status_code == 422
        assert why in Page(answer.text).text
        assert Page(answer.text).fields["price"] == "10,00"
    assert len(sold(world, plan)) == 1


def test_a_package_is_cancelled_from_a_day_on(world: World, user: Visitor, plan: int) -> None:
    world.sell(plan, world.sports, "7.00")
    number = sold_id(world, plan)
    form = user.page(f"/pacotes-do-cliente/{number}/cancelar")
    assert form.fields == {"cancelled_on": str(world.today)}
    assert "O pacote Esportes & Cia (R$ 7,00, desde 01/06/2026)" in form.text
    answer = user.send(f"/pacotes-do-cliente/{number}/cancelar", {"cancelled_on": str(world.coming)})
    assert message_of(answer) == f"Pacote cancelado a partir de {world.coming:%d/%m/%Y}."
    assert sold(world, plan) == [(world.sports, Decimal("7.00"), date(2026, 6, 1), world.coming)]
    again = user.send(f"/pacotes-do-cliente/{number}/cancelar", {"cancelled_on": str(world.today)})
    assert again.status_code == 422
    assert "já está cancelado a partir de" in Page(again.text).text
    assert actions(world, plan) == [("user", "cancel_package")]


@pytest.mark.parametrize(
    ("typed", "why"),
    [("2026-05-31", "começa em 01/06/2026"), ("ontem", "não é uma data"), ("9999-12-31", "não é uma data possível")],
)
def test_a_day_that_it_cannot_end_on_is_refused(world: World, user: Visitor, plan: int, typed: str, why: str) -> None:
    world.sell(plan, world.sports)
    answer = user.send(f"/pacotes-do-cliente/{sold_id(world, plan)}/cancelar", {"cancelled_on": typed})
    assert answer.status_code == 422
    page = Page(answer.text)
    assert why in page.text
    assert page.fields == {"cancelled_on": typed}
    assert sold(world, plan)[0][3] is None


def test_what_was_never_billed_is_deleted(world: World, user: Visitor, plan: int) -> None:
    world.sell(plan, world.sports)
    number = sold_id(world, plan)
    assert "Apagar Esportes & Cia (R$ 29,90" in user.page(f"/pacotes-do-cliente/{number}/apagar").text
    answer = user.send(f"/pacotes-do-cliente/{number}/apagar")
    assert message_of(answer) == "Esportes & Cia apagado."
    assert sold(world, plan) == []
    assert actions(world, plan) == [("user", "delete_package")]
    assert user.send(f"/pacotes-do-cliente/{number}/apagar").status_code == 404


def test_what_was_billed_stays(world: World, user: Visitor) -> None:
    before = sold(world, world.waiting)
    answer = user.send(f"/pacotes-do-cliente/{sold_id(world, world.waiting)}/apagar")
    assert answer.status_code == 422
    assert "já entrou no faturamento" in Page(answer.text).text
    assert sold(world, world.waiting) == before


def test_nothing_is_offered_to_a_contract_that_is_not_there(user: Visitor) -> None:
    for form in ("pacotes", "pontos"):
        assert user.get(f"/clientes/987654321/{form}/novo").status_code == 404
