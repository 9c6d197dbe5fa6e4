"""Answers that another implementation gives: what is not ours or not used may be anything."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from include.sandbox.process import Sandbox
from multitv.beenius.client import BeeniusClient
from multitv.beenius.errors import NotJson, NotListedYet, UnreadableAnswer
from multitv.beenius.models import Device, Subscriber, Subscription, UnreadableSubscriber, mac_of
from multitv.beenius.subscribers import AnySubscriber, subscriber_of
from tests.beenius.conftest import Answer

Connect = Callable[..., BeeniusClient]
MAC = "00:1a:79:00:00:01"
SOUND: dict[str, Any] = {
    "uid": "sub-1",
    "external_id": "7",
    "first_name": "Ana",
    "last_name": "Lima",
    "status": "ACTIVE",
    "services": [{"service_uid": "svc-a", "active_to": None}],
    "devices": [{"mac": MAC, "device_type_uid": "stb", "serial": "S", "label": "Sala"}],
    "version": 3,
}


def scanned(platform: Any, connect: Connect, *rows: Any) -> list[AnySubscriber]:
    """What a scan makes of these rows: sound ones are before and after them."""
    listed = [SOUND, *rows, SOUND | {"uid": "sub-9"}]
    body = {"list": listed, "pageNumber": 1, "pageSize": 500, "rowCount": len(listed)}
    platform.answers["/subscribers"] = json.dumps(body).encode()
    found: list[AnySubscriber] = []
    for page in connect(host=platform.url).scan_subscribers(found.clear, lambda: False):
        found.extend(page.rows)
    assert found[0] == subscriber_of(SOUND)
    assert found[-1].uid == "sub-9"
    return found[1:-1]


@pytest.mark.parametrize(
    "written",
    ["001A.7900.0001", "00-1A-79-00-00-01", "001a79000001", "001A79000001", "00:1A:79:00:00:01", " 00 1a 79 00 00 01 "],
)
def test_a_mac_is_understood_however_it_is_written(other_platform: Any, connect: Connect, written: str) -> None:
    assert mac_of(written) == MAC
    [found] = scanned(other_platform, connect, SOUND | {"devices": [{"mac": written, "device_type_uid": "stb"}]})
    assert isinstance(found, Subscriber)
    assert found.devices == (Device(MAC, "stb"),)


@pytest.mark.parametrize("written", [f"{MAC}\n{MAC}", f"{MAC}\n", MAC[:-1], "", "00:1a:79:00:00:0g"])
def test_what_is_no_mac_is_none_beside_macs(other_platform: Any, connect: Connect, written: str) -> None:
    devices = [{"mac": MAC.upper()}, {"mac": written}, {"mac": MAC[:-1] + "2"}]
    [found] = scanned(other_platform, connect, SOUND | {"devices": devices})
    if mac_of(written) is None:
        assert isinstance(found, UnreadableSubscriber)
        assert [fault.code for fault in found.faults] == ["device_is_unreadable"]
        assert found.macs == (MAC, MAC[:-1] + "2")
    else:
        assert isinstance(found, Subscriber)
        assert [device.mac for device in found.devices] == [MAC, MAC, MAC[:-1] + "2"]


@pytest.mark.parametrize(
    ("field", "value", "attribute", "expected"),
    [
        ("external_id", 7, "external_id", "7"),
        ("external_id", 7.0, "external_id", "7"),
        ("external_id", None, "external_id", None),
        ("external_id", ["7"], "external_id", '["7"]'),
        ("external_id", True, "external_id", "true"),
        ("first_name", None, "first_name", ""),
        ("last_name", None, "last_name", ""),
        ("last_name", ["Lima"], "last_name", ""),
        ("last_name", "L\ud800ima", "last_name", "L\ufffdima"),
        ("last_name", "L\0ima", "last_name", "L\ufffdima"),
        ("last_name", r"L\u0000ima", "last_name", r"L\u0000ima"),
        ("status", " suspended ", "status", "SUSPENDED"),
        ("services", None, "services", ()),
        ("services", [{"service_uid": "a", "active_to": ""}], "services", (Subscription("a"),)),
        ("devices", None, "devices", ()),
        ("devices", [{"mac": MAC, "device_type_uid": None}], "devices", (Device(MAC),)),
        ("devices", [{"mac": MAC, "device_type_uid": 5, "serial": 12}], "devices", (Device(MAC, "5", "12"),)),
        ("devices", [{"mac": MAC, "label": {}, "status": 1}], "devices", (Device(MAC, status="1"),)),
        ("version", None, "version", None),
        ("version", "41", "version", 41),
        ("version", 2**31, "version", 2**31),
        ("version", 2**80, "version", 2**80),
        ("version", "W/abc", "version", None),
        ("version", float("nan"), "version", None),
        ("uid", 17, "uid", "17"),
        ("surprise", {"deep": [1]}, "uid", "sub-1"),
    ],
)
def test_what_we_would_write_anyway_may_be_anything(
    other_platform: Any, connect: Connect, field: str, value: Any, attribute: str, expected: Any
) -> None:
    [found] = scanned(other_platform, connect, SOUND | {field: value})
    assert isinstance(found, Subscriber)
    assert getattr(found, attribute) == expected


@pytest.mark.parametrize("missing", ["external_id", "first_name", "last_name", "services", "devices", "version"])
def test_a_field_that_is_missing_is_an_empty_one(other_platform: Any, connect: Connect, missing: str) -> None:
    [found] = scanned(other_platform, connect, {name: value for name, value in SOUND.items() if name != missing})
    assert isinstance(found, Subscriber)
    assert not getattr(found, missing)


@pytest.mark.parametrize(
    ("row", "code", "uid"),
    [
        (SOUND | {"uid": None}, "uid_is_missing", None),
        (SOUND | {"uid": " "}, "uid_is_missing", None),
        (SOUND | {"status": "BLOCKED"}, "status_is_unknown", "sub-1"),
        (SOUND | {"status": None}, "status_is_unknown", "sub-1"),
        (SOUND | {"status": ["ACTIVE"]}, "status_is_unknown", "sub-1"),
        (SOUND | {"services": "svc-a"}, "service_is_unreadable", "sub-1"),
        (SOUND | {"services": [{"service_uid": ""}]}, "service_is_unreadable", "sub-1"),
        (SOUND | {"services": [{"service_uid": "a", "active_to": "ontem"}]}, "service_is_unreadable", "sub-1"),
        (SOUND | {"services": [{"service_uid": "a", "active_to": "0000-00-00"}]}, "service_is_unreadable", "sub-1"),
        (SOUND | {"services": [None]}, "service_is_unreadable", "sub-1"),
        (SOUND | {"devices": [{"mac": "cozinha"}]}, "device_is_unreadable", "sub-1"),
        (SOUND | {"devices": [{"mac": None}]}, "device_is_unreadable", "sub-1"),
        (SOUND | {"devices": {"mac": "x"}}, "device_is_unreadable", "sub-1"),
        (None, "subscriber_is_no_object", None),
        ("sub-1", "subscriber_is_no_object", None),
        ([], "subscriber_is_no_object", None),
    ],
)
def test_what_has_to_be_known_makes_one_subscriber_unreadable_and_no_other(
    other_platform: Any, connect: Connect, row: Any, code: str, uid: str | None
) -> None:
    [found] = scanned(other_platform, connect, row)
    assert isinstance(found, UnreadableSubscriber)
    assert ([fault.code for fault in found.faults], found.uid) == ([code], uid)


def test_a_byte_that_is_no_text_spoils_one_name(other_platform: Any, connect: Connect) -> None:
    body = {"list": [SOUND, SOUND | {"uid": "sub-2"}], "pageNumber": 1, "pageSize": 500, "rowCount": 2}
    other_platform.answers["/subscribers"] = json.dumps(body).encode().replace(b"Lima", b"L\xe3ma", 1)
    pages = connect(host=other_platform.url).scan_subscribers(pytest.fail, lambda: False)
    rows = [row for page in pages for row in page.rows]
    assert [row.last_name for row in rows if isinstance(row, Subscriber)] == ["L\ufffdma", "Lima"]


def test_an_end_is_read_with_its_offset(other_platform: Any, connect: Connect) -> None:
    service = {"service_uid": "a", "active_to": "2099-01-01T00:00:00.5Z"}
    [found] = scanned(other_platform, connect, SOUND | {"services": [service]})
    assert isinstance(found, Subscriber)
    assert found.services[0].active_to == datetime(2099, 1, 1, 0, 0, 0, 500_000, UTC)


ANSWERS = [
    Answer(SOUND),
    Answer({"anything": [1]}, 201),
    Answer(b"", 202),
    Answer(b"", 200),
    Answer(b"OK", 200),
    Answer([], 200),
    Answer(None, 200),
    Answer(b'{"half', 200),
    Answer(SOUND | {"status": "BLOCKED", "devices": "none"}, 200),
]


@pytest.mark.parametrize("answer", ANSWERS, ids=str)
def test_any_2xx_of_a_write_is_success(other_platform: Any, connect: Connect, answer: Answer) -> None:
    client = connect(host=other_platform.url)
    for name in ("sub-1", "svc-a", MAC):
        other_platform.answers[f"/{name}"] = answer
    client.change_subscriber("sub-1", 3, status="ACTIVE", idempotency_key="1")
    client.put_service("sub-1", "svc-a", idempotency_key="2")
    client.put_device("sub-1", MAC, device_type_uid="stb", serial=None, label=None, idempotency_key="3")
    assert client.end_service("sub-1", "svc-a", idempotency_key="4")
    assert client.release_device("sub-1", MAC, idempotency_key="5")
    assert len(other_platform.seen) == 6


@pytest.mark.parametrize("page", [b"<html>", b"\n<!DOCTYPE html><p>"])
def test_a_page_of_a_proxy_is_no_answer_of_the_platform(other_platform: Any, connect: Connect, page: bytes) -> None:
    other_platform.answers["/svc-a"] = page
    with pytest.raises(NotJson, match="repeating it with the same Idempotency-Key is harmless"):
        connect(host=other_platform.url).put_service("sub-1", "svc-a", idempotency_key="2")


@pytest.mark.parametrize("pin", [None, "", 1234, "1234", ["1234"]])
def test_of_a_creation_uid_and_pin_are_read_and_nothing_else(other_platform: Any, connect: Connect, pin: Any) -> None:
    other_platform.answers["/subscribers"] = {"uid": "sub-1", "auth_pin": pin, "status": "PENDING", "services": 0}
    made = connect(host=other_platform.url).create_subscriber("7", "Ana", "", "ACTIVE", idempotency_key="1")
    assert made.uid == "sub-1"
    assert (made.auth_pin.get_secret_value() if made.auth_pin else None) == ("1234" if pin in (1234, "1234") else None)


def test_a_creation_that_answers_nothing_is_looked_up(client: BeeniusClient, sandbox: Sandbox) -> None:
    sandbox.admin("PUT", "/admin/variant", {"other_answers": True})
    made = [client.create_subscriber(plan, "Ana", "", "ACTIVE", idempotency_key=plan) for plan in ("1", "2")]
    assert [subscriber.uid for subscriber in made] == ["sub-00000001", "sub-00000002"]
    assert made[0].auth_pin is not None
    assert made[1].auth_pin is None


def test_a_creation_that_never_shows_is_named(other_platform: Any, connect: Connect) -> None:
    other_platform.answers["/subscribers"] = {"list": [], "pageNumber": 1, "pageSize": 10, "rowCount": 0}
    with pytest.raises(NotListedYet, match="the next run finds it") as caught:
        connect(host=other_platform.url).create_subscriber("7", "Ana", "", "ACTIVE", idempotency_key="1")
    assert caught.value.reason == "not_listed_yet"


def test_one_unreadable_or_repeated_subscriber_is_named(other_platform: Any, connect: Connect) -> None:
    client = connect(host=other_platform.url)
    other_platform.answers["/sub-1"] = SOUND | {"status": "BLOCKED"}
    with pytest.raises(UnreadableAnswer, match=r'sub-1 .*status_is_unknown \("BLOCKED"\)'):
        client.subscriber("sub-1")
    rows = [SOUND | {"external_id": 7}, SOUND | {"uid": "sub-2", "external_id": " 7 "}]
    other_platform.answers["/subscribers"] = {"list": rows, "pageNumber": 1, "pageSize": 10, "rowCount": 2}
    assert [subscriber.uid for subscriber in client.find_subscribers("7")] == ["sub-1", "sub-2"]
    with pytest.raises(UnreadableAnswer, match="2 subscribers with the external_id 7"):
        client.find_subscriber("7")
