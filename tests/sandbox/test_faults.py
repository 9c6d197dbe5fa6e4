"""Each fault of the contract over a real socket: what the caller sees, and that the platform did what it should."""

from __future__ import annotations

import json
import socket
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from include.sandbox.process import Sandbox, SandboxFailed
from tests.sandbox.caller import VENDOR_JSON, Caller, refusal

ANA = {"external_id": "1", "first_name": "Ana", "last_name": "Souza", "status": "ACTIVE"}


def switch_on(sandbox: Sandbox, kind: str, **how: Any) -> int:
    number: int = sandbox.admin("POST", "/admin/faults", {"kind": kind, **how})["id"]
    return number


def outcomes(sandbox: Sandbox, key: str) -> list[tuple[str, list[str]]]:
    entries = sandbox.admin("GET", f"/admin/requests?idempotency_key={key}")
    return [(entry["outcome"], entry["faults"]) for entry in entries]


def raw(call: Caller, path: str) -> tuple[bytes, BaseException | None]:
    """GET over a bare socket; return every byte that came, and how the connection broke, if it did."""
    where = urlsplit(call.base + path)
    lines = [
        f"GET {where.path} HTTP/1.1",
        f"Host: {where.netloc}",
        f"Authorization: Bearer {call.token}",
        f"Accept: {VENDOR_JSON}",
        "X-Request-Id: 0b1f0f6e-5a39-4a3c-9a55-1d5d0f3c2b11",
    ]
    got = b""
    with socket.create_connection((where.hostname or "", where.port or 0), timeout=10) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        try:
            while chunk := connection.recv(65536):
                got += chunk
        except OSError as error:
            return got, error
    return got, None


def announced(head: bytes) -> int:
    lines = head.decode().lower().splitlines()
    return int(next(line.partition(":")[2] for line in lines if line.startswith("content-length")))


def test_a_write_whose_answer_never_came_was_done_and_is_done_once(call: Caller, sandbox: Sandbox) -> None:
    switch_on(sandbox, "timeout-after-write", seconds=30, times=1)
    with pytest.raises(requests.Timeout):
        call("POST", "/subscribers", ANA, key="create-1", timeout=0.5)
    assert call.get("/subscribers")["rowCount"] == 1
    again = call("POST", "/subscribers", ANA, key="create-1")
    assert again.status_code == 201
    assert "auth_pin" not in again.json()
    assert outcomes(sandbox, "create-1") == [("executed", ["timeout-after-write"]), ("replayed", [])]


def test_an_answer_that_was_held_comes_in_the_end(call: Caller, sandbox: Sandbox) -> None:
    switch_on(sandbox, "timeout-after-write", seconds=0.3)
    answer = call("POST", "/subscribers", ANA)
    assert answer.elapsed.total_seconds() >= 0.3
    assert "auth_pin" in answer.json()
    assert refusal(call("POST", "/subscribers", ANA, timeout=10))[1] == "SUBSCRIBER_EXISTS"


def test_a_storm_of_429_tells_how_long_to_wait_and_ends(call: Caller, sandbox: Sandbox) -> None:
    switch_on(sandbox, "rate-limited", retry_after=3, times=2, path="/subscribers$")
    for _ in range(2):
        answer = call("POST", "/subscribers", ANA, key="create-1")
        assert refusal(answer) == (429, "RATE_LIMITED", None)
        assert answer.headers["Retry-After"] == "3"
        assert call("GET", "/genres").status_code == 200
    assert call("POST", "/subscribers", ANA, key="create-1").status_code == 201
    assert [outcome for outcome, _ in outcomes(sandbox, "create-1")] == ["not reached", "not reached", "executed"]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize("executed", [False, True])
def test_a_burst_of_5xx_comes_before_or_after_the_work(
    call: Caller, sandbox: Sandbox, status: int, executed: bool
) -> None:
    switch_on(sandbox, "server-error", status=status, times=1, executed=executed)
    assert refusal(call("POST", "/subscribers", ANA, key="create-1"))[0] == status
    assert call.get("/subscribers")["rowCount"] == int(executed)
    assert call("POST", "/subscribers", ANA, key="create-1").status_code == 201
    assert call.get("/subscribers")["rowCount"] == 1
    assert [outcome for outcome, _ in outcomes(sandbox, "create-1")] == (
        ["executed", "replayed"] if executed else ["not reached", "executed"]
    )


