"""Light and dark as Airflow is, and everybody can use it: WCAG 2.2 AA, as far as axe-core can tell."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.screens.browser import Person
from tests.e2e.screens.looks import judge

pytestmark = pytest.mark.usefixtures("billed")

SCREENS = {
    "painel": "painel",
    "divergencia": "painel/divergencia",
    "clientes": "clientes?busca=a",
    "ninguem": "clientes?busca=xyzxyz",
    "cliente": "clientes/{plan}",
    "faturamento": "faturamento",
    "vencimento": "faturamento?vencimento={due}",
    "planos": "planos",
    "pacotes": "pacotes",
    "pacote": "pacotes/3",
    "canais": "canais",
    "quarentena": "quarentena",
    "problema": "clientes/987654321",
}
DIALOGS = {
    "clientes/{plan}": [
        "Add. Pacote",
        "Cancelar Pacote",
        "Apagar Pacote",
        "Add. Ponto",
        "Editar Ponto",
        "Trocar Ponto",
        "Retirar Ponto",
    ],
    "planos": ["Editar TV"],
    "pacotes": ["Editar oferta"],
}


@pytest.mark.parametrize("screen", SCREENS)
def test_everybody_can_use_a_screen_light_and_dark(person: Person, places: dict[str, Any], screen: str) -> None:
    person.provokes = {404}
    judge(person.visit(SCREENS[screen].format(**places)))


@pytest.mark.parametrize("path", DIALOGS)
def test_everybody_can_use_a_dialog_light_and_dark(person: Person, places: dict[str, Any], path: str) -> None:
    page = person.visit(path.format(**places))
    dialog = page.get_by_role("dialog")
    for name in DIALOGS[path]:
        page.get_by_role("button", name=name).first.click()
        expect(dialog).to_be_visible()
        judge(page, "dialog")
        dialog.get_by_role("button", name="Voltar").click()
        expect(dialog).to_be_hidden()


def test_airflows_own_switch_changes_the_screen_that_is_open(person: Person) -> None:
    page, html = person.page, person.follow("painel").locator("html")
    expect(html).to_have_attribute("data-theme", "light")
    html.evaluate("html => { html.dataset.same = 'yes' }")
    for mode, theme in (("Modo Escuro", "dark"), ("Modo Claro", "light")):
        page.get_by_role("button", name="Usuário", exact=True).click()
        page.get_by_role("menuitem", name="Aparência").click()
        page.get_by_role("menuitemradio", name=mode).click()
        expect(html).to_have_attribute("data-theme", theme)
        expect(html).to_have_attribute("data-same", "yes")
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
