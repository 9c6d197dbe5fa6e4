"""GET /multitv/metrics: whom it lets in, and what the token of a machine does not open."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.web.routes import PLACES, Place
from tests.web.server import Web
from tests.web.visitor import SAME_ORIGIN, Visitor
from tests.web.world import World


@pytest.fixture(scope="module")
def bearer(web: Web) -> dict[str, str]:
    return {"Authorization": f"Bearer {web.environment['MULTITV_METRICS_TOKEN']}"}


def test_prometheus_comes_in_by_its_token(world: World, stranger: Visitor, bearer: dict[str, str]) -> None:
    answer = stranger.ask("GET", "/metrics", bearer)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    found = {family.name: family for family in text_string_to_metric_families(answer.text)}
    assert found["multitv_up"].samples[0].value == 1
    assert {sample.value for sample in found["multitv_source_up"].samples} == {1}
    for pin in world.pins.values():
        assert pin not in answer.text


def test_whoever_may_read_sees_it_and_a_strangers_browser_is_led_to_the_login(
    viewer: Visitor, stranger: Visitor
) -> None:
    assert viewer.get("/metrics").status_code == 200
    assert viewer.ask("GET", "/metrics", viewer.bearer).status_code == 200
    assert stranger.get("/metrics").status_code == 303


@pytest.mark.parametrize("wrong", ["x" * 43, "", "ã".encode().decode("latin-1") * 30, "of the first"])
def test_a_wrong_token_is_told_so_and_not_led_to_a_page(stranger: Visitor, bearer: dict[str, str], wrong: str) -> None:
    token = bearer["Authorization"][:-1] if wrong == "of the first" else f"Bearer {wrong}"
    answer = stranger.ask("GET", "/metrics", {"Authorization": token})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert "multitv_up" not in answer.text


@pytest.mark.parametrize("place", [place for place in PLACES if place.path != "/metrics"], ids=str)
def test_the_token_opens_nothing_else(stranger: Visitor, bearer: dict[str, str], place: Place) -> None:
    headers = bearer | SAME_ORIGIN
    answer = stranger.ask(place.method, place.address, headers, json={} if place.writes else None)
    assert answer.status_code == 401
    cookie = {"Cookie": f"_token={bearer['Authorization'].removeprefix('Bearer ')}"}
    assert stranger.ask(place.method, place.address, cookie | SAME_ORIGIN).status_code in (303, 401)


def test_the_token_does_not_open_airflows_own_api(web: Web, bearer: dict[str, str]) -> None:
    assert Visitor(f"{web.address}/api/v2/dags?").ask("GET", "", bearer).status_code in (401, 403, 404)


def test_many_scrapers_at_once_are_all_answered(stranger: Visitor, web: Web, bearer: dict[str, str]) -> None:
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: Visitor(web.address).ask("GET", "/metrics", bearer), range(32)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) <= 3
