"""While the ISP's database is away, or busy, a person is told so in Portuguese, and afterwards all is as before.

The database is really away: PostgreSQL lets nobody into it, as when it is being restored.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text

from include.local import postgres
from include.local.postgres import Server
from multitv.alerts.lost import LOST_PATH
from multitv.web.core.errors import UNEXPECTED
from tests.web.markup import Page
from tests.web.routes import PLACES
from tests.web.server import Web
from tests.web.visitor import HTMX, Visitor, message_of
from tests.web.world import World

TOLD = "O banco de dados do ISP não respondeu a tempo: tente de novo em instantes."


@pytest.fixture
def away(server: Server, world: World) -> Iterator[None]:
    name = world.engine.url.database
    with postgres.connect(server) as connection:
        connection.execute(f"alter database {name} allow_connections false")
        connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", (name,))
        yield
        connection.execute(f"alter database {name} allow_connections true")


@pytest.mark.usefixtures("away")
def test_a_page_a_part_and_the_api_say_that_the_database_is_away(world: World, admin: Visitor) -> None:
    page = admin.get("/clientes")
    assert page.status_code == 503
    assert Page(page.text).all("p", role="alert")[0].text == TOLD
    part = admin.get(f"/clientes/{world.maria}/pacotes", **HTMX)
    assert (part.status_code, part.text, message_of(part)) == (503, TOLD, TOLD)
    assert part.headers["HX-Reswap"] == "none"
    api = admin.api("GET", "/clients")
    assert api.status_code == 503
    assert api.json() == {"error": {"code": "database_unavailable", "message": TOLD, "field": None}}
    assert admin.ask("POST", LOST_PATH).status_code == 503
    for ending in ("csv", "xlsx"):
        assert admin.get(f"/faturamento/{world.coming}/lista.{ending}").status_code == 503
    sent = admin.send(f"/clientes/{world.maria}/pacotes/novo", {"package_id": str(world.sports)})
    assert (sent.status_code, message_of(sent)) == (503, f"{TOLD} Pode ter sido gravado: confira antes de repetir.")
    assert postgres_is_named(page.text + part.text + api.text) is False


@pytest.mark.usefixtures("away")
def test_whatever_needs_the_database_says_so(things: dict[str, object], admin: Visitor) -> None:
    for place in PLACES:
        if place.writes:
            continue
        answer = admin.ask("GET", place.at(things), admin.bearer if place.of_api else admin.cookie)
        assert answer.status_code in (200, 303, 503), str(place)
        assert answer.status_code != 503 or "não respondeu a tempo" in answer.text


def test_all_is_as_before_when_it_is_back(world: World, admin: Visitor) -> None:
    assert admin.get("/clientes").status_code == 200
    assert admin.read(f"/client-plans/{world.maria}")["id"] == world.maria


def test_a_lock_that_somebody_holds_keeps_nobody_waiting_for_long(
    isp_engine: Engine, world: World, admin: Visitor
) -> None:
    with isp_engine.begin() as connection:
        connection.execute(text("lock table tv.client_point in access exclusive mode"))
        asked = time.monotonic()
        answer = admin.api("GET", f"/client-plans/{world.maria}/points")
        assert time.monotonic() - asked < 8
        assert answer.json()["error"] == {"code": "database_busy", "message": TOLD, "field": None}
        assert answer.status_code == 503
        assert admin.get("/clientes").status_code == 200


def test_a_crowd_in_front_of_a_lock_is_told_so_and_the_server_goes_on(
    isp_engine: Engine, world: World, admin: Visitor
) -> None:
    with isp_engine.begin() as connection, ThreadPoolExecutor(40) as crowd:
        connection.execute(text("lock table tv.client_point in access exclusive mode"))
        asked = time.monotonic()
        answers = list(crowd.map(lambda _: admin.api("GET", f"/client-plans/{world.maria}/points"), range(40)))
        assert time.monotonic() - asked < 20
    told = Counter((answer.status_code, answer.json()["error"]["code"]) for answer in answers)
    # Those for whom no thread was free in time did not even come to the lock.
    assert told.keys() == {(503, "database_busy"), (503, "server_busy")}
    assert {answer.headers["Retry-After"] for answer in answers} == {"5"}
    assert len(admin.read(f"/client-plans/{world.maria}/points")) == 1


@pytest.fixture
def surprised(world: World) -> Iterator[None]:
    """A search for a name fails in a way that nobody foresaw."""
    world.run("alter function tv.plain(text) rename to plain_before")
    world.run("create function tv.plain(text) returns text language sql as 'select 1 / (length($1) * 0)'")
    yield
    world.run("drop function tv.plain(text)")
    world.run("alter function tv.plain_before(text) rename to plain")


@pytest.mark.usefixtures("surprised")
def test_what_nobody_foresaw_is_told_under_the_same_headers_and_gives_nothing_away(web: Web, admin: Visitor) -> None:
    logged = web.log.stat().st_size
    page = admin.get("/clientes?busca=maria")
    part = admin.get("/clientes?busca=maria", **HTMX)
    api = admin.api("GET", "/clients?search=maria")
    for answer in (page, part, api):
        assert answer.status_code == 500
        assert UNEXPECTED.message in answer.text
        assert not postgres_is_named(answer.text)
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert answer.headers["Cache-Control"] == "no-store"
    assert Page(page.text).all("p", role="alert")[0].text == UNEXPECTED.message
    assert message_of(part) == UNEXPECTED.message
    assert api.json()["error"]["code"] == UNEXPECTED.code
    traces = web.log.read_bytes()[logged:].decode()
    assert traces.count("division by zero") >= 3
    # What is left in the log at the end was foreseen by nobody.
    os.truncate(web.log, logged)


def postgres_is_named(shown: str) -> bool:
    """Whether an answer tells a stranger where the database is."""
    return any(word in shown.lower() for word in ("postgres", "socket", "/tmp", "sqlalchemy", "psycopg"))  # noqa: S108
