"""What every request passes first, in front of a small application that answers whatever it was sent."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from multitv.web.core.security import MAX_BODY, SecurityMiddleware

COOKIE = {"Cookie": "_token=x"}
HOST = "http://tv.example:8080"


async def echo(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


async def cached(_: Request) -> Response:
    return PlainTextResponse("", headers={"Cache-Control": "public", "Content-Security-Policy": "default-src 'self'"})


@pytest.fixture
def app() -> SecurityMiddleware:
    methods = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]
    routes = [Route("/cached", cached), Route("/{path:path}", echo, methods=methods)]
    return SecurityMiddleware(Starlette(routes=routes))


def ask(app: ASGIApp, method: str, path: str = "/", **content: Any) -> httpx.Response:
    async def asked() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HOST) as client:
            return await client.request(method, path, **content)

    return asyncio.run(asked())


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "said",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": ""},
        {"Sec-Fetch-Site": "cross-site", "Origin": HOST},
        {"Origin": "http://mau.example"},
        {"Origin": "http://tv.example"},
        {"Origin": "http://tv.example:8081"},
        {"Origin": "http://tv.example:8080@mau.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Authorization": "Basic eDp5", "Origin": "http://mau.example"},
        {"Authorization": "Bearer", "Origin": "http://mau.example"},
        {"Authorization": "Bearer  ", "Origin": "http://mau.example"},
        {},
    ],
    ids=str,
)
def test_a_write_from_elsewhere_is_refused(app: ASGIApp, method: str, said: dict[str, str]) -> None:
    assert ask(app, method, headers=COOKIE | said).status_code == 403


@pytest.mark.parametrize(
    "said",
    [
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": HOST},
        {"Origin": HOST.upper().replace("HTTP", "http")},
        {"Authorization": "Bearer x"},
        {"Authorization": "bearer x", "Origin": "http://mau.example", "Sec-Fetch-Site": "cross-site"},
    ],
    ids=str,
)
def test_a_write_from_our_own_pages_or_a_program_passes(app: ASGIApp, said: dict[str, str]) -> None:
    assert ask(app, "POST", headers=COOKIE | said).status_code == 200


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://airflow.isp.example", 200),
        ("https://AIRFLOW.isp.example", 200),
        (HOST, 200),
        ("https://airflow.isp.example:8443", 403),
        ("https://mau.example", 403),
        ("null", 403),
        ("", 403),
    ],
)
def test_behind_a_proxy_we_are_known_by_our_address(app: SecurityMiddleware, origin: str, status: int) -> None:
    known = SecurityMiddleware(app._app, "https://airflow.isp.example/airflow")
    assert ask(known, "POST", headers=COOKIE | {"Origin": origin}).status_code == status


def test_a_write_without_a_login_has_nothing_to_protect(app: ASGIApp) -> None:
    assert ask(app, "POST").status_code == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_reading_passes_from_anywhere(app: ASGIApp, method: str) -> None:
    assert ask(app, method, headers=COOKIE | {"Sec-Fetch-Site": "cross-site"}).status_code == 200


def in_pieces(size: int) -> Iterator[bytes]:
    while size > 0:
        yield b"x" * min(size, 5000)
        size -= 5000


def test_a_body_may_be_as_large_as_is_said_and_no_larger(app: ASGIApp) -> None:
    assert ask(app, "POST", content=b"x" * MAX_BODY).text == str(MAX_BODY)
    assert ask(app, "POST", content=b"x" * (MAX_BODY + 1)).status_code == 413


def test_a_body_that_does_not_say_how_large_it_is_is_counted(app: ASGIApp) -> None:
    async def pieces(size: int) -> Any:
        for piece in in_pieces(size):
            yield piece

    assert ask(app, "POST", content=pieces(MAX_BODY)).text == str(MAX_BODY)
    assert ask(app, "POST", content=pieces(MAX_BODY + 1)).status_code == 413


def test_a_program_is_refused_in_the_words_of_the_api(app: ASGIApp) -> None:
    large = ask(app, "POST", "/api/v1/x", content=b"x" * (MAX_BODY + 1))
    assert large.json()["error"]["code"] == "too_large"
    foreign = ask(app, "POST", "/api/v1/x", headers=COOKIE)
    assert foreign.json()["error"] == {
        "code": "foreign", "message": "Esta alteração veio de outro site e foi recusada.", "field": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    "content", [{}, {"headers": COOKIE}, {"content": b"x" * (MAX_BODY + 1)}], ids=["ok", "403", "413"]
)
def test_every_answer_says_what_a_browser_may_do_with_it(app: ASGIApp, content: dict[str, Any]) -> None:
    headers = ask(app, "POST", **content).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "same-origin"


def test_what_an_answer_says_itself_stays(app: ASGIApp) -> None:
    headers = ask(app, "GET", "/cached").headers
    assert (headers["Cache-Control"], headers["Content-Security-Policy"]) == ("public", "default-src 'self'")


def test_what_is_no_http_passes_untouched() -> None:
    seen: list[Any] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope["type"])

    async def receive() -> Message:
        raise AssertionError("nothing is read")

    async def send(_: Message) -> None:
        raise AssertionError("nothing is answered")

    asyncio.run(SecurityMiddleware(app)({"type": "lifespan"}, receive, send))
    assert seen == ["lifespan"]
