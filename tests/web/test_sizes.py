"""What is too large is refused before it is read, and whoever sends it gets an answer."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from multitv.web.core.security import MAX_BODY
from tests.web.server import Web
from tests.web.visitor import SAME_ORIGIN, Visitor
from tests.web.world import World

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def pieces(size: int) -> Iterator[bytes]:
    """A body that does not say how large it is."""
    while size > 0:
        yield b"x" * min(size, 8000)
        size -= 8000


def test_a_body_that_says_that_it_is_too_large_is_refused(world: World, admin: Visitor) -> None:
    page = admin.ask("POST", f"/clientes/{world.maria}/pontos/novo", admin.cookie | SAME_ORIGIN | FORM,
                     data=b"x" * (MAX_BODY + 1))  # fmt: skip
    assert (page.status_code, page.text) == (413, "O envio tem mais de 64 KiB e foi recusado.")
    told = admin.api("POST", f"/client-plans/{world.maria}/points", {"label": "x" * MAX_BODY})
    assert told.status_code == 413
    assert told.json()["error"]["code"] == "too_large"


def test_so_is_one_that_does_not_say_so(world: World, admin: Visitor) -> None:
    for size in (MAX_BODY + 1, 5_000_000):
        headers = admin.cookie | SAME_ORIGIN | FORM
        assert admin.ask("POST", f"/clientes/{world.maria}/pontos/novo", headers, data=pieces(size)).status_code == 413
        headers = admin.bearer | {"Content-Type": "application/json"}
        told = admin.ask("POST", f"/api/v1/client-plans/{world.maria}/points", headers, data=pieces(size))
        assert told.status_code == 413
        assert told.json()["error"]["code"] == "too_large"


def test_a_body_that_is_just_small_enough_is_read(world: World, admin: Visitor) -> None:
    body = b"label=" + b"x" * (MAX_BODY - 6)
    headers = admin.cookie | SAME_ORIGIN | FORM
    for content in (body, iter([body[:100], body[100:]])):
        answer = admin.ask("POST", f"/clientes/{world.maria}/pontos/novo", headers, data=content)
        assert answer.status_code == 422


@pytest.mark.parametrize("size", [8_000, 60_000, 200_000])
def test_a_long_question_is_answered_or_refused(world: World, admin: Visitor, size: int) -> None:
    assert 400 <= admin.get(f"/clientes?busca={'x' * size}").status_code < 500
    assert admin.get(f"/clientes?{'x' * size}=1").status_code in range(200, 500)
    assert admin.get("/painel").status_code == 200


def test_a_thousand_questions_at_once_are_one(world: World, admin: Visitor) -> None:
    assert admin.get("/clientes?" + "&".join(f"busca={number}" for number in range(1000))).status_code == 200


@pytest.mark.parametrize("length", ["-1", "abc", "1 000", "99999999999999999999999", "0x10"])
def test_a_length_that_is_none_ends_the_connection_and_not_the_server(
    web: Web, world: World, admin: Visitor, length: str
) -> None:
    address = urlsplit(web.address)
    head = (
        f"POST /multitv/clientes/{world.maria}/pontos/novo HTTP/1.1\r\nHost: {address.netloc}\r\n"
        f"Cookie: _token={admin.token}\r\nSec-Fetch-Site: same-origin\r\nContent-Length: {length}\r\n\r\n"
    )
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
        connection.sendall(head.encode())
        assert connection.recv(20)[9:12] in (b"400", b"413")
    assert admin.get("/painel").status_code == 200
