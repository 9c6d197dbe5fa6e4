"""Cliente, Plano ativo, TV: an attendant finds a client, sells, installs, and sees it arrive on the platform."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, expect

from multitv.settings import get_settings
from tests.e2e.conftest import RunningStack, rows
from tests.e2e.screens.browser import DAG_MS, Person, new_context
from tests.e2e.screens.looks import judge

pytestmark = pytest.mark.usefixtures("platform_in_step")

CONTRACT = """
    select plan.id, client.name, client.document
    from erp.client_plan as plan
    join erp.client on client.id = client_id
    join tv.service_plan_setting using (service_plan_id)
    join tv.client_extra_field as pin on pin.client_plan_id = plan.id and pin.name like 'Auth Pin%'
    where
        allows_tv and plan.status = 'active' and client.name ~ '[áéíóúâêôãõç]' and length(document) = 11
        and plan.id not in (
            select client_plan_id from tv.client_package join tv.package on package.id = package_id
            where package.name in ('Telecine', 'Esportes')
        )
        and (select count(*) from tv.client_point where client_plan_id = plan.id and removed_on is null) < 2
        and plan.id not in (select client_plan_id from tv.pin_reveal)
    order by plan.id
    limit 1
"""
MAC = "a4:5e:60:f0:{:02x}:{:02x}"


@pytest.fixture
def contract(stack: RunningStack) -> Any:
    """A client plan that the platform serves, and that is not touched yet: id, name and document."""
    return rows(stack, CONTRACT)[0]


def mac(contract: Any, number: int) -> str:
    """Return the MAC of a device that nobody else has."""
    return MAC.format(contract.id % 256, number)


def sold(stack: RunningStack, contract: Any, package: str) -> list[Any]:
    return rows(
        stack,
        "select client_package.* from tv.client_package join tv.package on package.id = package_id "
        "where client_plan_id = :id and name = :package",
        id=contract.id,
        package=package,
    )


def sell(person: Person, package: str, price: str = "") -> None:
    """Fill in Novo Pacote Extra, and send it."""
    person.frame.get_by_role("button", name="Add. Pacote").click()
    choice = person.dialog.get_by_label("Nome do Pacote")
    choice.select_option(choice.locator("option").filter(has_text=package).get_attribute("value"))
    person.dialog.get_by_label("Valor Pacote").fill(price)
    person.dialog.get_by_role("button", name="Adicionar").click()


def test_a_client_is_found_by_name_without_accents_by_document_and_by_contract(person: Person, contract: Any) -> None:
    unaccented = unicodedata.normalize("NFKD", contract.name).encode("ascii", "ignore").decode().lower()
    part = " ".join(word[:5] for word in unaccented.split()[:2])
    document = re.sub(r"(\d{3})(\d{3})(\d{3})(\d{2})", r"\1.\2.\3-\4", contract.document)
    person.open("Clientes")
    for search in (part, document, contract.document, str(contract.id)):
        person.frame.get_by_role("searchbox", name="Buscar cliente").fill(search)
        row = person.row(document)
        expect(row).to_contain_text(contract.name)
    row.get_by_role("link", name=f"Contrato {contract.id}", exact=True).click()
    expect(person.frame.get_by_role("heading", level=1)).to_contain_text(contract.name)
    expect(person.frame.get_by_role("navigation", name="Telas do Multi TV").locator("[aria-current]")).to_have_text(
        "Clientes"
    )


def test_an_extra_is_sold_once_at_a_price_of_the_clients_own(
    person: Person, stack: RunningStack, contract: Any
) -> None:
    person.provokes = {422}
    extras = rows(stack, "select name from tv.package where extra and active order by name")
    channels = rows(
        stack,
        "select channel.name, number, family from tv.channel join tv.package_channel on channel_id = channel.id "
        "join tv.package on package_id = package.id where package.name = 'Telecine' and channel.active order by number",
    )
    person.follow(f"clientes/{contract.id}").get_by_role("button", name="Add. Pacote").click()
    expect(person.dialog).to_have_accessible_name("Novo Pacote Extra")
    choice = person.dialog.get_by_label("Nome do Pacote")
    offered = choice.locator("option").all_inner_texts()
    assert [name.split(" (")[0] for name in offered] == ["Escolha…", *(row.name for row in extras)]
    choice.select_option(label="Telecine (R$ 29,90)")
    grid = person.dialog.get_by_role("region", name="Canais do pacote").locator("tbody tr")
    expect(grid).to_have_count(len(channels))
    assert [row.split("\t") for row in grid.all_inner_texts()] == [[str(value) for value in row] for row in channels]
    person.dialog.get_by_label("Valor Pacote").fill("19,90")
    person.dialog.get_by_role("button", name="Adicionar").click()
    person.reads("Telecine adicionado")
    expect(person.row("Telecine", "Pacotes extras")).to_contain_text("R$ 19,90")
    expect(person.row("Telecine", "Pacotes extras")).to_contain_text("próprio do cliente")

    sell(person, "Telecine")
    expect(person.dialog.get_by_role("alert")).to_contain_text("já tem o pacote")
    person.dialog.get_by_role("button", name="Voltar").click()
    expect(person.dialog).to_be_hidden()
    assert [row.price for row in sold(stack, contract, "Telecine")] == [Decimal("19.90")]


def test_an_extra_is_cancelled_from_a_day_on_and_one_sold_by_mistake_is_deleted(
    person: Person, stack: RunningStack, contract: Any
) -> None:
    ends = get_settings().today() + timedelta(days=10)
    person.follow(f"clientes/{contract.id}")
    for package in ("Telecine", "Esportes"):
        sell(person, package)
        person.reads(f"{package} adicionado")
    person.frame.get_by_role("button", name="Cancelar Pacote Telecine").click()
    person.dialog.get_by_label("Primeiro dia sem o pacote").fill(str(ends))
    person.dialog.get_by_role("button", name="Cancelar Pacote").click()
    person.reads(f"Pacote cancelado a partir de {ends:%d/%m/%Y}.")
    expect(person.row("Telecine", "Pacotes extras").get_by_role("cell", name=f"{ends:%d/%m/%Y}")).to_be_visible()
    expect(person.frame.get_by_role("button", name="Cancelar Pacote Telecine")).to_be_hidden()

    person.frame.get_by_role("button", name="Apagar Pacote Esportes").click()
    person.dialog.get_by_role("button", name="Apagar Pacote").click()
    person.reads("Esportes apagado.")
    expect(person.row("Esportes", "Pacotes extras")).to_have_count(0)
    history = person.frame.get_by_role("region", name="Histórico de alterações").get_by_role("listitem")
    expect(history.first).to_contain_text("Apagar Pacote por admin")
    expect(history.nth(1)).to_contain_text("Cancelar Pacote por admin")
    assert [row.cancelled_on for row in sold(stack, contract, "Telecine")] == [ends]
    assert sold(stack, contract, "Esportes") == []


def test_a_point_is_added_edited_swapped_and_removed(person: Person, stack: RunningStack, contract: Any) -> None:
    first, second = mac(contract, 1), mac(contract, 2)
    person.follow(f"clientes/{contract.id}").get_by_role("button", name="Add. Ponto").click()
    expect(person.dialog).to_have_accessible_name("Novo Ponto")
    for label, value in (("Rótulo do ponto", "Varanda"), ("MAC do aparelho", first), ("Número de série", "A-1")):
        person.dialog.get_by_label(label).fill(value)
    person.dialog.get_by_label("Tipo do aparelho").fill("stb-android")
    person.dialog.get_by_role("button", name="Adicionar").click()
    person.reads("Ponto Varanda adicionado")
    expect(person.row(first, "Pontos do cliente")).to_contain_text("stb-android")

    person.frame.get_by_role("button", name="Editar Ponto Varanda").click()
    person.dialog.get_by_label("Rótulo do ponto").fill("Quarto")
    person.dialog.get_by_role("button", name="Salvar").click()
    person.reads("Ponto Quarto salvo.")

    person.frame.get_by_role("button", name="Trocar Ponto Quarto").click()
    person.dialog.get_by_label("MAC do novo aparelho").fill(second)
    person.dialog.get_by_label("Número de série").fill("A-2")
    person.dialog.get_by_role("button", name="Trocar").click()
    person.reads(f"aparelho trocado por {second}")
    expect(person.row(second, "Pontos do cliente")).to_contain_text("Quarto")

    person.frame.get_by_role("button", name="Retirar Ponto Quarto").click()
    person.dialog.get_by_role("button", name="Retirar Ponto").click()
    person.reads(f"o MAC {second} está livre")
    today = f"{get_settings().today():%d/%m/%Y}"
    expect(person.row(second, "Pontos do cliente").get_by_role("cell", name=today)).to_have_count(2)
    live = rows(
        stack, "select from tv.client_point where mac in (:one, :two) and removed_on is null", one=first, two=second
    )
    assert live == []


def test_the_pin_is_shown_to_who_asks_for_it_and_hidden_again(
    person: Person, stack: RunningStack, contract: Any
) -> None:
    fields = person.follow(f"clientes/{contract.id}").get_by_role("region", name="Campo Extra")
    uid = rows(
        stack, "select value from tv.client_extra_field where client_plan_id = :id and name like 'ID%'", id=contract.id
    )
    expect(fields).to_contain_text(f"ID Assinante Beenius {uid[0].value}")
    expect(fields.get_by_label("oculto")).to_have_text("••••••")
    fields.get_by_role("button", name="Revelar").click()
    shown = fields.locator(".pin")
    expect(shown).to_have_text(re.compile(r"^\d{4,}$"))
    pin = shown.inner_text()
    judge(person.document)
    assert rows(stack, "select author from tv.pin_reveal where client_plan_id = :id", id=contract.id) == [("admin",)]
    person.follow(f"clientes/{contract.id}")
    expect(fields.get_by_label("oculto")).to_have_text("••••••")
    assert pin not in fields.inner_text()


@pytest.fixture
def alone(chromium: Browser, stack: RunningStack, context: BrowserContext, contract: Any) -> Iterator[Page]:
    """A client's page by itself, in a browser of its own whose clock can be put forward."""
    own = new_context(chromium, stack)
    page = own.new_page()
    page.clock.install()
    page.goto(f"{stack.api.address}/multitv/clientes/{contract.id}")
    yield page
    own.close()


