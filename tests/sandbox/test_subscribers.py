"""The platform's rules on subscribers, services and devices, with every refusal of the contract."""

from __future__ import annotations

from typing import Any

import pytest

from include.sandbox.process import Sandbox
from tests.sandbox.caller import Caller, refusal

MAC = "00:1a:79:00:00:01"


def test_a_new_subscriber_is_answered_whole_and_with_its_pin(call: Caller, sandbox: Sandbox) -> None:
    body = {"external_id": "77", "first_name": "José", "last_name": "Conceição", "status": "SUSPENDED"}
    answer = call("POST", "/subscribers", body)
    made = answer.json()
    assert answer.status_code == 201
    assert made == {
        "uid": made["uid"],
        **body,
        "services": [],
        "devices": [],
        "version": 1,
        "updated_at": made["updated_at"],
        "auth_pin": made["auth_pin"],
    }
    assert sandbox.admin("POST", f"/admin/subscribers/{made['uid']}/pin-check", {"auth_pin": made["auth_pin"]}) == {
        "matches": True
    }
    del made["auth_pin"]
    assert call.subscriber(made["uid"]) == made
    assert call.get("/subscribers?external_id=77")["list"] == [made]
    assert call.get("/subscribers?external_id=78") == {"list": [], "pageNumber": 1, "pageSize": 200, "rowCount": 0}


def test_an_external_id_belongs_to_one_subscriber_whose_uid_is_told(call: Caller) -> None:
    uid = call.new_subscriber("77")
    body = {"external_id": "77", "first_name": "Eva", "last_name": "", "status": "ACTIVE"}
    answer = call("POST", "/subscribers", body)
    assert refusal(answer) == (409, "SUBSCRIBER_EXISTS", "external_id")
    assert answer.json()["error"]["uid"] == uid


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"external_id": 77}, "external_id"),
        ({"external_id": " "}, "external_id"),
        ({"external_id": None}, "external_id"),
        ({"first_name": ""}, "first_name"),
        ({"last_name": "x" * 101}, "last_name"),
        ({"status": "active"}, "status"),
        ({"auth_pin": "1234"}, "auth_pin"),
    ],
)
def test_a_subscriber_that_is_not_as_the_contract_says_is_refused(
    call: Caller, change: dict[str, Any], field: str
) -> None:
    body = {"external_id": "1", "first_name": "Ana", "last_name": "Souza", "status": "ACTIVE"} | change
    assert refusal(call("POST", "/subscribers", body)) == (422, "VALIDATION_ERROR", field)
    assert call.get("/subscribers")["rowCount"] == 0


def test_a_body_that_is_no_json_or_missing_is_refused(call: Caller) -> None:
    headers = {"Content-Type": "application/json"}
    broken = call("POST", "/subscribers", headers=headers, data=b'{"external_id": ')
    assert refusal(broken) == (400, "VALIDATION_ERROR", None)
    assert refusal(call("POST", "/subscribers", headers=headers, data=b"\xff\xfe")) == (400, "VALIDATION_ERROR", None)
    assert refusal(call("POST", "/subscribers"))[:2] == (422, "VALIDATION_ERROR")
    assert refusal(call("POST", "/subscribers", [1]))[:2] == (422, "VALIDATION_ERROR")


def test_names_and_status_change_at_the_version_that_was_read(call: Caller) -> None:
    uid = call.new_subscriber()
    answer = call("PATCH", f"/subscribers/{uid}", {"status": "INACTIVE"}, headers={"If-Match": "1"})
    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["version"]) == ("INACTIVE", 2)
    stale = call("PATCH", f"/subscribers/{uid}", {"status": "ACTIVE"}, headers={"If-Match": "1"})
    assert refusal(stale) == (412, "VERSION_CONFLICT", None)
    quoted = call("PATCH", f"/subscribers/{uid}", {"first_name": "Bia"}, headers={"If-Match": '"2"'})
    assert (quoted.json()["first_name"], quoted.json()["version"]) == ("Bia", 3)
    same = call("PATCH", f"/subscribers/{uid}", {"first_name": "Bia"}, headers={"If-Match": "3"})
    assert same.json() == quoted.json()


