"""A repeated key never does its work twice, and never tells a PIN twice."""

from __future__ import annotations

import json
from functools import partial

import pytest

from include.sandbox.process import Sandbox
from tests.sandbox.caller import Caller, refusal
from tests.support.concurrency import at_once

ANA = {"external_id": "1", "first_name": "Ana", "last_name": "Souza", "status": "ACTIVE"}


def outcomes(sandbox: Sandbox, key: str) -> list[str]:
    return [entry["outcome"] for entry in sandbox.admin("GET", f"/admin/requests?idempotency_key={key}")]


def test_the_same_key_and_body_get_the_first_answer_again_without_the_pin(call: Caller, sandbox: Sandbox) -> None:
    first = call("POST", "/subscribers", ANA, key="create-1")
    again = call("POST", "/subscribers", dict(reversed(ANA.items())), key="create-1")
    assert again.status_code == first.status_code == 201
    assert again.json() == {name: value for name, value in first.json().items() if name != "auth_pin"}
    assert call.get("/subscribers")["rowCount"] == 1
    assert outcomes(sandbox, "create-1") == ["executed", "replayed"]


def test_the_same_key_from_many_at_once_is_carried_out_once(call: Caller, sandbox: Sandbox) -> None:
    callers = [Caller(sandbox) for _ in range(8)]
    answers = at_once(*[partial(caller, "POST", "/subscribers", ANA, key="create-1") for caller in callers])
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["uid"] for answer in answers}) == 1
    assert ["auth_pin" in answer.json() for answer in answers].count(True) == 1
    assert sorted(outcomes(sandbox, "create-1")) == ["executed"] + 7 * ["replayed"]


def test_a_rotation_that_is_repeated_rotates_once(call: Caller, sandbox: Sandbox) -> None:
    uid = call.new_subscriber()
    pin = call("POST", f"/subscribers/{uid}/auth-pin", key="rotate-1").json()["auth_pin"]
    again = call("POST", f"/subscribers/{uid}/auth-pin", key="rotate-1")
    assert (again.status_code, again.json()) == (200, {})
    assert sandbox.admin("POST", f"/admin/subscribers/{uid}/pin-check", {"auth_pin": pin}) == {"matches": True}
    assert call.subscriber(uid)["version"] == 2


def test_the_first_answer_comes_again_even_if_the_world_moved_on(call: Caller) -> None:
    uid = call.new_subscriber("1", "svc-familia")
    path = f"/subscribers/{uid}/services/svc-hbo"
    first = call("PUT", path, {}, key="put-1")
    assert call("DELETE", path, key="end-1").status_code == 204
    assert call("PUT", path, {}, key="put-1").json() == first.json()
    assert call.subscriber(uid)["services"][1]["active_to"] is not None
    assert call("DELETE", path, key="end-1").status_code == 204


def test_a_refusal_by_the_rules_is_an_answer_and_comes_again(call: Caller, sandbox: Sandbox) -> None:
    uid = call.new_subscriber()
    path = f"/subscribers/{uid}/services/svc-hbo"
    first = call("PUT", path, {}, key="put-1")
    assert refusal(first) == (409, "BASIC_SERVICE_REQUIRED", None)
    call("PUT", f"/subscribers/{uid}/services/svc-familia", {})
    again = call("PUT", path, {}, key="put-1")
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert call("PUT", path, {}, key="put-2").status_code == 200
    assert outcomes(sandbox, "put-1") == ["refused", "replayed"]


def test_a_body_that_was_refused_as_such_leaves_the_key_free(call: Caller) -> None:
    assert call("POST", "/subscribers", ANA | {"status": "?"}, key="create-1").status_code == 422
    assert call("POST", "/subscribers", ANA, key="create-1").status_code == 201


@pytest.mark.parametrize("other", ["body", "path", "method"])
def test_the_same_key_with_another_request_is_refused(call: Caller, sandbox: Sandbox, other: str) -> None:
    uid = call.new_subscriber("1", "svc-familia")
    path = f"/subscribers/{uid}/services/svc-hbo"
    call("PUT", path, {}, key="put-1")
    version = call.subscriber(uid)["version"]
    answer = {
        "body": lambda: call("PUT", path, {"active_from": "2026-12-01T00:00:00Z"}, key="put-1"),
        "path": lambda: call("PUT", f"/subscribers/{uid}/services/svc-combate", {}, key="put-1"),
        "method": lambda: call("DELETE", path, key="put-1"),
    }[other]()
    assert refusal(answer) == (409, "IDEMPOTENCY_MISMATCH", "Idempotency-Key")
    assert call.subscriber(uid)["version"] == version
    assert outcomes(sandbox, "put-1") == ["executed", "refused"]


@pytest.mark.parametrize("key", [None, "k" * 256])
def test_a_write_without_a_key_is_refused(call: Caller, key: str | None) -> None:
    assert refusal(call("POST", "/subscribers", ANA, key=key)) == (422, "VALIDATION_ERROR", "Idempotency-Key")
    assert refusal(call("DELETE", "/subscribers/sub-00000001", key=key))[2] == "Idempotency-Key"
    assert call.get("/subscribers")["rowCount"] == 0


def test_a_key_is_remembered_for_a_day(call: Caller, sandbox: Sandbox) -> None:
    uid = call.new_subscriber()
    rotate = f"/subscribers/{uid}/auth-pin"
    call("POST", rotate, key="rotate-1")
    sandbox.admin("POST", "/admin/clock", {"advance_seconds": 23.9 * 3600})
    call.new_token()
    assert call("POST", rotate, key="rotate-1").json() == {}
    sandbox.admin("POST", "/admin/clock", {"advance_seconds": 0.2 * 3600})
    assert "auth_pin" in call("POST", rotate, key="rotate-1").json()
    assert call.subscriber(uid)["version"] == 3


def test_the_log_tells_what_happened_and_holds_no_secret(call: Caller, sandbox: Sandbox) -> None:
    pin = call("POST", "/subscribers", ANA, key="create-1").json()["auth_pin"]
    call.get("/subscribers?external_id=1")
    entries = sandbox.admin("GET", "/admin/requests")
    assert [(e["method"], e["status"], e["outcome"]) for e in entries] == [
        ("POST", 200, "read"),
        ("POST", 201, "executed"),
        ("GET", 200, "read"),
    ]
    assert entries[1]["path"] == "/provisioning/v1/operators/op-demo/subscribers"
    assert entries[1]["idempotency_key"] == "create-1"
    assert len(entries[1]["request_id"]) == 36
    operations = sandbox.admin("GET", "/admin/operations")
    assert [(o["idempotency_key"], o["status"]) for o in operations] == [("create-1", 201)]
    told = json.dumps(entries) + json.dumps(operations) + sandbox.log.read_text()
    assert pin not in told
    assert call.token not in told
    assert "Basic " not in told
    sandbox.admin("DELETE", "/admin/requests")
    assert sandbox.admin("GET", "/admin/requests") == []
