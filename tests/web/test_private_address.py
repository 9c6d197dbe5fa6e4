"""A CPF or CNPJ that somebody searches by is in no address: none of ours, and none that the access log keeps."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from multitv.web.core.private_address import without_documents
from tests.web.markup import Page
from tests.web.server import Web
from tests.web.visitor import HTMX, SAME_ORIGIN, Visitor, message_of
from tests.web.world import World

# In no other test, so that what the log has of them comes from here.
CPF = "52998224725"
CNPJ = "9K8LMN76000146"
NOTATIONS = [
    CPF,
    "529.982.247-25",
    "529 982 247 25",
    f"CPF {CPF}",
    "5299822472",
    CNPJ,
    "9k.8lm.n76/0001-46",
    "9K8LMN76",
]


@pytest.fixture(scope="module")
def same_cpf(world: World) -> Iterator[list[int]]:
    """So many clients of one CPF, and so many companies named after their owner's, that a list has two pages."""
    made = [world.client(f"Pessoa {number:02}", CPF) for number in range(25)]
    made += [world.client(f"Ubirajara {CPF}", CNPJ) for _ in range(25)]
    yield made
    world.run("delete from erp.client_plan where id = any(:made)", made=made)
    world.run("delete from erp.client where id = any(:made)", made=made)


def appeared(web: Web, before: int) -> str:
    return re.sub("[^0-9A-Za-z]", "", web.log.read_bytes()[before:].decode(errors="replace")).upper()


def test_a_search_its_pages_and_its_exports_leave_no_document_in_the_access_log(
    web: Web, viewer: Visitor, world: World, same_cpf: list[int]
) -> None:
    before, asked = web.log.stat().st_size, set()
    for search in (CPF, "529.982.247-25", CNPJ, "9k.8lm.n76/0001-46", "ubirajara"):
        answer, shown = viewer.send("/clientes", {"busca": search}), 0
        assert answer.headers["HX-Replace-Url"] == f"/multitv/clientes{'?busca=ubirajara' * (search == 'ubirajara')}"
        while True:
            page = Page(answer.text)
            shown += sum(len(row) == 3 for row in page.rows)
            asked |= {value for element in page.elements for name, value in element.attributes.items()
                      if name in ("href", "hx-get", "hx-post", "action", "src")}  # fmt: skip
            more = page.all("button", hx_target="closest tr")
            if not more:
                break
            answer = viewer.send("/clientes", json.loads(more[0].attributes["hx-vals"]))
        assert shown == 25
        cursor: str | None = None
        found = 0
        while cursor is not None or not found:
            body = viewer.api("POST", "/clients/search", {"search": search, "cursor": cursor}).json()
            found, cursor = found + len(body["rows"]), body["next"]
        assert found == 25
    # A program goes on with a GET where the search is no document; the cursor holds none either.
    first = viewer.read("/clients", search="ubirajara")
    assert len(viewer.read("/clients", search="ubirajara", cursor=first["next"])["rows"]) == 5
    for address in sorted(asked):
        assert viewer.get(address.removeprefix("/multitv")).status_code in (200, 307)
    for path in (f"/faturamento/{world.counted}/lista.csv", "/painel/pendencias.csv"):
        assert viewer.get(path).status_code == 200
    written = appeared(web, before)
    assert "CLIENTES" in written
    assert CPF not in written
    assert CNPJ not in written
    assert CPF[:9] not in written


@pytest.mark.parametrize("search", NOTATIONS)
def test_a_link_with_a_document_leads_to_the_form_and_is_not_logged(web: Web, viewer: Visitor, search: str) -> None:
    before = web.log.stat().st_size
    answer = viewer.get(f"/clientes?busca={quote(search)}&x=1")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/multitv/clientes?aviso=documento")
    page = viewer.page("/clientes?aviso=documento")
    assert "Digite-o no campo abaixo: a busca não o põe no endereço." in page.text
    part = viewer.get(f"/clientes?busca={quote(search)}", **HTMX)
    assert part.status_code == 422
    assert "Um CPF ou CNPJ não pode fazer parte do endereço" in part.text
    told = viewer.api("GET", "/clients", params={"search": search})
    assert (told.status_code, told.json()["error"]["code"]) == (422, "document_in_address")
    assert "POST /clients/search" in told.json()["error"]["message"]
    written = appeared(web, before)
    assert "busca=%2A%2A%2A&x=1" in web.log.read_bytes()[before:].decode()
    for key in (re.sub("[^0-9A-Z]", "", search.upper()), "5299822", "9K8LMN7"):
        assert key not in written