def reveal(page: Page) -> str:
    page.get_by_role("button", name="Revelar").click()
    expect(page.locator(".pin")).to_have_text(re.compile(r"^\d{4,}$"))
    return page.locator(".pin").inner_text()


def assert_hidden(page: Page, pin: str) -> None:
    """The PIN is nowhere in the document, and can be revealed again."""
    fields = page.get_by_role("region", name="Campo Extra")
    expect(fields.get_by_label("oculto")).to_have_text("••••••")
    expect(fields.get_by_role("button", name="Revelar")).to_be_enabled()
    assert pin not in page.content()
    assert "some em 30 segundos" not in page.content()


def failing(answer: int | None, asked: list[Route]) -> Callable[[Route], None]:
    """Return what answers a request with this status, or lets the server be away, and keeps it in `asked`."""

    def fail(route: Route) -> None:
        asked.append(route)
        if answer is None:
            route.abort()
        else:
            route.fulfill(status=answer, body="Nada.")

    return fail


def test_the_pin_leaves_the_screen_after_half_a_minute_whatever_the_server_does(alone: Page) -> None:
    part = "**/campo-extra"
    for answer in (None, 401, 403, 500, 503):
        asked: list[Route] = []
        fail = failing(answer, asked)
        alone.route(part, fail)
        pin = reveal(alone)
        alone.clock.fast_forward(28_000)
        expect(alone.locator(".pin")).to_have_text(pin)
        assert asked == []
        alone.clock.fast_forward(2_000)
        assert_hidden(alone, pin)
        expect(alone.locator(".note.bad").first).to_be_visible()
        assert len(asked) == 1
        alone.unroute(part)


