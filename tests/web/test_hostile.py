"""Whatever an address or a body holds, it is refused in words, nothing is written, and the server stays well."""

from __future__ import annotations

from itertools import product
from typing import Any
from urllib.parse import quote

import pytest

from multitv.documents import holds_document
from tests.support.size import part
from tests.web.routes import PLACES, Place
from tests.web.visitor import SAME_ORIGIN, Visitor
from tests.web.world import World

# Percent-encoded, so that bytes that are no text pass as well.
PARTS = [
    "0", "-1", "1.5", "0x10", "%31%00", "%FF%FE", "%ED%A0%80", "9223372036854775808", "9" * 400, "1%20or%201=1",
    "%27;drop%20table%20tv.package;--", "..%2F..%2Fetc%2Fpasswd", "0000-00-00", "9999-99-99", "2026-02-30",
    "10000-01-01", "1999-12-31", "%3Cscript%3E", "%25s%7B0%7D",
]  # fmt: skip
VALUES = [
    *PARTS, "", "-9223372036854775809", "%27%20or%20%271%27=%271", "1)%20union%20select%20null--", "%5C%25%25_",
    "a%3A*%20%7C%20b", "%26%20!%20%7C%28", "x" * 101, "%F0%9F%8E%AC" * 25, "A" * 700, "_-_-", "WzEsMl0",
    "WyJcdWQ4MDAiLDFd", "WzEwOTk1MTE2Mjc3NzYsMV0", "WyIxZTk5OTk5OSIsMSwxXQ", "WyJOYU4iLDEsMV0",
]  # fmt: skip
BODIES: list[bytes] = [
    b"", b"null", b"[]", b"0", b'"x"', b"{", b"{]", b"\xff\xfe\x00", b'{"\\ud800": 1}', b'{"\xff": 1}', b"[" * 20_000,
    b'{"a":' * 5_000, b"NaN", b'{"__proto__": {"x": 1}, "constructor": null}', b'{"price": 1e400}',
    b'{"package_id": 1' + b"0" * 5_000 + b"}", b"\0" * 50, b'{"label": "\\u0000"}',
]  # fmt: skip
TEXTS: list[Any] = [
    "", " ", "\0", "a\0b", "\ud800", "\udfff\ud800", "a\nb", "\t", "\u202e", "x" * 201, "x" * 60_000,
    None, 1, 1.5, True, [], {}, ["a"],
]  # fmt: skip
READS = [place for place in PLACES if not place.writes]
QUERIES = [(place, name) for place in READS for name in place.query]

pytestmark = pytest.mark.long


def ask(person: Visitor, place: Place, address: str, **content: Any) -> Any:
    headers = person.bearer if place.of_api else person.cookie | SAME_ORIGIN
    return person.ask(place.method, address, headers, **content)


@pytest.mark.parametrize("place", [place for place in PLACES if place.names], ids=str)
def test_an_address_that_cannot_be_is_refused(world: World, admin: Visitor, place: Place) -> None:
    before = world.written()
    for value in part(PARTS, 4, PLACES.index(place)):
        answer = ask(admin, place, place.at(dict.fromkeys(place.names, value)), json={} if place.of_api else None)
        assert answer.status_code in (404, 422), f"{value}: {answer.status_code}"
    assert world.written() == before


@pytest.mark.parametrize(("place", "name"), QUERIES, ids=str)
def test_whatever_follows_the_question_mark_is_looked_for_or_refused(
    things: dict[str, object], world: World, admin: Visitor, place: Place, name: str
) -> None:
    before = world.written()
    for value in part(VALUES, 5, QUERIES.index((place, name))):
        answer = ask(admin, place, f"{place.at(things)}?{name}={value}")
        # A search for what may be a CPF is led to the form.
        expected = (200, 303, 422) if holds_document(str(value)) else (200, 422)
        assert answer.status_code in expected, f"{value}: {answer.status_code}"
        if place.of_api:
            assert ("error" in answer.json()) == (answer.status_code == 422)
    assert ask(admin, place, f"{place.at(things)}?{name}=1&{name}=2&{name}[]=3&{quote('ç')}=4").status_code in (
        200,
        422,
    )
    assert world.written() == before


