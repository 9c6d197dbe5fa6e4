"""Whatever a name holds, it is text on every page; and no page has what its own Content-Security-Policy forbids."""

from __future__ import annotations

import pytest

from tests.web.markup import Element, Page
from tests.web.routes import PLACES, Place
from tests.web.visitor import HTMX, Visitor
from tests.web.world import NASTY, SCRIPT, World

PAGES = [
    place
    for place in PLACES
    if not place.of_api
    and not place.writes
    and not place.path.endswith((".csv", ".xlsx", "/metrics"))
    and place.path != "/"
]
ECHOES = ["/clientes?busca=", "/canais?busca=", "/faturamento?vencimento="]
ATTACKS = [SCRIPT, '"><script>x()</script>', "' onfocus=x() autofocus='", "</title><svg onload=x()>", "{{ 7*7 }}",
           "<img src=x onerror=x()>", "&quot;><script>x()</script>"]  # fmt: skip


def fault(element: Element) -> str | None:
    """What the policy would refuse to run or to paint, or what must have come out of somebody's name."""
    names = element.attributes.keys()
    if "style" in names or element.tag == "style":
        return "an inline style"
    if any(name.startswith(("on", "hx-on")) for name in names):
        return "a handler"
    if element.tag == "script" and "src" not in names and element.attributes.get("type") != "application/json":
        return "an inline script"
    if element.tag in ("img", "iframe", "object", "embed", "base", "font"):
        return "an element of a kind that we have none of"
    if any(element.attributes.get(name, "").strip().lower().startswith(("javascript:", "data:", "//", "http"))
           for name in ("href", "src", "action", "hx-get", "hx-post")):  # fmt: skip
        return "an address of elsewhere"
    if "js:" in element.attributes.get("hx-vals", "") or "[" in element.attributes.get("hx-trigger", ""):
        return "something to evaluate"
    return None


def faults(page: Page) -> list[tuple[str, str]]:
    return [(found, str(element.attributes)) for element in page.elements if (found := fault(element))]


@pytest.mark.parametrize("place", PAGES, ids=str)
def test_a_page_holds_no_script_style_or_handler_of_its_own(
    things: dict[str, object], op: Visitor, place: Place
) -> None:
    answer = op.get(place.at(things))
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert not faults(Page(answer.text))
    assert SCRIPT not in answer.text
    assert "=x onerror" not in answer.text.replace("&lt;img src=x onerror", "")


@pytest.mark.parametrize("place", PAGES, ids=str)
def test_neither_does_what_a_part_of_a_page_is_refused_with(viewer: Visitor, place: Place) -> None:
    for headers in ({}, HTMX):
        answer = viewer.get(place.address, **headers)
        assert answer.status_code < 500
        assert not faults(Page(answer.text))


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("echo", ECHOES)
def test_what_is_searched_for_comes_back_as_text(world: World, viewer: Visitor, echo: str, attack: str) -> None:
    for headers in ({}, HTMX):
        answer = viewer.ask(
            "GET", echo.split("?")[0], viewer.cookie | headers, params={echo[:-1].split("?")[1]: attack}
        )
        assert answer.status_code in (200, 422)
        page = Page(answer.text)
        assert not faults(page)
        assert "<script>x" not in answer.text
        if answer.status_code == 200 and not headers:
            assert page.fields["busca"] == attack


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_was_typed_comes_back_into_the_form_as_text(world: World, user: Visitor, attack: str) -> None:
    plan = world.client()
    typed = {"label": attack, "mac": attack, "serial": attack, "device_type": attack}
    answer = user.send(f"/clientes/{plan}/pontos/novo", typed)
    assert answer.status_code == 422
    page = Page(answer.text)
    assert not faults(page)
    assert page.fields == typed
    package = {"package_id": str(world.sports), "price": attack, "added_on": attack}
    page = Page(user.send(f"/clientes/{plan}/pacotes/novo", package).text)
    assert not faults(page)
    assert page.fields == package


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_was_done_is_told_as_text(world: World, user: Visitor, attack: str) -> None:
    """The note goes through a header, and is put on the page by a script of ours as text."""
    plan = world.client()
    mac = f"a4:5e:66:{ATTACKS.index(attack):02x}:00:{plan % 256:02x}"
    typed = {"label": attack, "mac": mac, "serial": "S", "device_type": "stb"}
    answer = user.send(f"/clientes/{plan}/pontos/novo", typed)
    assert answer.status_code == 200
    assert answer.headers["HX-Trigger"].isascii()
    assert not answer.text.strip()
    page = user.page(f"/clientes/{plan}/pontos")
    assert not faults(page)
    assert page.row(mac)[0] == attack
    assert not faults(user.page(f"/clientes/{plan}/historico"))


def test_nasty_names_are_found_and_shown_as_they_are(world: World, viewer: Visitor) -> None:
    for plan, name in zip(world.nasty, NASTY, strict=True):
        page = viewer.page(f"/clientes/{plan}")
        assert page.all("h1")[0].text.startswith(" ".join(name.split()))
        assert not faults(page)


def test_the_numbers_of_a_picture_cannot_end_their_script(world: World, viewer: Visitor) -> None:
    page = viewer.page("/painel")
    [revenue] = page.all("script", data_chart="revenue")
    assert "<" not in revenue.text
    assert "\\u003cscript\\u003e" in revenue.text
