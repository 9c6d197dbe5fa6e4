"""Planos e Serviços, Pacotes e canais: the ISP sets up what it sells, in Airflow's frame."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import RunningStack, rows
from tests.e2e.screens.browser import Person
from tests.e2e.screens.looks import judge

pytestmark = pytest.mark.usefixtures("platform_in_step")


@pytest.fixture
def plan_without_tv(stack: RunningStack) -> Iterator[str]:
    """The name of a service plan that has no TV; it has none again afterwards."""
    [plan] = rows(
        stack,
        "select id, name from erp.service_plan "
        "where id not in (select service_plan_id from tv.service_plan_setting where allows_tv) "
        "order by id desc limit 1",
    )
    yield plan.name
    rows(stack, "delete from tv.service_plan_setting where service_plan_id = :id", id=plan.id)


@pytest.fixture
def extra(stack: RunningStack) -> Iterator[str]:
    """The name of an extra, which has its price again afterwards."""
    [package] = rows(
        stack, "select id, name, price from tv.package where extra and active and price > 0 order by name limit 1"
    )
    yield package.name
    rows(stack, "update tv.package set price = :price where id = :id", price=package.price, id=package.id)


def test_a_service_plan_is_allowed_tv_and_given_its_package(person: Person, plan_without_tv: str) -> None:
    person.open("Planos e Serviços")
    row = person.row(plan_without_tv)
    expect(row.get_by_role("cell", name="Não")).to_be_visible()
    row.get_by_role("button", name="Editar").click()
    person.dialog.get_by_label("Permite a criação de Planos de TV").select_option("Sim")
    person.dialog.get_by_label("Pacote liberado no Plano").select_option("TV Essencial")
    person.dialog.get_by_role("button", name="Salvar").click()
    person.reads(f"{plan_without_tv}: TV salva.")
    expect(row.get_by_role("cell", name="Sim")).to_be_visible()
    expect(row.get_by_role("cell", name="TV Essencial")).to_be_visible()


def test_an_extra_gets_another_price_and_what_is_no_price_is_refused_in_the_form(person: Person, extra: str) -> None:
    person.provokes = {422}
    person.open("Pacotes e canais")
    row = person.row(extra, "Pacotes")
    row.get_by_role("button", name="Editar").click()
    price = person.dialog.get_by_label("Valor Pacote")
    price.fill("trinta")
    person.dialog.get_by_role("button", name="Salvar").click()
    expect(person.dialog.get_by_role("alert")).to_contain_text("“trinta” não é um valor em reais: escreva como 29,90.")
    expect(price).to_be_focused()
    judge(person.document)
    price.fill("31,5")
    person.dialog.get_by_role("button", name="Salvar").click()
    person.reads(f"{extra}: oferta salva.")
    expect(row.get_by_role("cell", name="R$ 31,50")).to_be_visible()


def test_the_channels_of_a_package_are_shown(person: Person, stack: RunningStack) -> None:
    channels = rows(
        stack,
        "select channel.name, number, family from tv.channel join tv.package_channel on channel_id = channel.id "
        "join tv.package on package_id = package.id where package.name = 'HBO' and channel.active order by number",
    )
    person.follow("pacotes").get_by_role("link", name="HBO", exact=True).click()
    expect(person.frame.get_by_role("heading", level=1)).to_contain_text("HBO")
    shown = person.frame.get_by_role("region", name="Canais").locator("tbody tr")
    assert [row.split("\t") for row in shown.all_inner_texts()] == [[str(value) for value in row] for row in channels]


def test_a_channel_is_found_while_its_name_is_typed(person: Person, stack: RunningStack) -> None:
    found = rows(stack, "select name from tv.channel where name ilike '%telecine%' order by number")
    person.follow("pacotes").get_by_role("link", name="Canais", exact=True).click()
    person.frame.get_by_role("searchbox", name="Buscar canal").press_sequentially("telecine")
    expect(person.frame.locator("#channels tr td:first-child")).to_have_text([row.name for row in found])
