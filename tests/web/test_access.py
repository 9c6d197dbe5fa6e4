"""Who may come in, and who may do what, on every route that there is."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest

from multitv.beenius.pool import BEENIUS_POOL, DEFAULT_POOL, POOL_PATH, PoolState, state_of
from multitv.web.core.access import Right
from tests.web.routes import NEVER, NOBODY, PLACES, RIGHTS, Place
from tests.web.server import Web
from tests.web.visitor import HTMX, SAME_ORIGIN, Visitor
from tests.web.world import World

READER = {Right.READ}
ATTENDANT = {Right.READ, Right.CONTRACTS, Right.BILLING, Right.CORRECTIONS}
HOLDS = {"viewer": READER, "user": ATTENDANT, "op": set(Right), "admin": set(Right)}
PAGES = [place for place in PLACES if not place.of_api]


def ask(person: Visitor, place: Place) -> Any:
    """Ask for a place as a page, or a program, would."""
    if place.of_api:
        return person.ask(place.method, place.address, person.bearer, json={} if place.writes else None)
    return person.ask(place.method, place.address, person.cookie | SAME_ORIGIN)


def test_each_right_is_of_a_route() -> None:
    assert {(place.method, place.path) for place in PLACES} >= RIGHTS.keys()


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_a_stranger_is_told_nothing(stranger: Visitor, place: Place) -> None:
    answer = ask(stranger, place)
    if place in PAGES and not place.writes:
        assert answer.status_code == 303
        assert answer.headers["Location"].startswith("/auth/login?next=")
        assert not answer.content
    else:
        assert answer.status_code == 401
    if place.of_api:
        assert answer.json()["error"]["code"] == "unauthorized"


@pytest.mark.parametrize(
    "headers", [{}, {"Host": "evil.example"}, {"Host": "evil.example", "X-Forwarded-Proto": "https"}]
)
def test_the_login_leads_back_to_a_path_whatever_the_host_header_says(
    stranger: Visitor, headers: dict[str, str]
) -> None:
    answer = stranger.ask("GET", "/clientes?busca=maria+silva&cursor=x", headers)
    login = urlsplit(answer.headers["Location"])
    assert (login.netloc, login.path) == ("", "/auth/login")
    assert parse_qs(login.query) == {"next": ["/multitv/clientes?busca=maria+silva&cursor=x"]}


@pytest.mark.parametrize("place", [place for place in PAGES if not place.writes], ids=str)
def test_a_part_of_a_page_that_a_stranger_asks_for_makes_the_page_log_in(stranger: Visitor, place: Place) -> None:
    answer = stranger.get(place.address, **HTMX)
    assert (answer.status_code, answer.headers["HX-Refresh"]) == (401, "true")


@pytest.mark.parametrize("place", PLACES, ids=str)
@pytest.mark.parametrize("role", HOLDS)
def test_each_role_may_what_its_right_says_and_no_more(
    world: World, people: dict[str, Visitor], role: str, place: Place
) -> None:
    answer = ask(people[role], place)
    assert answer.status_code < 500
    if place.right in HOLDS[role]:
        assert answer.status_code not in (401, 403), answer.text
    else:
        assert answer.status_code == 403
        assert f"Seu usuário não tem permissão para {place.right}." in answer.text


def test_a_viewer_changes_nothing_that_is_there(world: World, viewer: Visitor) -> None:
    before = world.written()
    plan, point = world.maria, world.run("select id from tv.client_point limit 1")[0][0]
    sold = world.run("select id from tv.client_package where client_plan_id = :plan limit 1", plan=plan)[0][0]
    package = {"package_id": str(world.packages[0])}
    device = {"mac": "a4:5e:60:aa:aa:aa", "serial": "S", "device_type": "stb", "label": "Sala"}
    for path, form in {
        f"/clientes/{plan}/pacotes/novo": package,
        f"/pacotes-do-cliente/{sold}/cancelar": {},
        f"/pacotes-do-cliente/{sold}/apagar": {},
        f"/clientes/{plan}/pontos/novo": device,
        f"/pontos/{point}/editar": device,
        f"/pontos/{point}/trocar": device,
        f"/pontos/{point}/retirar": {},
        f"/planos/{world.nasty[0]}/tv": {"allows_tv": "nao"},
        f"/pacotes/{world.sports}/oferta": {"extra": "sim", "price": "1,00"},
        f"/clientes/{plan}/pin": {},
    }.items():
        assert viewer.send(path, form).status_code == 403, path
    for method, path, body in (
        ("POST", f"/client-plans/{plan}/packages", {"package_id": world.packages[0]}),
        ("DELETE", f"/client-packages/{sold}", None),
        ("POST", f"/client-plans/{plan}/points", device),
        ("POST", f"/points/{point}/remove", None),
        ("PUT", "/service-plans/1/tv", {"allows_tv": False}),
        ("PUT", f"/packages/{world.sports}/offer", {"extra": True, "price": "1.00", "point_limit": None}),
        ("POST", f"/client-plans/{plan}/pin/reveal", None),
    ):
        assert viewer.api(method, path, body).status_code == 403, path
    assert world.written() == before


def test_an_attendant_neither_changes_the_offer_nor_sees_a_pin(world: World, user: Visitor) -> None:
    before = world.written()
    assert user.send("/planos/1/tv", {"allows_tv": "nao"}).status_code == 403
    assert user.send(f"/pacotes/{world.sports}/oferta", {"extra": "sim", "price": "1,00"}).status_code == 403
    answer = user.send(f"/clientes/{world.maria}/pin")
    assert answer.status_code == 403
    assert world.pins[world.maria] not in answer.text
    assert world.written() == before


BUTTONS = {
    "Add. Pacote": Right.CONTRACTS,
    "Cancelar Pacote": Right.CONTRACTS,
    "Add. Ponto": Right.CONTRACTS,
    "Trocar": Right.CONTRACTS,
    "Revelar": Right.PINS,
    "Sincronizar agora": Right.CONTRACTS,
    "Carregar": Right.BILLING,
    "Salvar": Right.BILLING,
    "Atualizar agora": Right.BILLING,
    "Editar TV": Right.OFFER,
    "Editar oferta": Right.OFFER,
}


@pytest.mark.parametrize("role", HOLDS)
def test_a_page_has_the_buttons_that_its_reader_may_press(world: World, people: dict[str, Visitor], role: str) -> None:
    buttons = set()
    for path in (
        "/painel",
        f"/clientes/{world.maria}",
        f"/clientes/{world.maria}/reconciliacao",
        f"/faturamento?vencimento={world.coming}",
        f"/faturamento/{world.coming}/resumo",
    ):
        buttons |= set(people[role].page(path).buttons)
    for path, name in {"/planos": "Editar TV", "/pacotes": "Editar oferta"}.items():
        buttons |= {name} & {name for button in people[role].page(path).buttons if button == "Editar"}
    assert {name for name in BUTTONS if name in buttons} == {
        name for name, right in BUTTONS.items() if right in HOLDS[role]
    }


def forged(web: Web, good: str, secret: str | None = None, **claims: Any) -> str:
    """A token of the same person with another signature or other claims."""
    said = jwt.decode(good, options={"verify_signature": False}) | claims
    key = secret or web.environment["AIRFLOW__API_AUTH__JWT_SECRET"]
    return jwt.encode(said, key, algorithm="HS512", headers={"kid": "not-used"})


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
@pytest.mark.parametrize("kind", ["ended", "of another secret", "garbage", "without a signature", "empty"])
def test_a_login_that_is_none_is_a_strangers(web: Web, admin: Visitor, kind: str) -> None:
    assert admin.token is not None
    claims = jwt.decode(admin.token, options={"verify_signature": False})
    token = {
        "ended": forged(web, admin.token, exp=int(time.time()) - 60),
        "of another secret": forged(web, admin.token, "x" * 64),
        "garbage": "garbage",
        "without a signature": jwt.encode(claims, "", algorithm="none"),
        "empty": "",
    }[kind]
    person = Visitor(web.address, "ninguém", token)
    page = person.ask("GET", "/painel", {"Cookie": f"_token={token}"})
    assert (page.status_code, page.headers["Location"][:11]) == (303, "/auth/login")
    assert person.send(f"/clientes/{NOBODY}/pin").status_code == 401
    assert person.ask("GET", "/api/v1/clients", {"Authorization": f"Bearer {token}"}).status_code == 401


def test_a_good_token_that_is_signed_with_the_secret_comes_in(web: Web, admin: Visitor) -> None:
    """What the forged tokens above are made like is what Airflow takes."""
    assert admin.token is not None
    with pytest.warns(jwt.warnings.InsecureKeyLengthWarning):
        token = forged(web, admin.token)
    assert Visitor(web.address, "admin", token).get("/painel").status_code == 200


def test_nobody_finds_the_api_described_without_a_login(stranger: Visitor, viewer: Visitor) -> None:
    assert stranger.get("/api/v1/openapi.json").status_code == 401
    for path in ("/docs", "/redoc", "/openapi.json", "/api/v1/docs", "/api/v1/redoc"):
        assert viewer.get(path).status_code == 404
    assert viewer.read("/openapi.json")["info"]["title"] == "Multi TV"


def test_what_looks_like_a_token_in_the_address_is_none(stranger: Visitor, admin: Visitor) -> None:
    assert stranger.get(f"/painel?token={admin.token}&_token={admin.token}").status_code == 303
    assert stranger.get(f"/faturamento/{NEVER}/lista.csv?access_token={admin.token}").status_code == 303


def test_a_task_without_a_login_is_told_the_slots_of_a_pool_what_waits_and_nothing_else(stranger: Visitor) -> None:
    answer = stranger.ask("GET", f"{POOL_PATH}/{DEFAULT_POOL}")
    assert answer.status_code == 200
    assert answer.json() == {"slots": 128, "waiting": 0, "since": None}
    for name in (BEENIUS_POOL, "other", ""):
        assert stranger.ask("GET", f"{POOL_PATH}/{name}").json().keys() == {"slots", "waiting", "since"}
    state = state_of(stranger.address, DEFAULT_POOL)
    assert state == PoolState(DEFAULT_POOL, 128)