def test_the_part_comes_anew_once_the_pin_has_left_it(alone: Page) -> None:
    waiting: list[Route] = []
    alone.route("**/campo-extra", lambda route: waiting.append(route))
    pin = reveal(alone)
    alone.get_by_role("button", name="Add. Ponto").click()
    dialog = alone.get_by_role("dialog")
    dialog.get_by_label("Rótulo do ponto").fill("Varanda")
    with alone.expect_request("**/campo-extra"):
        alone.clock.fast_forward(30_000)
        expect(alone.locator(".pin")).to_have_count(0)
    assert pin not in alone.content()
    [route] = waiting
    with alone.expect_response("**/campo-extra") as answered:
        route.continue_()
    assert answered.value.status == 200
    expect(dialog.get_by_label("Rótulo do ponto")).to_have_value("Varanda")
    dialog.get_by_role("button", name="Voltar").click()
    assert_hidden(alone, pin)


def test_the_pin_is_gone_when_one_comes_back_from_sleep_from_another_tab_or_to_the_page(alone: Page) -> None:
    pin = reveal(alone)
    # The clock has gone on, and no timer has run.
    now = alone.evaluate("Date.now() / 1000")
    alone.clock.pause_at(now + 5)
    alone.clock.set_system_time(now + 60)
    expect(alone.locator(".pin")).to_have_text(pin)
    alone.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert_hidden(alone, pin)
    alone.clock.resume()
    alone.reload()
    pin = reveal(alone)
    asked: list[Request] = []
    alone.on("request", lambda request: asked.append(request))
    # As the browser tells a page that it puts aside for the way back.
    alone.evaluate("window.dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))")
    assert_hidden(alone, pin)
    assert asked == []


