"""Who uses only a keyboard, a telephone, or a login that has ended, gets as far as everybody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Locator, expect

from include.local import environment
from tests.e2e.conftest import RunningStack, rows
from tests.e2e.screens.browser import NARROW, Person, new_context

pytestmark = pytest.mark.usefixtures("platform_in_step")


@pytest.fixture
def contract(stack: RunningStack) -> Any:
    """An active client plan with TV that never had the extra Combate: its id."""
    [plan] = rows(
        stack,
        "select plan.id from erp.client_plan as plan join tv.service_plan_setting using (service_plan_id) "
        "where allows_tv and status = 'active' and plan.id not in (select client_plan_id from tv.client_package "
        "join tv.package on package.id = package_id where name = 'Combate') order by plan.id limit 1",
    )
    return plan.id


@pytest.fixture
def context_of_ones_own(chromium: Browser, stack: RunningStack, context: BrowserContext) -> Iterator[BrowserContext]:
    """Another browser of the administrator, whose login may end."""
    own = new_context(chromium, stack)
    yield own
    own.close()


def tab_to(person: Person, wanted: Locator) -> None:
    """Press Tab until the focus is there."""
    for _ in range(40):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        person.page.keyboard.press("Tab")
    pytest.fail(f"the focus never comes to {wanted}")


def fits(frame: FrameLocator) -> None:
    """Nothing on the page is wider than the page."""
    wide, room = frame.locator("html").evaluate("html => [html.scrollWidth, html.clientWidth]")
    assert wide <= room


def sold(stack: RunningStack, contract: int) -> list[Any]:
    return rows(
        stack,
        "select client_package.price from tv.client_package join tv.package on package.id = package_id "
        "where client_plan_id = :id and name = 'Combate'",
        id=contract,
    )


def test_an_extra_is_sold_with_the_keyboard_alone(person: Person, stack: RunningStack, contract: int) -> None:
    keys = person.page.keyboard
    person.follow("clientes")
    expect(person.frame.get_by_role("searchbox")).to_be_focused()
    keys.type(str(contract))
    link = person.frame.get_by_role("link", name=f"Contrato {contract}", exact=True)
    expect(link).to_be_visible()
    tab_to(person, link)
    keys.press("Enter")
    opener = person.frame.get_by_role("button", name="Add. Pacote")
    expect(opener).to_be_visible()
    tab_to(person, opener)
    keys.press("Enter")
    expect(person.dialog.get_by_label("Nome do Pacote")).to_be_focused()
    keys.press("Escape")
    expect(person.dialog).to_be_hidden()
    expect(opener).to_be_focused()

    keys.press("Enter")
    expect(person.dialog.get_by_label("Nome do Pacote")).to_be_focused()
    keys.type("Combate")
    expect(person.dialog.get_by_role("region", name="Canais do pacote").get_by_role("row")).to_have_count(2)
    tab_to(person, person.dialog.get_by_label("Valor Pacote"))
    keys.type("12,34")
    tab_to(person, person.dialog.get_by_role("button", name="Adicionar"))
    keys.press("Enter")
    person.reads("Combate adicionado")
    expect(person.row("Combate", "Pacotes extras")).to_contain_text("R$ 12,34")
    expect(opener).to_be_focused()


def test_a_client_is_found_and_served_on_a_telephone(person: Person, stack: RunningStack, contract: int) -> None:
    person.page.set_viewport_size(NARROW)
    person.open("Clientes").get_by_role("searchbox").fill(str(contract))
    link = person.frame.get_by_role("link", name=f"Contrato {contract}", exact=True)
    fits(person.frame)
    link.click()
    add = person.frame.get_by_role("button", name="Add. Pacote")
    expect(add).to_be_visible()
    fits(person.frame)
    add.click()
    choice = person.dialog.get_by_label("Nome do Pacote")
    choice.select_option(choice.locator("option").filter(has_text="Combate").get_attribute("value"))
    expect(person.dialog.get_by_role("region", name="Canais do pacote").get_by_role("row")).to_have_count(2)
    fits(person.frame)
    person.dialog.get_by_role("button", name="Adicionar").click()
    person.reads("Combate adicionado")
    expect(person.row("Combate", "Pacotes extras")).to_be_visible()
    for screen in ("faturamento", "pacotes", "planos", "painel"):
        fits(person.follow(screen))
    assert len(sold(stack, contract)) == 1


def test_the_panel_fits_a_telephone_with_as_many_runs_as_it_shows_and_when_it_is_turned(person: Person) -> None:
    person.open("Painel")
    runs = person.frame.locator(".runs:has(a)").first
    runs.evaluate("runs => { while (runs.children.length < 14) runs.append(runs.firstElementChild.cloneNode(true)) }")
    person.page.set_viewport_size(NARROW)
    # The pictures take their new size a frame later.
    expect(person.frame.locator("canvas").first).to_have_css("width", re.compile(r"^[12]\d\d(\.\d+)?px$"))
    fits(person.frame)


def test_a_login_that_has_ended_is_asked_for_again_and_nothing_was_changed(
    context_of_ones_own: BrowserContext, stack: RunningStack, contract: int
) -> None:
    person = Person(stack, context_of_ones_own.new_page(), provokes={401, 403})
    person.follow(f"clientes/{contract}").get_by_role("button", name="Add. Pacote").click()
    choice = person.dialog.get_by_label("Nome do Pacote")
    choice.select_option(choice.locator("option").filter(has_text="Combate").get_attribute("value"))
    expect(person.dialog.get_by_role("region", name="Canais do pacote").get_by_role("row")).to_have_count(2)
    context_of_ones_own.clear_cookies()
    person.dialog.get_by_role("button", name="Adicionar").click()

    expect(person.frame.get_by_role("button", name="Sign in")).to_be_visible()
    assert sold(stack, contract) == []
    person.frame.get_by_label("Username").fill(environment.USER)
    person.frame.get_by_label("Password").fill(environment.password(stack.home))
    person.frame.get_by_role("button", name="Sign in").click()
    expect(person.frame.get_by_role("button", name="Add. Pacote")).to_be_visible()
    assert sold(stack, contract) == []
    person.leave()