def test_a_connection_is_reset_in_the_middle_of_a_body(call: Caller, sandbox: Sandbox) -> None:
    switch_on(sandbox, "reset", path="/channels$")
    got, error = raw(call, "/channels")
    head, _, body = got.partition(b"\r\n\r\n")
    assert isinstance(error, ConnectionResetError)
    assert head.startswith(b"HTTP/1.1 200")
    assert 0 < len(body) < announced(head)
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        call("GET", "/channels")


def test_a_write_is_done_though_its_answer_was_reset(call: Caller, sandbox: Sandbox) -> None:
    uid = call.new_subscriber("2", "svc-familia")
    switch_on(sandbox, "reset", times=1, method="POST")
    switch_on(sandbox, "reset", times=1, method="DELETE")
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        call("POST", "/subscribers", ANA, key="create-1")
    with pytest.raises(requests.ConnectionError):
        call("DELETE", f"/subscribers/{uid}/services/svc-familia", key="end-1")
    assert call("POST", "/subscribers", ANA, key="create-1").status_code == 201
    assert call("DELETE", f"/subscribers/{uid}/services/svc-familia", key="end-1").status_code == 204
    assert outcomes(sandbox, "create-1") == [("executed", ["reset"]), ("replayed", [])]
    assert outcomes(sandbox, "end-1") == [("executed", ["reset"]), ("replayed", [])]


@pytest.mark.parametrize("executed", [False, True])
def test_a_connection_is_closed_without_a_word(call: Caller, sandbox: Sandbox, executed: bool) -> None:
    switch_on(sandbox, "dropped", times=1, executed=executed)
    with pytest.raises(requests.ConnectionError):
        call("POST", "/subscribers", ANA)
    assert call.get("/subscribers")["rowCount"] == int(executed)
    switch_on(sandbox, "dropped", times=1, executed=executed)
    assert raw(call, "/genres") == (b"", None)


def test_half_a_page_is_broken_json_of_the_announced_length(call: Caller, sandbox: Sandbox) -> None:
    switch_on(sandbox, "truncated", path="/channels$")
    answer = call("GET", "/channels")
    assert answer.status_code == 200
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.content)


def test_half_a_page_can_be_shorter_than_announced(call: Caller, sandbox: Sandbox) -> None:
    switch_on(sandbox, "truncated", path="/channels$", content_length="wrong")
    got, error = raw(call, "/channels")
    head, _, body = got.partition(b"\r\n\r\n")
    assert error is None
    assert len(body) == announced(head) // 2
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        call("GET", "/channels")


def test_a_page_is_cut_short(call: Caller, sandbox: Sandbox) -> None:
    switch_on(sandbox, "short-page", path="/channels$", after=1, times=1, rows=2)
    pages = [call.get(f"/channels?page={number}&page_size=25") for number in range(1, 6)]
    assert [len(page["list"]) for page in pages] == [25, 23, 25, 25, 2]
    assert {page["rowCount"] for page in pages} == {102}


def test_the_count_of_rows_drifts_during_a_scan(call: Caller, sandbox: Sandbox) -> None:
    switch_on(sandbox, "row-count-drift", path="/channels$", after=1)
    counts = [call.get(f"/channels?page={number}&page_size=25")["rowCount"] for number in range(1, 5)]
    assert counts == [102, 103, 104, 105]
    assert call.get("/services")["rowCount"] == 10


def test_the_last_row_of_a_page_comes_again_on_the_next(call: Caller, sandbox: Sandbox) -> None:
    switch_on(sandbox, "duplicate-rows", path="/channels$", times=1)
    rows = call.scan("/channels", 25)
    uids = [row["uid"] for row in rows]
    assert uids[25] == uids[24]
    assert len(rows) == 102
    assert len(set(uids)) == 101
    assert len({row["uid"] for row in call.scan("/channels", 25)}) == 102


def test_the_catalogue_is_empty(call: Caller, sandbox: Sandbox) -> None:
    fault = switch_on(sandbox, "empty-list", path="/(channels|services)$")
    assert call.get("/channels") == {"list": [], "pageNumber": 1, "pageSize": 200, "rowCount": 0}
    assert call.get("/services")["rowCount"] == 0
    assert call.get("/genres")["rowCount"] == 10
    sandbox.admin("DELETE", f"/admin/faults/{fault}")
    assert call.get("/channels")["rowCount"] == 102