def test_the_pin_is_not_printed(alone: Page) -> None:
    reveal(alone)
    alone.emulate_media(media="print")
    expect(alone.locator(".pin")).to_be_hidden()
    alone.emulate_media(media="screen")
    expect(alone.locator(".pin")).to_be_visible()


def test_what_was_sold_and_installed_reaches_the_platform_while_one_watches(
    person: Person, stack: RunningStack, contract: Any
) -> None:
    device = mac(contract, 3)
    person.follow(f"clientes/{contract.id}")
    platform = person.frame.get_by_role("region", name="Plataforma e reconciliação")
    platform.get_by_role("button", name="Consultar plataforma").click()
    now = platform.get_by_text("Agora na plataforma")
    expect(now).to_contain_text("Agora na plataforma: Ativo")
    expect(now).not_to_contain_text("Telecine")

    sell(person, "Telecine")
    person.reads("Telecine adicionado")
    person.frame.get_by_role("button", name="Add. Ponto").click()
    for label, value in (("Rótulo do ponto", "Varanda"), ("MAC do aparelho", device), ("Número de série", "A-3")):
        person.dialog.get_by_label(label).fill(value)
    person.dialog.get_by_label("Tipo do aparelho").fill("stb-android")
    person.dialog.get_by_role("button", name="Adicionar").click()
    person.reads("Ponto Varanda adicionado")
    expect(platform.get_by_text("Aguardando desde")).to_be_visible()

    platform.get_by_role("button", name="Sincronizar agora").click()
    run = platform.get_by_role("heading", name="Reconciliando o plano do cliente")
    expect(run).to_contain_text(re.compile("na fila|em andamento"))
    expect(run).to_contain_text("concluída", timeout=DAG_MS)
    expect(platform.get_by_text("Igual à plataforma desde")).to_be_visible()
    expect(platform.get_by_text("Igual ao contrato na última conferência")).to_be_visible()
    expect(platform.locator("td").filter(has_text="Telecine")).to_be_attached()
    platform.get_by_text("Últimas operações na plataforma").click()
    for target in ("Telecine", device):
        expect(person.row(target, "Operações")).to_contain_text("aplicada")
    platform.get_by_role("button", name="Consultar plataforma").click()
    expect(now).to_contain_text("Telecine")
    expect(now).to_contain_text(device)
