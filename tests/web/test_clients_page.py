"""Cliente: whom the search finds, and how what they have is shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.web.markup import Page
from tests.web.visitor import Visitor
from tests.web.world import World

MARIA = "Maria José Conceição d'Ávila"


def found(viewer: Visitor, search: str) -> list[str]:
    """The names that a search finds, on all of its pages; the API has to find the same."""
    names = [row[0] for page in pages(viewer, search) for row in page.rows if len(row) == 3]
    told, cursor = [], None
    while True:
        answer = viewer.api("POST", "/clients/search", {"search": search, "cursor": cursor}).json()
        told += [" ".join(row["name"].split()) for row in answer["rows"]]
        cursor = answer["next"]
        if cursor is None:
            break
    assert names == told
    return names


def pages(viewer: Visitor, search: str) -> list[Page]:
    """The rows of a search as the form asks for them, and then the button Mostrar mais."""
    found = [Page(viewer.send("/clientes", {"busca": search}).text)]
    while more := found[-1].all("button", hx_target="closest tr"):
        assert more[0].attributes["hx-post"] == "/multitv/clientes"
        found.append(Page(viewer.send("/clientes", json.loads(more[0].attributes["hx-vals"])).text))
    return found


@pytest.mark.parametrize(
    "search",
    ["Maria José Conceição", "maria jose", "MARIA", "mar jos conc", "conceicao maria", "d'avila", "Ávila", "avila",
     " maria   jose ", "mária", "12345678909", "123.456.789-09", "123.456", "123 456 789"],
)  # fmt: skip
def test_maria_is_found_however_one_asks_for_her(world: World, viewer: Visitor, search: str) -> None:
    assert found(viewer, search)[0] == MARIA


def test_a_contract_is_found_by_its_number(world: World, viewer: Visitor) -> None:
    assert MARIA in found(viewer, str(world.maria))


@pytest.mark.parametrize(
    "search", ["12345678000195", "12.345.678/0001-95", "12345678", "Padaria São João", "sao joao pad"]
)
def test_a_company_is_found_by_its_cnpj_as_well(world: World, viewer: Visitor, search: str) -> None:
    assert "Padaria São João ME" in found(viewer, search)


@pytest.mark.parametrize(
    "search",
    ["12ABC34501DE35", "12abc34501de35", "12.ABC.345/01DE-35", "12.abc.345/01de\u201335", "12 ABC 345 01DE 35",
     " 12abc34501de35\u00a0", "12ABC", "12.abc", "12.ABC.345/01DE-3"],
)  # fmt: skip
def test_a_company_is_found_by_a_cnpj_with_letters(world: World, viewer: Visitor, search: str) -> None:
    with documents(world, {"Letras Ltda": "12abc34501de35", "Outras Letras": "12ABD34501DE00"}):
        assert found(viewer, search) == ["Letras Ltda"]


def test_digits_find_a_cnpj_that_goes_on_with_letters(world: World, viewer: Visitor) -> None:
    with documents(world, {"Letras Ltda": "98.7BC.345/01DE-35"}):
        assert found(viewer, "987") == ["Letras Ltda"]
        assert viewer.page("/clientes?busca=98.7bc").row("Letras")[1] == "98.7BC.345/01DE-35"


def test_a_name_with_a_digit_is_found_beside_cnpjs_that_begin_so_and_nobody_twice(
    world: World, viewer: Visitor
) -> None:
    cnpjs = {f"Zeta {number:02}": f"Q7{number:02}3450001000" for number in range(25)}
    named = {f"Q7 Telecom {number:02}": f"Q7A{number:02}" for number in range(25)}
    with documents(world, cnpjs | named | {"Q7 do CNPJ": "Q7Z34501DE0035"}):
        names = found(viewer, "q7")
        assert sorted(names) == sorted([*cnpjs, *named, "Q7 do CNPJ"])
        assert names[:25] == list(cnpjs)


@contextmanager
def documents(world: World, documents_by_name: dict[str, str]) -> Iterator[None]:
    """Have these clients, in this order, until the end."""
    made = [world.client(name, document) for name, document in documents_by_name.items()]
    try:
        yield
    finally:
        world.run("delete from erp.client_plan where id = any(:made)", made=made)
        world.run("delete from erp.client where id = any(:made)", made=made)


@pytest.mark.parametrize("search", ["aria", "jose pedro", "maria xyz", "98765432100", "''", "🎬", "日本"])
def test_nobody_else_is(world: World, viewer: Visitor, search: str) -> None:
    assert found(viewer, search) == []
    assert "Nenhum cliente encontrado: busque pelo começo dos nomes" in pages(viewer, search)[0].text


def test_without_a_search_everybody_is_there_once_by_name(world: World, viewer: Visitor) -> None:
    names = found(viewer, "")
    everybody = world.run("select name from erp.client")
    assert sorted(names) == sorted(" ".join(row.name.split()) for row in everybody)


def test_many_of_one_name_are_each_there_once(world: World, viewer: Visitor) -> None:
    plans = [world.client("Xisto Repetido") for _ in range(45)]
    assert found(viewer, "xisto") == ["Xisto Repetido"] * 45
    shown, cursor = [], None
    while True:
        page = viewer.read("/clients", search="xisto", cursor=cursor)
        shown += [plan["id"] for row in page["rows"] for plan in row["plans"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert shown == plans


def test_those_whose_name_begins_so_come_first_and_nobody_comes_twice(world: World, viewer: Visitor) -> None:
    first = [f"Yara {number:02}" for number in range(25)]
    then = [f"Ana Yara {number:02}" for number in range(25)]
    for name in (*then, *first, "Ana Yaracema", "Ana Jaraguá"):
        world.client(name)
    assert found(viewer, "yara") == [*first, *then, "Ana Yaracema"]
    assert found(viewer, "yara 0") == [*first[:10], *then[:10]]


def test_a_client_is_shown_with_every_contract(world: World, viewer: Visitor) -> None:
    row = viewer.page("/clientes?busca=padaria").row("Padaria")
    assert row[1] == "12.345.678/0001-95"
    assert "Fibra 500 + TV · vence dia 10 Suspenso TV" in row[2]
    number = world.client("Dois contratos", service_plan=2)
    second = world.client("Outra pessoa")
    world.run("update erp.client_plan set client_id = :client where id = :plan", client=number, plan=second)
    row = viewer.page("/clientes?busca=dois+contratos").row("Dois contratos")
    assert f"Contrato {number} Fibra 300 · vence dia 10 Ativo" in row[2]
    assert f"Contrato {second} Fibra 500 + TV · vence dia 10 Ativo TV" in row[2]
    assert "sem contrato" in viewer.page("/clientes?busca=outra+pessoa").row("Outra pessoa")[2]


def test_the_search_keeps_what_was_typed(world: World, viewer: Visitor) -> None:
    page = viewer.page("/clientes?busca=jos%C3%A9+%22da%22")
    assert page.fields["busca"] == 'josé "da"'


def test_a_contract_that_the_erp_tells_little_of_is_shown_all_the_same(world: World, viewer: Visitor) -> None:
    number = world.client("Some depois")
    world.run("delete from erp.client where id = :id", id=number)
    world.run("update erp.client_plan set service_plan_id = 777 where id = :id", id=number)
    page = viewer.page(f"/clientes/{number}")
    assert page.all("h1")[0].text == "Cliente desconhecido Ativo"
    assert "O plano 777 não permite TV." in page.text
    assert viewer.read(f"/client-plans/{number}")["client"] is None


def test_a_contract_that_is_not_there_is_said_so(world: World, viewer: Visitor) -> None:
    answer = viewer.get("/clientes/987654321")
    assert answer.status_code == 404
    assert "O ERP não tem o plano do cliente 987654321: confira o número." in Page(answer.text).text
