"""Another implementation of the contract, and what a person may make of a subscriber."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
import requests

from include.sandbox.process import Sandbox, SandboxFailed
from include.sandbox.variant import FOREVER
from tests.sandbox.caller import Caller, refusal

MAC = "00:1a:79:00:00:01"


def play(sandbox: Sandbox, **traits: Any) -> None:
    sandbox.admin("PUT", "/admin/variant", traits)


@pytest.mark.parametrize("text", ["\tAna", "Ana ", "Ana\u00a0Lima", "Ana  Lima", "A\u0001"])
def test_it_may_refuse_texts_that_are_not_tidy(call: Caller, sandbox: Sandbox, text: str) -> None:
    body = {"external_id": "1", "first_name": text, "last_name": "", "status": "ACTIVE"}
    play(sandbox, tidy_texts=True)
    assert refusal(call("POST", "/subscribers", body)) == (422, "VALIDATION_ERROR", "first_name")
    play(sandbox)
    assert call("POST", "/subscribers", body).status_code == 201


def test_it_may_answer_writes_in_many_ways(call: Caller, sandbox: Sandbox) -> None:
    uid = call.new_subscriber("1", "svc-familia")
    play(sandbox, other_answers=True)
    put = [call("PUT", f"/subscribers/{uid}/services/svc-familia", {}) for _ in range(6)]
    assert {answer.status_code for answer in put} == {200, 201, 202, 204}
    assert {b"", b"[]", b"OK"} < {answer.content for answer in put}
    assert call.subscriber(uid)["version"] == 2
    assert call("DELETE", f"/subscribers/{uid}/services/svc-familia").status_code in (200, 202, 204)
    assert call("DELETE", f"/subscribers/{uid}/services/svc-familia").status_code == 404


def test_it_may_show_everything_in_its_own_form(call: Caller, sandbox: Sandbox) -> None:
    uid = call.new_subscriber("1001", "svc-familia", last_name="")
    call.device(uid, MAC)
    play(sandbox, upper_case=True, mac_form="dots", numbers=True, nulls=True, ends_ahead=True, first_version=2**40)
    [seen] = call.scan("/subscribers", 10)
    assert (seen["uid"], seen["external_id"], seen["first_name"]) == (uid.upper(), 1001, "ANA")
    assert seen["last_name"] is None
    assert seen["version"] == 2**40 + 3
    assert (seen["services"][0]["service_uid"], seen["services"][0]["active_to"]) == ("SVC-FAMILIA", FOREVER)
    assert (seen["devices"][0]["mac"], seen["devices"][0]["device_type_uid"]) == ("001A.7900.0001", "STB-LINUX")
    change = {"status": "SUSPENDED"}
    assert refusal(call("PATCH", f"/subscribers/{seen['uid']}", change, headers={"If-Match": "3"}))[0] == 412
    assert call("PATCH", f"/subscribers/{seen['uid']}", change, headers={"If-Match": str(2**40 + 3)}).ok
    play(sandbox)
    assert call.subscriber(uid)["version"] == 4
    assert call.subscriber(uid)["devices"][0]["mac"] == MAC


@pytest.mark.parametrize("silent", [False, True])
def test_it_may_cap_pages(call: Caller, sandbox: Sandbox, silent: bool) -> None:
    play(sandbox, page_cap=7, silent_cap=silent)
    page = call.get("/channels?page=2&page_size=50")
    assert (len(page["list"]), page["pageSize"]) == (7, 50 if silent else 7)


def test_a_person_may_make_anything_of_a_subscriber(call: Caller, sandbox: Sandbox) -> None:
    uid, other = call.new_subscriber("1", "svc-familia"), call.new_subscriber("2", "svc-familia")
    odd = {"last_name": None, "status": "BLOCKED", "first_name": "\ud800", "version": None, "external_id": "2"}
    sandbox.admin("PATCH", f"/admin/subscribers/{uid}", odd)
    assert {name: call.subscriber(uid)[name] for name in odd} == odd
    assert [found["uid"] for found in call.get("/subscribers?external_id=2")["list"]] == [uid, other]
    assert call.get("/subscribers?external_id=1")["list"] == []
    sandbox.admin("PATCH", f"/admin/subscribers/{uid}", {"devices": [{"mac": "001A79000001"}], "external_id": 5})
    assert refusal(call.device(other, MAC))[1] == "DEVICE_ASSIGNED_ELSEWHERE"
    assert [found["uid"] for found in call.get("/subscribers?external_id=5")["list"]] == [uid]
    with pytest.raises(SandboxFailed, match="404"):
        sandbox.admin("PATCH", "/admin/subscribers/sub-00000099", odd)


def test_a_reset_ends_it(call: Caller, sandbox: Sandbox) -> None:
    sandbox.admin("PUT", "/admin/variant/other")
    assert len(call.get("/channels", headers={"Connection": "close"})["list"]) == 37
    sandbox.admin("POST", "/admin/reset")
    assert len(call.get("/channels")["list"]) == 102
    with pytest.raises(SandboxFailed, match="no variant nobody"):
        sandbox.admin("PUT", "/admin/variant/nobody")


@pytest.mark.slow
def test_a_process_can_be_started_as_one(tmp_path: Any) -> None:
    running = Sandbox(tmp_path, variant="other")
    running.start()
    try:
        grant = {"grant_type": "client_credentials"}
        credentials = (running.client_id, running.client_secret)
        answer = requests.post(f"{running.url}/oauth/token", data=grant, auth=credentials, timeout=10)
        assert answer.json()["expires_in"] == 5
    finally:
        running.stop()
    command = [sys.executable, "-m", "include.sandbox", "--variant", "nobody"]
    failed = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert failed.returncode == 2
    assert "choose one of contract, other" in failed.stderr
