"""The JSON API: what the screens read and change, for programs, to the cent and in one shape."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from multitv.event_codes import event_code, event_number
from tests.web.routes import NOBODY, PLACES
from tests.web.visitor import Visitor
from tests.web.world import SCRIPT, World

MONEY = {"amount", "price", "own_price", "monthly_price", "total", "last_amount", "amount_before", "amount_after"}


def amounts(found: Any) -> Iterator[Any]:
    """Whatever is money in an answer."""
    if isinstance(found, list):
        for one in found:
            yield from amounts(one)
    elif isinstance(found, dict):
        for name, value in found.items():
            if name in MONEY:
                yield value
            else:
                yield from amounts(value)


def mac(plan: int, number: int) -> str:
    return f"a4:5e:71:{plan // 256:02x}:{plan % 256:02x}:{number:02x}"


@pytest.fixture
def plan(world: World) -> int:
    return world.client("Cliente de um programa")


def test_money_is_text_with_two_decimals_everywhere(things: dict[str, object], viewer: Visitor) -> None:
    found = []
    for place in PLACES:
        if place.of_api and not place.writes and not place.path.endswith("openapi.json"):
            found += list(amounts(viewer.read(place.at(things).removeprefix("/api/v1"))))
    assert len(found) > 200
    for amount in found:
        assert amount is None or isinstance(amount, str)
        assert amount is None or amount == f"{Decimal(amount):.2f}"


def test_a_contract_reads_as_on_the_screen(world: World, viewer: Visitor) -> None:
    plan = viewer.read(f"/client-plans/{world.maria}")
    assert plan["client"] == "Maria José Conceição d'Ávila"
    assert (plan["monthly_price"], plan["allows_tv"], plan["package"]) == ("149.90", True, "TV Família")
    packages = {row["package"]: row for row in viewer.read(f"/client-plans/{world.maria}/packages")}
    assert (packages["Esportes & Cia"]["own_price"], packages["Esportes & Cia"]["price"]) == (None, "29.90")
    assert packages[f'Cinema "Premium" {SCRIPT}']["own_price"] == "9.99"
    assert packages["Pacote de outrora"]["served"] is False
    [invoice, older] = viewer.read(f"/client-plans/{world.maria}/invoices")
    assert (invoice["total"], older["total"]) == ("189.79", "159.89")
    assert [posting["kind"] for posting in older["postings"]] == ["plan", "tv_package", "tv_package", "reversal"]
    events = viewer.read(f"/client-plans/{world.maria}/events")
    assert sum(Decimal(event["amount"]) for event in events) == Decimal("49.88")
    assert all(event_number(event["code"]) == event["id"] for event in events)
    assert {posting["billing_event_code"] for posting in older["postings"]} == {
        None if posting["billing_event_id"] is None else event_code(posting["billing_event_id"])
        for posting in older["postings"]
    }
    assert [event["status"] for event in viewer.read(f"/client-plans/{world.voided}/events")] == ["cancelled"]


def test_events_and_invoices_are_read_by_the_year(world: World, viewer: Visitor) -> None:
    path = f"/client-plans/{world.maria}"
    since = {"since": str(world.current)}
    assert {row["due_date"] for row in viewer.read(f"{path}/events", **since)} == {str(world.current)}
    assert [row["due_date"] for row in viewer.read(f"{path}/invoices", **since)] == [str(world.current)]
    assert viewer.read(f"{path}/invoices", since=str(world.settled - timedelta(days=366))) == []
    assert viewer.api("GET", f"{path}/events", params={"since": "1999-12-31"}).status_code == 422


def test_the_history_is_read_page_by_page(world: World, viewer: Visitor) -> None:
    first = viewer.read(f"/client-plans/{world.maria}/changes")
    second = viewer.read(f"/client-plans/{world.maria}/changes", cursor=first["next"])
    assert (len(first["rows"]), len(second["rows"]), second["next"]) == (20, 3, None)
    assert first["rows"][0]["after"]["label"] == f"Sala 21 {SCRIPT}"
    numbers = [row["id"] for row in (*first["rows"], *second["rows"])]
    assert numbers == sorted(set(numbers), reverse=True)


def test_a_cursor_of_another_list_is_refused(world: World, viewer: Visitor) -> None:
    cursor = viewer.read("/clients")["next"]
    for path in ("/channels", "/packages", "/revenue-assurance/sold_not_active", f"/billing/{world.counted}/lines"):
        refused = viewer.api("GET", path, params={"cursor": cursor})
        assert (refused.status_code, refused.json()["error"]["code"]) == (422, "bad_cursor")
        assert "comece de novo pelo início" in refused.text


@pytest.mark.parametrize("price", ["0.00", "0.01", "0.10", "29.90", "1234567.89", "9999999999.99", None])
def test_a_price_is_kept_to_the_cent(world: World, user: Visitor, plan: int, price: str | None) -> None:
    sold = user.api("POST", f"/client-plans/{plan}/packages", {"package_id": world.sports, "price": price})
    assert sold.status_code == 201
    assert sold.json()["price"] == (price or "29.90")
    [row] = user.read(f"/client-plans/{plan}/packages")
    assert (row["own_price"], row["added_on"]) == (price, str(world.today))
    assert user.page(f"/clientes/{plan}/pacotes").row("Esportes")[1].startswith("R$")


@pytest.mark.parametrize(
    "price",
    [29.9, 29, True, "29.9", "29,90", "29", "29.901", "-1.00", "1e1", "NaN", "Infinity", "", " 29.90", "29.90\n",
     "+1.00", "٢٩.٩٠", "99999999999.00", "1_0.00", [], {"value": "1.00"}],
)  # fmt: skip
def test_what_is_no_amount_is_refused(world: World, user: Visitor, plan: int, price: Any) -> None:
    refused = user.api("POST", f"/client-plans/{plan}/packages", {"package_id": world.sports, "price": price})
    assert refused.status_code == 422
    assert refused.json()["error"]["field"] == "price"
    assert user.read(f"/client-plans/{plan}/packages") == []


@pytest.mark.parametrize("day", ["2026-02-30", "0000-00-00", "10/12/2026", "", 1796256000, "1796256000", 0, True,
                                 "2026-12-10T00:00:00", "1999-12-31", "9999-12-31", [2026, 12, 10]])  # fmt: skip
def test_what_is_no_day_is_refused(world: World, user: Visitor, plan: int, day: Any) -> None:
    refused = user.api("POST", f"/client-plans/{plan}/packages", {"package_id": world.sports, "added_on": day})
    assert (refused.status_code, refused.json()["error"]["field"]) == (422, "added_on")
    assert user.read(f"/client-plans/{plan}/packages") == []


def test_a_package_is_sold_cancelled_and_kept(world: World, user: Visitor, plan: int) -> None:
    later = world.today + timedelta(days=5)
    body = {"package_id": world.sports, "added_on": str(later)}
    sold = user.api("POST", f"/client-plans/{plan}/packages", body).json()
    assert sold == {
        "id": sold["id"], "client_plan_id": plan, "package_id": world.sports, "package": "Esportes & Cia",
        "price": "29.90", "added_on": str(later), "cancelled_on": None,
    }  # fmt: skip
    again = user.api("POST", f"/client-plans/{plan}/packages", body)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "already_sold")
    ended = [
        user.api("POST", f"/client-packages/{sold['id']}/cancel", {"cancelled_on": str(later + timedelta(days=1))})
        for _ in range(2)
    ]
    assert [answer.status_code for answer in ended] == [200, 200]
    assert ended[0].json()["cancelled_on"] == str(later + timedelta(days=1))
    other = user.api("POST", f"/client-packages/{sold['id']}/cancel", {})
    assert (other.status_code, other.json()["error"]["code"]) == (409, "already_ended")
    assert [change["action"] for change in user.read(f"/client-plans/{plan}/changes")["rows"]] == [
        "cancel_package", "add_package",
    ]  # fmt: skip


def test_what_was_never_billed_is_deleted_and_what_was_stays(world: World, user: Visitor, plan: int) -> None:
    sold = user.api("POST", f"/client-plans/{plan}/packages", {"package_id": world.sports}).json()
    gone = user.api("DELETE", f"/client-packages/{sold['id']}")
    assert (gone.status_code, gone.content) == (204, b"")
    assert user.api("DELETE", f"/client-packages/{sold['id']}").status_code == 404
    [billed] = user.read(f"/client-plans/{world.waiting}/packages")
    stays = user.api("DELETE", f"/client-packages/{billed['id']}")
    assert (stays.status_code, stays.json()["error"]["code"]) == (409, "already_billed")


def test_a_point_is_added_edited_swapped_and_removed(world: World, user: Visitor, plan: int) -> None:
    device = {"mac": mac(plan, 1).upper(), "serial": "SN1", "device_type": "stb"}
    made = user.api("POST", f"/client-plans/{plan}/points", device | {"label": " Sala "})
    assert made.status_code == 201
    point = made.json()
    assert (point["mac"], point["label"], point["removed_on"]) == (mac(plan, 1), "Sala", None)
    edited = user.api("PATCH", f"/points/{point['id']}", {"label": "Quarto", "serial": None})
    assert edited.json() == point | {"label": "Quarto"}
    unchanged = user.api("PATCH", f"/points/{point['id']}", {})
    assert unchanged.json() == edited.json()
    swapped = user.api("POST", f"/points/{point['id']}/swap", device | {"mac": mac(plan, 2)})
    assert swapped.json() == edited.json() | {"mac": mac(plan, 2)}
    removed = user.api("POST", f"/points/{point['id']}/remove")
    assert removed.json() == swapped.json() | {"removed_on": str(world.today)}
    again = user.api("POST", f"/points/{point['id']}/remove")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "already_ended")
    assert len(user.read(f"/client-plans/{plan}/changes")["rows"]) == 4


def test_the_offer_is_changed(world: World, op: Visitor) -> None:
    package = world.named_package("Oferta de um programa", "10.00")
    body = {"extra": True, "price": "9999999999.99", "point_limit": 1000}
    changed = op.api("PUT", f"/packages/{package}/offer", body)
    assert changed.status_code == 200
    assert {name: changed.json()[name] for name in body} == body
    assert op.api("PUT", f"/packages/{package}/offer", body | {"price": None, "extra": False}).json()["price"] is None
    for wrong in ({"extra": "sim"}, {"extra": 1}, {"point_limit": -1}, {"point_limit": 1001}, {"point_limit": 1.5}):
        assert op.api("PUT", f"/packages/{package}/offer", body | wrong).status_code == 422
    tab = op.api("PUT", "/service-plans/3/tv", {"allows_tv": False, "package_id": world.sports})
    assert (tab.status_code, tab.json()["error"]["code"]) == (409, "package_refused")


def test_a_name_that_nobody_knows_is_an_error(world: World, user: Visitor, op: Visitor, plan: int) -> None:
    before = world.written()
    device = {"mac": mac(plan, 3), "serial": "S", "device_type": "stb"}
    for person, method, path, body in (
        (user, "POST", f"/client-plans/{plan}/packages", {"package_id": world.sports, "preco": "1.00"}),
        (user, "POST", f"/client-plans/{plan}/points", device | {"label": "Sala", "id": 1}),
        (user, "POST", f"/points/{NOBODY}/swap", device | {"label": "Sala"}),
        (user, "PATCH", "/points/1", {"mac": mac(plan, 3)}),
        (op, "PUT", f"/packages/{world.sports}/offer", {"extra": True, "price": "1.00", "point_limit": 1, "name": "x"}),
        (user, "POST", f"/billing/{world.coming}/save", {"preview_id": 1, "approval": "never"}),
    ):  # fmt: skip
        assert person.api(method, path, body).status_code == 422, path
    assert world.written() == before


def test_every_refusal_has_the_same_shape(world: World, op: Visitor, viewer: Visitor, stranger: Visitor) -> None:
    refusals = {
        401: stranger.api("GET", "/clients"),
        403: viewer.api("POST", f"/client-plans/{world.maria}/pin/reveal"),
        404: op.api("GET", f"/client-plans/{NOBODY}"),
        405: op.api("PUT", "/clients"),
        409: op.api("DELETE", f"/client-packages/{op.read(f'/client-plans/{world.waiting}/packages')[0]['id']}"),
        413: op.api("POST", f"/client-plans/{world.maria}/points", {"label": "x" * 70_000}),
        422: op.api("POST", f"/client-plans/{world.maria}/points", {"label": ""}),
    }
    for status, answer in refusals.items():
        assert answer.status_code == status
        assert answer.headers["Content-Type"] == "application/json"
        error = answer.json()["error"]
        assert set(answer.json()) == {"error"}
        assert set(error) == {"code", "message", "field"}
        assert error["message"].endswith(".")
    assert op.api("GET", "/nada").json()["error"]["code"] == "not_found"


def test_the_description_names_every_operation_and_its_refusals(viewer: Visitor) -> None:
    described = viewer.read("/openapi.json")
    assert described["servers"] == [{"url": "/multitv/api/v1"}]
    operations = {(method.upper(), f"/api/v1{path}") for path, item in described["paths"].items() for method in item}
    assert operations == {
        (place.method, place.path) for place in PLACES if place.of_api and not place.path.endswith("/openapi.json")
    }
    for item in described["paths"].values():
        for operation in item.values():
            assert operation["description"]
            assert {"400", "401", "403", "404", "409", "413", "422", "503"} <= operation["responses"].keys()


def test_days_are_days_and_no_moments(world: World, viewer: Visitor) -> None:
    plan = viewer.read(f"/client-plans/{world.maria}")
    assert date.fromisoformat(plan["activated_on"]) == date(2026, 1, 1)
    assert viewer.read(f"/billing/{world.coming}/preview")["due_date"] == str(world.coming)