def test_a_valid_document_is_kept_out_of_any_other_address(web: Web, viewer: Visitor, stranger: Visitor) -> None:
    before = web.log.stat().st_size
    for path in (f"/painel?cpf={CPF}", f"/canais?busca={CPF}", "/faturamento?q=529.982.247-25"):
        for person in (viewer, stranger):
            answer = person.get(path)
            assert (answer.status_code, answer.headers["Location"]) == (303, "/multitv/clientes?aviso=documento")
    assert CPF not in appeared(web, before)


def test_a_stranger_is_led_to_the_login_without_the_document(stranger: Visitor) -> None:
    first = stranger.get(f"/clientes?busca={CPF}")
    then = stranger.get(first.headers["Location"].removeprefix("/multitv"))
    assert parse_qs(urlsplit(then.headers["Location"]).query) == {"next": ["/multitv/clientes?aviso=documento"]}


@pytest.mark.parametrize(
    "search", ["maria", "1421", "1234567", "Q7 Telecom", "tecnologia 2024", "98.7bc", "vila 12 de maio 2", "ana", ""]
)
def test_an_ordinary_search_can_be_kept_as_a_bookmark(viewer: Visitor, search: str) -> None:
    """With scripts by the address that the page is given, without them by the redirect after the form."""
    address = viewer.send("/clientes", {"busca": search}).headers["HX-Replace-Url"].removeprefix("/multitv")
    page = viewer.page(address)
    assert page.fields["busca"] == search
    sent = viewer.ask("POST", "/clientes", viewer.cookie | SAME_ORIGIN, data={"busca": search})
    assert (sent.status_code, sent.headers["Location"]) == (303, f"/multitv{address}")
    assert (
        viewer.read("/clients", search=search)["rows"]
        == viewer.api("POST", "/clients/search", {"search": search}).json()["rows"]
    )


def test_a_search_by_document_works_where_no_script_runs(viewer: Visitor, same_cpf: list[int]) -> None:
    answer = viewer.ask("POST", "/clientes", viewer.cookie | SAME_ORIGIN, data={"busca": CPF})
    assert answer.status_code == 200
    page = Page(answer.text)
    assert page.fields["busca"] == CPF
    assert page.row("Pessoa 00")[1] == "529.982.247-25"
    [form] = page.all("form", role="search")
    assert (form.attributes["method"], form.attributes["action"]) == ("post", "/multitv/clientes")


def test_a_page_that_ended_at_a_client_who_is_gone_begins_anew(viewer: Visitor, world: World) -> None:
    made = [world.client(f"Wanda {CPF}") for _ in range(21)]
    body = viewer.api("POST", "/clients/search", {"search": "wanda"}).json()
    world.run("delete from erp.client where id = :id", id=body["rows"][-1]["id"])
    answer = viewer.send("/clientes", {"busca": "wanda", "cursor": body["next"]})
    assert (answer.status_code, "comece de novo pelo início" in message_of(answer)) == (422, True)
    # A search changes nothing, so nothing is said of what was written.
    assert "gravado" not in answer.text
    world.run("delete from erp.client where id = any(:made)", made=made)
    world.run("delete from erp.client_plan where id = any(:made)", made=made)


@pytest.mark.parametrize(
    ("query", "search", "kept"),
    [
        (b"cursor=WzEyMzQ1Njc4OTAxXQ&busca=ana", True, None),
        (b"vencimento=2026-12-10", False, None),
        (b"busca=12345678", False, None),
        (b"busca=discovery2", False, None),
        (b"busca=12345678", True, b"busca=%2A%2A%2A"),
        (b"a=1&busca=%35299822472&a=2", True, b"a=1&busca=%2A%2A%2A&a=2"),
        ("busca=１２３４５６７８９".encode(), True, b"busca=%2A%2A%2A"),
        (b"q=529.982.247-25", False, b"q=%2A%2A%2A"),
        (b"\xff=%ff&busca", True, None),
    ],
)
def test_only_what_may_be_a_document_is_removed_from_a_query(query: bytes, search: bool, kept: bytes | None) -> None:
    left, removed = without_documents(query, search=search)
    assert left == (kept or query)
    assert bool(removed) == (kept is not None)
