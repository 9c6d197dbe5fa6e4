"""Planos e Serviços, Pacotes e canais: the screens have what the database has, and change what the ISP decides."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.web.markup import Page
from tests.web.visitor import HTMX, Visitor, message_of
from tests.web.world import SCRIPT, World


@pytest.fixture
def plan(world: World) -> int:
    """A service plan of the test's own, without a TV tab."""
    number = int(next(world.ids)) + 10_000
    world.run("insert into erp.service_plan values (:id, 'Plano ' || :id, 59.9)", id=number)
    return number


def setting(world: World, plan: int) -> Any:
    rows = world.run("select allows_tv, package_id from tv.service_plan_setting where service_plan_id = :id", id=plan)
    return tuple(rows[0]) if rows else None


def audit(world: World, column: str, number: int) -> list[Any]:
    statement = f"select author, action from tv.contract_change where {column} = :id order by id"  # noqa: S608
    return [tuple(row) for row in world.run(statement, id=number)]


def test_each_service_plan_says_whether_it_allows_tv_and_what_it_releases(world: World, viewer: Visitor) -> None:
    page = viewer.page("/planos")
    assert page.rows[0][3:5] == ["Permite a criação de Planos de TV", "Pacote liberado no Plano"]
    assert page.row("Fibra 500 + TV")[2:5] == ["R$ 149,90", "Sim", "TV Família"]
    assert page.row("Fibra 300")[2:5] == ["R$ 99,90", "Não", "—"]
    assert page.row(SCRIPT)[3:5] == ["Não", "—"]
    assert page.row("Fibra por dia")[2] == "R$ 1.234,56"


def test_a_service_plan_is_given_tv_and_a_package(world: World, plan: int, op: Visitor) -> None:
    form = op.page(f"/planos/{plan}/tv")
    assert form.fields == {"allows_tv": "nao"}
    assert [option.text for option in form.all("option")] == ["Sim", "Não", "(nenhum)", "TV Família"]
    answer = op.send(f"/planos/{plan}/tv", {"allows_tv": "sim", "package_id": str(world.basic)})
    assert Page(answer.text.removeprefix("<template>")).rows == [
        [str(plan), f"Plano {plan}", "R$ 59,90", "Sim", "TV Família", "Editar"]
    ]
    assert message_of(answer) == f"Plano {plan}: TV salva."
    assert setting(world, plan) == (True, world.basic)
    assert audit(world, "service_plan_id", plan) == [("op", "change_default_package"), ("op", "set_allows_tv")]
    assert op.page(f"/planos/{plan}/tv").fields == {"allows_tv": "sim", "package_id": str(world.basic)}
    op.send(f"/planos/{plan}/tv", {"allows_tv": "nao", "package_id": str(world.basic)})
    assert setting(world, plan) == (False, world.basic)


def test_what_cannot_be_released_is_refused_in_the_form(world: World, plan: int, op: Visitor) -> None:
    for package, why in {
        str(world.sports): "é um Pacote Extra",
        "987654321": "Não há pacote 987654321",
        "abc": "Escolha um item da lista",
    }.items():
        answer = op.send(f"/planos/{plan}/tv", {"allows_tv": "sim", "package_id": package})
        assert answer.status_code == 422
        page = Page(answer.text)
        assert why in page.all("p", role="alert")[0].text
        assert "Nada foi gravado." in page.text
        assert page.fields["allows_tv"] == "sim"
        assert setting(world, plan) is None


def test_each_package_says_what_it_is(world: World, viewer: Visitor) -> None:
    page = viewer.page("/pacotes")
    assert page.rows[0][:4] == ["Pacote", "Tipo", "Pacote Extra", "Valor Pacote"]
    assert page.row("TV Família")[1:7] == ["Básico", "Não", "—", "2", "60", "Ativo"]
    assert page.row("Esportes & Cia")[1:7] == ["Adicional", "Sim", "R$ 29,90", "3", "2", "Ativo"]
    assert page.row("Cinema")[1:5] == ["Adicional", "Sim", "R$ 1.234,56", "sem limite"]
    assert page.row("Pacote de outrora")[6] == "Saiu"
    assert "Última sincronização" in page.text
    assert "1.234 canais lidos" in page.text
    assert "60 em quarentena" in page.text


def test_a_package_has_its_channels_by_number(world: World, viewer: Visitor) -> None:
    page = viewer.page(f"/pacotes/{world.sports}")
    assert page.rows == [
        ["Nome Canal", "N.Canal", "Família"],
        ["Canal do Boi", "5", "Agro & Negócios"],
        ["SporTV", "539", "Esportes"],
    ]
    assert "2 canais" in page.text


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("sportv", ["SporTV"]),
        ("SPÓRTV", ["SporTV"]),
        ("539", ["SporTV"]),
        ("agro", ["Canal do Boi"]),
        ("negocios", ["Canal do Boi"]),
        ("canal 1017", ["Canal 1017"]),
        ("antigo", ["Antigo fora da plataforma"]),
        ("nada disso", ["Nenhum canal."]),
    ],
)
def test_a_channel_is_found_by_name_number_or_family(
    world: World, viewer: Visitor, search: str, found: list[str]
) -> None:
    part = Page(viewer.ask("GET", "/canais", viewer.cookie | HTMX, params={"busca": search}).text)
    assert [row[0] for row in part.rows] == found
    assert not part.all("html")


