"""The platform's rules on subscribers: made, found, changed, deleted, or there by hand."""

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