def test_macs_come_in_upper_case(call: Caller, sandbox: Sandbox) -> None:
    uid = call.new_subscriber("1", "svc-familia")
    switch_on(sandbox, "upper-case-mac")
    assert call.device(uid, "00:1a:79:aa:bb:cc").json()["mac"] == "00:1A:79:AA:BB:CC"
    assert call.subscriber(uid)["devices"][0]["mac"] == "00:1A:79:AA:BB:CC"
    assert call.get("/subscribers")["list"][0]["devices"][0]["mac"] == "00:1A:79:AA:BB:CC"
    sandbox.admin("DELETE", "/admin/faults")
    assert call.subscriber(uid)["devices"][0]["mac"] == "00:1a:79:aa:bb:cc"


def test_a_token_expires_in_the_middle_of_a_run(call: Caller, sandbox: Sandbox) -> None:
    switch_on(sandbox, "token-expired", after=2, times=1)
    assert [call("GET", "/genres").status_code for _ in range(4)] == [200, 200, 401, 401]
    call.new_token()
    assert [call("GET", "/genres").status_code for _ in range(3)] == [200, 200, 200]


@pytest.mark.parametrize(("status", "seen"), [(None, 200), (503, 503)])
def test_a_body_is_not_json(call: Caller, sandbox: Sandbox, status: int | None, seen: int) -> None:
    switch_on(sandbox, "not-json", times=1, status=status)
    answer = call("GET", "/channels")
    assert answer.status_code == seen
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.text.startswith("<!doctype html>")


@pytest.mark.parametrize(("seconds", "least"), [(None, 0.02), (0.02, 0.02), (2, 2.0)])
def test_an_answer_takes_its_time(call: Caller, sandbox: Sandbox, seconds: float | None, least: float) -> None:
    switch_on(sandbox, "latency", seconds=seconds)
    assert call("GET", "/genres").elapsed.total_seconds() >= least


def test_faults_of_the_token_endpoint_must_be_asked_for(call: Caller, sandbox: Sandbox) -> None:
    switch_on(sandbox, "server-error", status=500)
    assert call.ask_token().status_code == 200
    switch_on(sandbox, "server-error", status=502, path="^/oauth/token$")
    assert refusal(call.ask_token())[0] == 502


def test_a_seed_decides_which_requests_are_hit(call: Caller, sandbox: Sandbox) -> None:
    def statuses(seed: int) -> list[int]:
        sandbox.admin("DELETE", "/admin/faults")
        switch_on(sandbox, "server-error", probability=0.3, seed=seed)
        return [call("GET", "/genres").status_code for _ in range(40)]

    first = statuses(7)
    assert statuses(7) == first
    assert statuses(8) != first
    assert 0 < first.count(503) < 40


def test_what_is_switched_on_can_be_seen_counted_and_switched_off(call: Caller, sandbox: Sandbox) -> None:
    number = switch_on(sandbox, "rate-limited", after=1, times=1, method="GET", path="/genres$")
    for path in ("/genres", "/channels", "/genres", "/genres"):
        call("GET", path)
    (state,) = sandbox.admin("GET", "/admin/faults")
    assert (state["id"], state["kind"], state["met"], state["played"]) == (number, "rate-limited", 3, 1)
    sandbox.admin("DELETE", f"/admin/faults/{number}")
    assert sandbox.admin("GET", "/admin/faults") == []
    with pytest.raises(SandboxFailed, match="no fault"):
        sandbox.admin("DELETE", f"/admin/faults/{number}")


@pytest.mark.parametrize(
    "spec",
    [
        {"kind": "earthquake"},
        {"kind": "latency", "path": "("},
        {"kind": "server-error", "status": 404},
        {"kind": "latency", "probability": 0},
        {"kind": "latency", "tmes": 1},
    ],
)
def test_a_fault_that_cannot_be_is_refused(sandbox: Sandbox, spec: dict[str, Any]) -> None:
    answer = requests.post(f"{sandbox.url}/admin/faults", json=spec, timeout=10)
    assert refusal(answer)[:2] == (422, "VALIDATION_ERROR")
