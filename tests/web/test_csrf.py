"""A page of another site cannot make the browser of somebody who is logged in change anything."""

from __future__ import annotations

import json

import pytest

from tests.web.routes import PLACES, Place
from tests.web.server import Web
from tests.web.visitor import Visitor
from tests.web.world import World

FOREIGN = {
    "another site": {"Origin": "https://mau.example"},
    "another site, as newer browsers say it": {"Sec-Fetch-Site": "cross-site", "Origin": "https://mau.example"},
    "cross-site, with our own origin": {"Sec-Fetch-Site": "cross-site", "Origin": "ADDRESS"},
    "another port of this machine": {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:1"},
    "another port, as older browsers say it": {"Origin": "http://127.0.0.1:1"},
    "a sandboxed frame": {"Origin": "null"},
    "a name that begins like ours": {"Origin": "ADDRESS.mau.example"},
    "no word about where from": {},
    "a word that nobody knows": {"Sec-Fetch-Site": "same-origin, cross-site"},
}
OWN = {
    "our page": {"Sec-Fetch-Site": "same-origin"},
    "our page, as older browsers say it": {"Origin": "ADDRESS"},
    "a person who typed the address": {"Sec-Fetch-Site": "none"},
}
DEVICE = {"serial": "S", "device_type": "stb", "label": "Sala"}


def said(headers: dict[str, str], web: Web) -> dict[str, str]:
    return {name: value.replace("ADDRESS", web.address) for name, value in headers.items()}


@pytest.mark.parametrize("place", [place for place in PLACES if place.writes], ids=str)
@pytest.mark.parametrize("kind", ["another site", "another port of this machine", "no word about where from"])
def test_no_route_takes_a_change_from_elsewhere(web: Web, admin: Visitor, place: Place, kind: str) -> None:
    answer = admin.ask(place.method, place.address, admin.cookie | said(FOREIGN[kind], web))
    assert answer.status_code == 403
    assert "Esta alteração veio de outro site e foi recusada." in answer.text


@pytest.mark.parametrize("kind", FOREIGN)
def test_a_change_from_elsewhere_changes_nothing(web: Web, admin: Visitor, world: World, kind: str) -> None:
    plan = world.client()
    before = world.written()
    headers = admin.cookie | said(FOREIGN[kind], web)
    form = DEVICE | {"mac": f"a4:5e:61:00:00:{plan % 256:02x}"}
    assert admin.ask("POST", f"/clientes/{plan}/pontos/novo", headers, data=form).status_code == 403
    assert admin.ask("POST", f"/api/v1/client-plans/{plan}/points", headers, json=form).status_code == 403
    assert world.written() == before


@pytest.mark.parametrize("kind", OWN)
def test_a_change_from_our_own_pages_is_made(web: Web, admin: Visitor, world: World, kind: str) -> None:
    plan = world.client()
    form = DEVICE | {"mac": f"a4:5e:62:00:00:{plan % 256:02x}"}
    answer = admin.ask("POST", f"/clientes/{plan}/pontos/novo", admin.cookie | said(OWN[kind], web), data=form)
    assert answer.status_code == 200
    assert [point["mac"] for point in admin.read(f"/client-plans/{plan}/points")] == [form["mac"]]


def test_a_program_needs_its_token_only(admin: Visitor, world: World) -> None:
    """No browser adds that header by itself."""
    plan = world.client()
    body = DEVICE | {"mac": f"a4:5e:63:00:00:{plan % 256:02x}"}
    headers = admin.bearer | {"Origin": "https://erp.example", "Sec-Fetch-Site": "cross-site"}
    assert admin.ask("POST", f"/api/v1/client-plans/{plan}/points", headers, json=body).status_code == 201


def test_a_cookie_beside_a_bearer_header_that_is_none_lets_nobody_in(admin: Visitor, world: World) -> None:
    before = world.written()
    plan = world.maria
    body = DEVICE | {"mac": "a4:5e:64:00:00:01"}
    for authorization in ("Bearer ", "Bearer nada", "Basic YWRtaW46YWRtaW4=", "bearer"):
        headers = admin.cookie | {"Authorization": authorization, "Sec-Fetch-Site": "cross-site"}
        answer = admin.ask("POST", f"/api/v1/client-plans/{plan}/points", headers, json=body)
        assert answer.status_code in (401, 403), authorization
    assert world.written() == before


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", None])
def test_json_that_a_simple_form_could_send_is_not_read(admin: Visitor, world: World, kind: str | None) -> None:
    before = world.written()
    body = json.dumps(DEVICE | {"mac": "a4:5e:65:00:00:01"})
    headers = admin.cookie | {"Sec-Fetch-Site": "same-origin"} | ({"Content-Type": kind} if kind else {})
    answer = admin.ask("POST", f"/api/v1/client-plans/{world.maria}/points", headers, data=body)
    assert answer.status_code == 422
    assert world.written() == before


def test_reading_may_begin_anywhere(admin: Visitor) -> None:
    """A link in a mail opens the page."""
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://mau.example"}
    assert admin.get("/painel", **headers).status_code == 200