def test_a_search_cannot_be_made_a_statement(world: World, viewer: Visitor) -> None:
    for search in (
        "' or 1=1 --",
        "zz' | 'cliente",
        "zz:* | cliente:*",
        "!zz",
        "( zz",
        "%",
        "_",
        "\\",
        "zz%' or '1'='1",
    ):
        assert viewer.read("/clients", search=search)["rows"] == [], search
    for search in ("ca%al", "c_nal", "zz%' or '1'='1", "zz' or true --"):
        assert viewer.read("/channels", search=search)["rows"] == [], search
    assert viewer.read("/channels", search="canal 1000")["rows"]


@pytest.mark.parametrize("place", [place for place in PLACES if place.of_api and place.writes], ids=str)
def test_a_body_that_is_none_is_refused(world: World, things: dict[str, object], admin: Visitor, place: Place) -> None:
    if place.path.endswith(("/load", "/remove", "/reveal")) or place.method == "DELETE":
        # These take no body, so there is nothing that could be wrong with one.
        return
    before = world.written()
    for body in part(BODIES, 4, PLACES.index(place)):
        headers = admin.bearer | {"Content-Type": "application/json"}
        answer = admin.ask(place.method, place.at(things), headers, data=body)
        assert answer.status_code in (400, 422), f"{body[:30]!r}: {answer.status_code}"
        assert set(answer.json()["error"]) == {"code", "message", "field"}
    assert world.written() == before


@pytest.mark.parametrize("field", ["label", "mac", "serial", "device_type"])
def test_a_program_cannot_write_what_is_no_text(world: World, admin: Visitor, field: str) -> None:
    before = world.written()
    good = {"label": "Sala", "mac": "a4:5e:67:00:00:01", "serial": "S", "device_type": "stb"}
    for value in TEXTS:
        answer = admin.api("POST", f"/client-plans/{world.maria}/points", good | {field: value})
        assert answer.status_code == 422, f"{value!r}: {answer.status_code}"
        assert answer.json()["error"]["field"] == field
    assert world.written() == before


@pytest.mark.parametrize("field", ["label", "mac", "serial", "device_type"])
@pytest.mark.parametrize("bytes_", [b"%00", b"a%00b", b"%ff", b"%ed%a0%80", b"%0a", b"%09x%09y", b"x" * 201, b"", b"+"])
def test_neither_can_a_form(world: World, user: Visitor, field: str, bytes_: bytes) -> None:
    before = world.written()
    good = {"label": b"Sala", "mac": b"a4:5e:67:00:00:02", "serial": b"S", "device_type": b"stb"}
    body = b"&".join(name.encode() + b"=" + value for name, value in (good | {field: bytes_}).items())
    headers = user.cookie | SAME_ORIGIN | {"Content-Type": "application/x-www-form-urlencoded"}
    answer = user.ask("POST", f"/clientes/{world.maria}/pontos/novo", headers, data=body)
    assert answer.status_code == 422
    assert world.written() == before


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"--x"),
        ("multipart/form-data; boundary=x", b"--x\r\nnothing"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="label"; filename="a"\r\n\r\nb',
        ),
        ("multipart/form-data; boundary=" + "x" * 300, b"--x"),
        ("application/x-www-form-urlencoded", b"label=1&" * 2000),
        ("application/x-www-form-urlencoded; charset=utf-16", "label=x".encode("utf-16")),
        ("application/json", b'{"label": "Sala"}'),
        ("text/xml", b"<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]><x>&y;</x>"),
    ],
)
def test_a_form_in_another_shape_is_refused(world: World, user: Visitor, kind: str, body: bytes) -> None:
    before = world.written()
    headers = user.cookie | SAME_ORIGIN | {"Content-Type": kind}
    answer = user.ask("POST", f"/clientes/{world.maria}/pontos/novo", headers, data=body)
    assert answer.status_code in (400, 422)
    assert "passwd" not in answer.text
    assert world.written() == before


def test_sql_that_is_typed_is_text(world: World, user: Visitor) -> None:
    plan = world.client()
    for number, (name, statement) in enumerate(
        product(
            ("label", "serial", "device_type"), ("'); drop table tv.client_point; --", "$$; select 1", "%s :id {0}")
        )
    ):
        form = {
            "label": "Sala",
            "mac": f"a4:5e:68:{number:02x}:00:{plan % 256:02x}",
            "serial": "S",
            "device_type": "stb",
        }
        world.run("update tv.package set point_limit = null where id = :id", id=world.basic)
        assert user.send(f"/clientes/{plan}/pontos/novo", form | {name: statement}).status_code == 200
        assert user.read(f"/client-plans/{plan}/points")[-1][name] == statement
    world.run("update tv.package set point_limit = 2 where id = :id", id=world.basic)
