"""Add., Editar, Trocar, Retirar Ponto on the screen."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.markup import Page
from tests.web.visitor import Visitor, message_of
from tests.web.world import World


def mac(plan: int, number: int) -> str:
    return f"a4:5e:70:{plan // 256:02x}:{plan % 256:02x}:{number:02x}"


@pytest.fixture
def plan(world: World) -> int:
    """A client plan whose packages allow two points."""
    return world.client("Cliente com pontos")


@pytest.fixture
def point(world: World, user: Visitor, plan: int) -> int:
    form = {"label": "Sala", "mac": mac(plan, 1), "serial": "SN1", "device_type": "stb"}
    assert user.send(f"/clientes/{plan}/pontos/novo", form).status_code == 200
    [(number,)] = world.run("select id from tv.client_point where client_plan_id = :plan", plan=plan)
    return int(number)


def stored(world: World, plan: int) -> list[tuple[Any, ...]]:
    rows = world.run(
        "select label, mac, serial, device_type, removed_on from tv.client_point where client_plan_id = :plan "
        "order by id",
        plan=plan,
    )
    return [tuple(row) for row in rows]


def last_change(world: World, plan: int) -> tuple[Any, ...]:
    statement = "select author, action, before, after from tv.contract_change where client_plan_id = :plan order by id"
    return tuple(world.run(statement, plan=plan)[-1])


@pytest.mark.parametrize("typed", ["A4-5E-70-00-00-01", "a45e.7000.0001", "A45E70000001", " a4:5e:70:00:00:01 "])
def test_a_mac_may_be_typed_as_it_is_printed(world: World, user: Visitor, plan: int, typed: str) -> None:
    form = {"label": " Quarto ", "mac": typed, "serial": "SN1", "device_type": "stb"}
    answer = user.send(f"/clientes/{plan}/pontos/novo", form)
    assert answer.status_code == 200, answer.text
    assert message_of(answer) == "Ponto Quarto adicionado (a4:5e:70:00:00:01)."
    assert stored(world, plan) == [("Quarto", "a4:5e:70:00:00:01", "SN1", "stb", None)]
    world.run(
        "update tv.client_point set removed_on = :today where client_plan_id = :plan", plan=plan, today=world.today
    )


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("mac", "zz", "não é um MAC: escreva seis pares"),
        ("mac", "ff:ff:ff:ff:ff:ff", "não é o MAC de um único aparelho"),
        ("mac", "", "não é um MAC"),
        ("label", "  ", "O rótulo está vazio: preencha-o."),
        ("label", "x" * 201, "use no máximo 200"),
        ("serial", "", "O número de série está vazio"),
        ("device_type", "", "O tipo do aparelho está vazio"),
    ],
)
def test_a_point_that_cannot_be_is_refused_in_the_form(
    world: World, user: Visitor, plan: int, field: str, value: str, why: str
) -> None:
    typed = {"label": "Sala", "mac": mac(plan, 1), "serial": "SN1", "device_type": "stb"} | {field: value}
    answer = user.send(f"/clientes/{plan}/pontos/novo", typed)
    assert answer.status_code == 422
    page = Page(answer.text)
    assert why in page.all("p", role="alert")[0].text
    assert page.fields == typed
    assert [element.attributes["name"] for element in page.all("input", aria_invalid="true")] == [field]
    assert stored(world, plan) == []


def test_a_point_over_the_limit_and_a_mac_twice_are_refused(world: World, user: Visitor, plan: int, point: int) -> None:
    other = world.client()
    form = {"label": "Sala", "mac": mac(plan, 1), "serial": "SN1", "device_type": "stb"}
    answer = user.send(f"/clientes/{other}/pontos/novo", form)
    assert answer.status_code == 422
    assert f"está no ponto {point} do plano do cliente {plan}: retire-o de lá antes" in Page(answer.text).text
    user.send(f"/clientes/{plan}/pontos/novo", form | {"mac": mac(plan, 2)})
    answer = user.send(f"/clientes/{plan}/pontos/novo", form | {"mac": mac(plan, 3)})
    assert answer.status_code == 422
    assert "chegou ao limite de pontos: tem 2, e os pacotes dele permitem 2." in Page(answer.text).text
    assert len(stored(world, plan)) == 2


def test_a_point_is_edited(world: World, user: Visitor, plan: int, point: int) -> None:
    form = user.page(f"/pontos/{point}/editar")
    assert form.fields == {"label": "Sala", "serial": "SN1", "device_type": "stb"}
    typed = {"label": "Cozinha", "serial": "SN2", "device_type": "stb-4k"}
    answer = user.send(f"/pontos/{point}/editar", typed)
    assert message_of(answer) == "Ponto Cozinha salvo."
    assert stored(world, plan) == [("Cozinha", mac(plan, 1), "SN2", "stb-4k", None)]
    assert last_change(world, plan)[:2] == ("user", "edit_point")
    answer = user.send(f"/pontos/{point}/editar", typed | {"label": ""})
    assert answer.status_code == 422
    assert Page(answer.text).fields == typed | {"label": ""}


def test_a_swap_keeps_the_point_and_changes_the_device(world: World, user: Visitor, plan: int, point: int) -> None:
    form = user.page(f"/pontos/{point}/trocar")
    assert form.fields == {"mac": "", "serial": "", "device_type": "stb"}
    assert f"O ponto Sala fica; sai o aparelho {mac(plan, 1)} e entra outro." in form.text
    typed = {"mac": mac(plan, 9), "serial": "SN9", "device_type": "stb-4k"}
    answer = user.send(f"/pontos/{point}/trocar", typed)
    assert message_of(answer) == f"Ponto Sala: aparelho trocado por {mac(plan, 9)}."
    assert stored(world, plan) == [("Sala", mac(plan, 9), "SN9", "stb-4k", None)]
    author, action, before, after = last_change(world, plan)
    assert (author, action, before["mac"], after["mac"]) == ("user", "swap_point", mac(plan, 1), mac(plan, 9))
    answer = user.send(f"/pontos/{point}/trocar", typed)
    assert answer.status_code == 422
    assert f"já tem o aparelho {mac(plan, 9)}" in Page(answer.text).text
    assert Page(answer.text).fields == typed


def test_a_removed_point_frees_its_mac_and_stays_as_history(world: World, user: Visitor, plan: int, point: int) -> None:
    assert f"Retirar o ponto Sala, aparelho {mac(plan, 1)}?" in user.page(f"/pontos/{point}/retirar").text
    answer = user.send(f"/pontos/{point}/retirar")
    assert message_of(answer) == f"Ponto Sala retirado; o MAC {mac(plan, 1)} está livre."
    assert stored(world, plan)[0][4] == world.today
    row = user.page(f"/clientes/{plan}/pontos").row(mac(plan, 1))
    assert row[5:] == [f"{world.today:%d/%m/%Y}", ""]
    for path in ("retirar", "editar", "trocar"):
        typed = {"label": "x", "mac": mac(plan, 8), "serial": "x", "device_type": "x"}
        answer = user.send(f"/pontos/{point}/{path}", typed)
        assert answer.status_code == 422
        assert f"foi retirado em {world.today:%d/%m/%Y}: use Add. Ponto" in Page(answer.text).text
    form = {"label": "Sala", "mac": mac(plan, 1), "serial": "SN1", "device_type": "stb"}
    assert user.send(f"/clientes/{world.client()}/pontos/novo", form).status_code == 200
