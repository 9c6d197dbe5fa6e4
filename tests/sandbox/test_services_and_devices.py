"""The platform's rules on the services and the devices of a subscriber."""

from __future__ import annotations

from typing import Any

import pytest

from include.sandbox.process import Sandbox
from tests.sandbox.caller import Caller, refusal

MAC = "00:1a:79:00:00:01"


def test_another_basic_service_replaces_the_live_one_in_one_step(call: Caller) -> None:
    uid = call.new_subscriber("1", "svc-essencial", "svc-hbo")
    answer = call("PUT", f"/subscribers/{uid}/services/svc-familia", {"active_from": None})
    assert answer.status_code == 200
    assert answer.json()["active_to"] is None
    after = call.subscriber(uid)
    assert after["version"] == 4
    assert {entry["service_uid"]: entry["active_to"] is None for entry in after["services"]} == {
        "svc-essencial": False,
        "svc-hbo": True,
        "svc-familia": True,
    }
    assert after["services"][0]["active_to"] == answer.json()["active_from"]


def test_a_service_that_is_put_twice_stays_as_it_is(call: Caller) -> None:
    uid = call.new_subscriber("1", "svc-familia")
    before = call.subscriber(uid)
    assert call("PUT", f"/subscribers/{uid}/services/svc-familia", {}).json() == before["services"][0]
    assert call.subscriber(uid) == before
    moved = call("PUT", f"/subscribers/{uid}/services/svc-familia", {"active_from": "2026-12-01T00:00:00-03:00"})
    assert moved.json()["active_from"] == "2026-12-01T03:00:00.000Z"
    assert call.subscriber(uid)["version"] == before["version"] + 1


def test_an_extended_service_needs_a_live_basic_one(call: Caller) -> None:
    uid = call.new_subscriber()
    path = f"/subscribers/{uid}/services"
    assert refusal(call("PUT", f"{path}/svc-hbo", {})) == (409, "BASIC_SERVICE_REQUIRED", None)
    call("PUT", f"{path}/svc-essencial", {})
    assert call("PUT", f"{path}/svc-hbo", {}).status_code == 200
    assert refusal(call("DELETE", f"{path}/svc-essencial")) == (409, "BASIC_SERVICE_REQUIRED", None)
    assert call("DELETE", f"{path}/svc-hbo").status_code == 204
    assert call("DELETE", f"{path}/svc-essencial").status_code == 204
    assert refusal(call("PUT", f"{path}/svc-hbo", {})) == (409, "BASIC_SERVICE_REQUIRED", None)


def test_an_ended_service_stays_with_its_end_and_can_come_back(call: Caller) -> None:
    uid = call.new_subscriber("1", "svc-familia")
    path = f"/subscribers/{uid}/services/svc-familia"
    assert call("DELETE", path).status_code == 204
    assert call.subscriber(uid)["services"][0]["active_to"] is not None
    assert refusal(call("DELETE", path)) == (404, "SERVICE_NOT_FOUND", None)
    assert call("PUT", path, {}).json()["active_to"] is None
    assert [entry["active_to"] for entry in call.subscriber(uid)["services"]] == [None]


@pytest.mark.parametrize("start", ["now", "2026-12-01", 0, "2026-12-01T00:00:00", "0001-01-01T00:00:00+14:00"])
def test_a_start_that_is_no_moment_is_refused(call: Caller, start: Any) -> None:
    uid = call.new_subscriber()
    answer = call("PUT", f"/subscribers/{uid}/services/svc-familia", {"active_from": start})
    assert refusal(answer) == (422, "VALIDATION_ERROR", "active_from")


def test_an_unknown_an_inactive_and_a_removed_service_are_told_apart(call: Caller, sandbox: Sandbox) -> None:
    uid = call.new_subscriber("1", "svc-familia")
    path = f"/subscribers/{uid}/services"
    assert refusal(call("PUT", f"{path}/svc-nothing", {})) == (404, "SERVICE_NOT_FOUND", None)
    sandbox.admin("PATCH", "/admin/catalogue/services/svc-hbo", {"active": False})
    assert refusal(call("PUT", f"{path}/svc-hbo", {})) == (422, "VALIDATION_ERROR", "service_uid")
    sandbox.admin("DELETE", "/admin/catalogue/services/svc-hbo")
    assert refusal(call("PUT", f"{path}/svc-hbo", {})) == (404, "SERVICE_NOT_FOUND", None)