@pytest.mark.parametrize("path", ["/canais", "/pacotes", "/quarentena", "/quarentena/assinantes"])
def test_a_long_list_goes_on_where_it_ended(world: World, viewer: Visitor, path: str) -> None:
    page = viewer.page(path)
    rows = page.rows[1:-1]
    assert len(rows) == 50
    while more := page.all("button", hx_target="closest tr"):
        page = viewer.page(more[-1].attributes["hx-get"].removeprefix("/multitv"))
        rows += [row for row in page.rows if row != ["Mostrar mais"]]
    tables = {
        "/canais": "tv.channel",
        "/pacotes": "tv.package",
        "/quarentena": "tv.quarantine",
        "/quarentena/assinantes": "reconciliation.parked_subscriber",
    }
    [(everything,)] = world.run(f"select count(*) from {tables[path]}")  # noqa: S608
    assert len(rows) == everything
    assert len({tuple(row[:2]) for row in rows}) == everything


def test_what_the_sync_refused_is_shown_row_by_row(world: World, viewer: Visitor) -> None:
    row = viewer.page("/quarentena").rows[1]
    assert row[:3] == ["Canal", "ch-1", "o nome está em branco"]
    assert row[3] == f'Detalhe técnico name_is_blank (received: {SCRIPT}) {{"name": "{SCRIPT}"}}'


def test_the_subscribers_that_are_left_alone_are_shown_with_their_client_plan(world: World, viewer: Visitor) -> None:
    page = viewer.page("/quarentena/assinantes")
    assert page.rows[1][:4] == [
        str(world.maria),
        "sub-1",
        SCRIPT,
        "a situação na plataforma não é ativo, suspenso nem inativo: corrija-a na plataforma",
    ]
    assert page.rows[2][:2] == ["—", "sub-2"]
    assert viewer.read("/parked-subscribers")["rows"][0]["client_plan_id"] == world.maria


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ({"extra": "sim", "price": "1.234,56", "point_limit": "4"}, (True, Decimal("1234.56"), 4)),
        ({"extra": "sim", "price": "29,9", "point_limit": ""}, (True, Decimal("29.90"), None)),
        ({"extra": "sim", "price": "R$ 29,90", "point_limit": "0"}, (True, Decimal("29.90"), 0)),
        ({"extra": "sim", "price": "0,00", "point_limit": "1000"}, (True, Decimal("0.00"), 1000)),
        ({"extra": "nao", "price": "", "point_limit": ""}, (False, None, None)),
    ],
)
def test_the_offer_of_a_package_is_changed_as_it_is_typed(
    world: World, op: Visitor, typed: dict[str, str], stored: tuple[Any, ...]
) -> None:
    package = world.named_package("Da oferta", "10.00")
    assert op.page(f"/pacotes/{package}/oferta").fields == {"extra": "sim", "price": "10,00", "point_limit": ""}
    answer = op.send(f"/pacotes/{package}/oferta", typed)
    assert answer.status_code == 200, answer.text
    assert world.run("select extra, price, point_limit from tv.package where id = :id", id=package) == [stored]
    assert audit(world, "package_id", package) == [("op", "change_offer")]
    [row] = Page(answer.text).rows
    assert row[2:5] == [
        "Sim" if stored[0] else "Não",
        "—" if stored[1] is None else "R$ " + f"{stored[1]:,}".translate(str.maketrans(",.", ".,")),
        "sem limite" if stored[2] is None else str(stored[2]),
    ]


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("price", "abc", "não é um valor em reais: escreva como 29,90."),
        ("price", "1,234", "não é um valor em reais"),
        ("price", "-1", "não é um valor em reais"),
        ("price", "99999999999,00", "não está entre R$ 0,00 e R$ 9.999.999.999,99"),
        ("point_limit", "1,5", "não é um número inteiro"),
        ("point_limit", "-1", "não é um número inteiro"),
        ("point_limit", "1001", "não é um número inteiro de 0 a 1000"),
    ],
)
def test_an_offer_that_cannot_be_is_refused_in_the_form(
    world: World, op: Visitor, field: str, value: str, why: str
) -> None:
    package = world.named_package("Da oferta", "10.00")
    typed = {"extra": "sim", "price": "10,00", "point_limit": "2"} | {field: value}
    answer = op.send(f"/pacotes/{package}/oferta", typed)
    assert answer.status_code == 422
    page = Page(answer.text)
    assert why in page.all("p", role="alert")[0].text
    assert page.fields == typed
    assert [element.attributes["name"] for element in page.all("input", aria_invalid="true")] == [field]
    assert world.run("select price, point_limit from tv.package where id = :id", id=package) == [
        (Decimal("10.00"), None)
    ]


def test_a_package_that_plans_include_does_not_become_an_extra(world: World, op: Visitor) -> None:
    answer = op.send(f"/pacotes/{world.basic}/oferta", {"extra": "sim", "price": "1,00", "point_limit": "2"})
    assert answer.status_code == 422
    assert "é o “Pacote liberado no Plano” destes planos de serviço: 1 (Fibra 500 + TV)" in Page(answer.text).text