@pytest.mark.parametrize("version", [None, "", "x", "*"])
def test_a_change_without_a_version_is_refused(call: Caller, version: str | None) -> None:
    uid = call.new_subscriber()
    answer = call("PATCH", f"/subscribers/{uid}", {"status": "INACTIVE"}, headers={"If-Match": version})
    assert refusal(answer) == (422, "VALIDATION_ERROR", "If-Match")


@pytest.mark.parametrize("body", [{}, {"status": None}, {"external_id": "2"}, {"version": 9}])
def test_a_change_of_nothing_or_of_what_is_fixed_is_refused(call: Caller, body: dict[str, Any]) -> None:
    uid = call.new_subscriber()
    answer = call("PATCH", f"/subscribers/{uid}", body, headers={"If-Match": "1"})
    assert refusal(answer)[:2] == (422, "VALIDATION_ERROR")
    assert call.subscriber(uid)["version"] == 1


@pytest.mark.parametrize("uid", ["sub-00000009", "sub-9", "SUB-00000001", "x", "sub-000000001"])
def test_every_call_on_a_stranger_says_that_there_is_none(call: Caller, uid: str) -> None:
    call.new_subscriber()
    path = f"/subscribers/{uid}"
    for answer in (
        call("GET", path),
        call("PATCH", path, {"status": "ACTIVE"}, headers={"If-Match": "1"}),
        call("DELETE", path),
        call("POST", f"{path}/auth-pin"),
        call("PUT", f"{path}/services/svc-hbo", {}),
        call("DELETE", f"{path}/services/svc-hbo"),
        call.device(uid, MAC),
        call("DELETE", f"{path}/devices/{MAC}"),
    ):
        assert refusal(answer) == (404, "SUBSCRIBER_NOT_FOUND", None)


def test_a_rotated_pin_replaces_the_old_one(call: Caller, sandbox: Sandbox) -> None:
    body = {"external_id": "1", "first_name": "Ana", "last_name": "Souza", "status": "ACTIVE"}
    made = call("POST", "/subscribers", body).json()
    pin = call("POST", f"/subscribers/{made['uid']}/auth-pin").json()["auth_pin"]
    check = f"/admin/subscribers/{made['uid']}/pin-check"
    assert sandbox.admin("POST", check, {"auth_pin": pin}) == {"matches": True}
    assert sandbox.admin("POST", check, {"auth_pin": made["auth_pin"]}) == {"matches": False}
    assert call.subscriber(made["uid"])["version"] == 2


def test_a_deleted_subscriber_is_gone_for_good_and_frees_its_devices(call: Caller) -> None:
    uid = call.new_subscriber("1", "svc-familia")
    assert call.device(uid, MAC).status_code == 200
    assert call("DELETE", f"/subscribers/{uid}").status_code == 204
    assert refusal(call("DELETE", f"/subscribers/{uid}"))[0] == 404
    heir = call.new_subscriber("1", "svc-familia")
    assert heir != uid
    assert call.device(heir, MAC).status_code == 200


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


def test_a_subscriber_made_by_hand_is_served_like_any_other(call: Caller, sandbox: Sandbox) -> None:
    sandbox.admin(
        "POST",
        "/admin/subscribers",
        {"services": [{"service_uid": "svc-familia"}], "devices": [{"mac": "00:1A:79:00:00:01"}]},
    )
    (row,) = call.scan("/subscribers", 10)
    assert row["external_id"] is None
    assert row["devices"][0]["mac"] == "00:1A:79:00:00:01"
    other = call.new_subscriber("1", "svc-familia")
    assert refusal(call.device(other, MAC))[1] == "DEVICE_ASSIGNED_ELSEWHERE"
    assert call("DELETE", f"/subscribers/{row['uid']}/devices/{MAC}").status_code == 204
    assert call("DELETE", f"/subscribers/{row['uid']}/services/svc-familia").status_code == 204
