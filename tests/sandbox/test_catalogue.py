"""What the platform shows, page by page, and what an admin can make of it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from include.sandbox.process import Sandbox
from tests.sandbox.caller import Caller, refusal

BASIC = {"svc-essencial", "svc-familia"}
EXTENDED = {
    "svc-telecine",
    "svc-hbo",
    "svc-premiere",
    "svc-combate",
    "svc-esportes",
    "svc-infantil",
    "svc-documentarios",
    "svc-internacionais",
}


def test_every_channel_of_the_guide_is_served_with_its_genre(call: Caller, repository: Path) -> None:
    with (repository / "include/sandbox/data/channels.csv").open(encoding="utf-8", newline="") as file:
        guide = list(csv.DictReader(file))
    channels = call.scan("/channels", 25)
    genres = {genre["uid"]: genre["name"] for genre in call.scan("/genres", 3)}
    served = [(row["uid"], row["name"], row["number"], genres[row["genre_uid"]]) for row in channels]
    assert served == [(f"ch-{row['code'].lower()}", row["name"], int(row["number"]), row["family"]) for row in guide]
    assert len(served) == 102
    assert all(row["active"] is True and row["updated_at"].endswith("Z") for row in channels)


def test_services_are_the_promised_ones_and_together_carry_every_channel(call: Caller) -> None:
    services = call.scan("/services", 500)
    assert {row["uid"] for row in services if row["type"] == "BASIC_SERVICE"} == BASIC
    assert {row["uid"] for row in services if row["type"] == "EXTENDED_SERVICE"} == EXTENDED
    carried = {uid for row in services for uid in row["channel_uids"]}
    assert carried == {row["uid"] for row in call.scan("/channels", 500)}
    assert all(row["channel_uids"] and row["max_devices"] >= 1 and row["active"] for row in services)


def test_device_types_are_the_promised_ones(call: Caller) -> None:
    assert [row["uid"] for row in call.get("/device-types")["list"]] == ["stb-android", "stb-linux", "smart-tv"]


def test_a_page_says_which_it_is_and_how_many_rows_there_are(call: Caller) -> None:
    page = call.get("/channels?page=3&page_size=40")
    assert (page["pageNumber"], page["pageSize"], page["rowCount"], len(page["list"])) == (3, 40, 102, 22)
    assert call.get("/channels")["pageSize"] == 200
    assert call.get("/channels?page=9")["list"] == []


@pytest.mark.parametrize("query", ["page=0", "page_size=0", "page_size=501", "page=x", "updated_since=yesterday"])
def test_a_page_that_cannot_be_is_refused(call: Caller, query: str) -> None:
    assert refusal(call("GET", f"/channels?{query}")) == (422, "VALIDATION_ERROR", query.partition("=")[0])


def test_only_what_changed_since_a_moment_can_be_asked_for(call: Caller, sandbox: Sandbox) -> None:
    now = sandbox.admin("GET", "/admin/state")["now"]
    assert call.get(f"/channels?updated_since={now}")["rowCount"] == 0
    sandbox.admin("PATCH", "/admin/catalogue/channels/ch-grd", {"name": "Globo HD"})
    assert [row["name"] for row in call.get(f"/channels?updated_since={now}")["list"]] == ["Globo HD"]
    assert call.get("/channels?updated_since=2026-01-05T09:00:00.000-03:00")["rowCount"] == 102


def test_a_channel_can_come_and_go(call: Caller, sandbox: Sandbox) -> None:
    sandbox.admin("DELETE", "/admin/catalogue/channels/ch-mtv")
    sandbox.admin("POST", "/admin/catalogue/channels", {"uid": "ch-new", "name": "Novo", "number": 900})
    uids = [row["uid"] for row in call.scan("/channels", 500)]
    assert len(uids) == 102
    assert "ch-mtv" not in uids
    assert uids[-1] == "ch-new"
    sandbox.admin("DELETE", "/admin/catalogue")
    assert "ch-mtv" in [row["uid"] for row in call.scan("/channels", 500)]


def test_a_channel_can_be_edited_into_garbage(call: Caller, sandbox: Sandbox) -> None:
    sandbox.admin("PATCH", "/admin/catalogue/channels/ch-grd", {"number": "12a", "name": "  ", "genre_uid": None})
    row = next(row for row in call.scan("/channels", 500) if row["uid"] == "ch-grd")
    assert (row["number"], row["name"], row["genre_uid"]) == ("12a", "  ", None)


def test_any_rows_can_be_served_whatever_they_are(call: Caller, sandbox: Sandbox) -> None:
    rows = [{"uid": "ch-1"}, {"uid": "ch-1"}, {"uid": ["x"]}, "not even an object", None, 7]
    sandbox.admin("PUT", "/admin/catalogue/channels", rows)
    assert call.get("/channels")["list"] == rows
    sandbox.admin("PUT", "/admin/catalogue/services", rows)
    assert call.get("/services")["rowCount"] == 6
