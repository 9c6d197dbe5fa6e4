"""A picture of each screen, with some months behind it. PICTURES=<folder> keeps them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from multitv.billing import preview, tv
from multitv.billing.standard import bill_plans
from multitv.reports import dashboard
from multitv.settings import get_settings
from tests.e2e.conftest import RunningStack
from tests.e2e.screens.browser import NARROW, WIDE, Person, new_context
from tests.e2e.screens.looks import dress, picture
from tests.support.settings import SETTINGS

SCREENS = {
    "painel": "painel",
    "cliente": "clientes/{plan}",
    "faturamento-tv": "faturamento?vencimento={due}",
    "planos-e-servicos": "planos",
    "pacotes-e-canais": "pacotes",
}
# Of what goes on below.
HEIGHTS = {"painel": 1260, "cliente": 1500, "faturamento-tv": 1300}
DARK = ("painel", "cliente", "faturamento-tv")
NARROW_SCREENS = {"clientes": "clientes?busca=silva", "cliente": "clientes/{plan}", "painel": "painel"}


@pytest.fixture(scope="module")
def months(stack: RunningStack, places: dict[str, Any]) -> dict[str, Any]:
    """Some due dates of the months before were billed as well, a list is loaded, and the figures are worked out."""
    today = get_settings().today()
    first = date(today.year, today.month, 1)
    for _ in range(5):
        first = (first - timedelta(days=1)).replace(day=1)
        for day in (10, 20):
            due = first.replace(day=day)
            tv.save(stack.engine, due, SETTINGS, allow_voids=True)
            bill_plans(stack.engine, due)
            tv.settle(stack.engine, due, SETTINGS, allow_voids=True)
    preview.store(stack.engine, places["due"], SETTINGS)
    dashboard.refresh_billing(stack.engine, today)
    dashboard.refresh_contracts(stack.engine, today)
    dashboard.refresh_reconciliation(stack.engine, today, get_settings().timezone)
    return places


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    chosen = os.environ.get("PICTURES")
    if chosen is None:
        return tmp_path_factory.mktemp("pictures")
    folder = Path(chosen)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def telephone(chromium: Browser, stack: RunningStack) -> Iterator[BrowserContext]:
    context = new_context(chromium, stack, viewport=NARROW, device_scale_factor=2, is_mobile=True, has_touch=True)
    yield context
    context.close()


@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_is_pictured_beside_airflows_navigation(
    person: Person, months: dict[str, Any], folder: Path, name: str
) -> None:
    person.page.set_viewport_size({"width": WIDE["width"], "height": HEIGHTS.get(name, WIDE["height"])})
    person.follow(SCREENS[name].format(**months))
    person.page.wait_for_load_state("networkidle")
    picture(person.page, folder / f"{name}.png")


def test_a_form_is_pictured(person: Person, months: dict[str, Any], folder: Path) -> None:
    person.follow(f"clientes/{months['plan']}").get_by_role("button", name="Add. Pacote").click()
    choice = person.dialog.get_by_label("Nome do Pacote")
    choice.select_option(choice.locator("option").filter(has_text="Documentários").get_attribute("value"))
    expect(person.dialog.get_by_role("region", name="Canais do pacote").get_by_role("row").nth(1)).to_be_visible()
    person.dialog.get_by_label("Valor Pacote").fill("9,90")
    picture(person.page, folder / "novo-pacote-extra.png")


@pytest.mark.parametrize("name", DARK)
def test_a_screen_is_pictured_in_the_dark(person: Person, months: dict[str, Any], folder: Path, name: str) -> None:
    person.follow(SCREENS[name].format(**months))
    dress(person.page, "dark")
    expect(person.frame.locator("html[data-theme=dark]")).to_be_attached()
    person.page.wait_for_load_state("networkidle")
    picture(person.page, folder / f"{name}-escuro.png")
    dress(person.page, "light")


@pytest.mark.parametrize("name", NARROW_SCREENS)
def test_a_screen_is_pictured_on_a_telephone(
    telephone: BrowserContext, stack: RunningStack, months: dict[str, Any], folder: Path, name: str
) -> None:
    person = Person(stack, telephone.new_page())
    picture(person.visit(NARROW_SCREENS[name].format(**months)), folder / f"{name}-celular.png")
    person.leave()