def test_a_service_that_is_removed_while_subscribed_stays_on_its_subscriber_until_ended(
    call: Caller, sandbox: Sandbox
) -> None:
    uid = call.new_subscriber("1", "svc-familia", "svc-hbo")
    before = call.subscriber(uid)
    sandbox.admin("DELETE", "/admin/catalogue/services/svc-hbo")
    assert "svc-hbo" not in [row["uid"] for row in call.scan("/services", 500)]
    assert call.subscriber(uid) == before
    assert refusal(call("DELETE", f"/subscribers/{uid}/services/svc-familia"))[1] == "BASIC_SERVICE_REQUIRED"
    assert call("DELETE", f"/subscribers/{uid}/services/svc-hbo").status_code == 204
    assert call("DELETE", f"/subscribers/{uid}/services/svc-familia").status_code == 204


def test_a_device_is_added_edited_and_released(call: Caller) -> None:
    uid = call.new_subscriber("1", "svc-familia")
    assert call.device(uid, MAC).json() == {
        "mac": MAC,
        "device_type_uid": "stb-linux",
        "serial": "S1",
        "label": "Sala",
        "status": "ACTIVE",
    }
    version = call.subscriber(uid)["version"]
    assert call.device(uid, MAC).status_code == 200
    assert call.subscriber(uid)["version"] == version
    edit = {"device_type_uid": "smart-tv", "serial": None, "label": "Quarto"}
    assert call("PUT", f"/subscribers/{uid}/devices/{MAC}", edit).json()["label"] == "Quarto"
    assert [device["device_type_uid"] for device in call.subscriber(uid)["devices"]] == ["smart-tv"]
    assert call.subscriber(uid)["version"] == version + 1
    assert call("DELETE", f"/subscribers/{uid}/devices/{MAC}").status_code == 204
    assert refusal(call("DELETE", f"/subscribers/{uid}/devices/{MAC}")) == (404, "DEVICE_NOT_FOUND", None)
    assert call.subscriber(uid)["devices"] == []


@pytest.mark.parametrize("mac", ["001a79000001", "00-1a-79-00-00-01", "00:1A:79:00:00:01", "00:1a:79:00:00:0g", "x"])
def test_a_mac_that_is_not_written_as_the_contract_says_is_refused(call: Caller, mac: str) -> None:
    uid = call.new_subscriber("1", "svc-familia")
    assert refusal(call.device(uid, mac)) == (422, "INVALID_MAC", "mac")
    assert refusal(call("DELETE", f"/subscribers/{uid}/devices/{mac}")) == (422, "INVALID_MAC", "mac")


def test_a_device_of_an_unknown_type_is_refused(call: Caller) -> None:
    uid = call.new_subscriber("1", "svc-familia")
    answer = call("PUT", f"/subscribers/{uid}/devices/{MAC}", {"device_type_uid": "toaster"})
    assert refusal(answer) == (422, "VALIDATION_ERROR", "device_type_uid")


def test_a_device_of_another_subscriber_is_never_taken(call: Caller) -> None:
    first, second = call.new_subscriber("1", "svc-familia"), call.new_subscriber("2", "svc-familia")
    call.device(first, MAC)
    assert refusal(call.device(second, MAC)) == (409, "DEVICE_ASSIGNED_ELSEWHERE", "mac")
    assert refusal(call("DELETE", f"/subscribers/{second}/devices/{MAC}")) == (404, "DEVICE_NOT_FOUND", None)
    call("DELETE", f"/subscribers/{first}/devices/{MAC}")
    assert call.device(second, MAC).status_code == 200


def test_devices_are_limited_by_the_most_generous_live_service(call: Caller) -> None:
    uid = call.new_subscriber("1")
    macs = [f"00:1a:79:00:00:{number:02x}" for number in range(10)]
    assert refusal(call.device(uid, macs[0])) == (409, "DEVICE_LIMIT_EXCEEDED", None)
    limits = {row["uid"]: row["max_devices"] for row in call.scan("/services", 500)}
    call("PUT", f"/subscribers/{uid}/services/svc-essencial", {})
    for mac in macs[: limits["svc-essencial"]]:
        assert call.device(uid, mac).status_code == 200
    assert refusal(call.device(uid, macs[9])) == (409, "DEVICE_LIMIT_EXCEEDED", None)
    assert call.device(uid, macs[0]).status_code == 200
    assert limits["svc-infantil"] > limits["svc-essencial"]
    call("PUT", f"/subscribers/{uid}/services/svc-infantil", {})
    assert call.device(uid, macs[9]).status_code == 200
