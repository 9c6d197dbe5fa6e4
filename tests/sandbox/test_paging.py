"""A scan of subscribers sees each one once, whatever the size of the page and whatever was deleted before."""

from __future__ import annotations

import json

import pytest
import requests

from include.sandbox.process import Sandbox
from tests.sandbox.caller import Caller, refusal


def load(sandbox: Sandbox, count: int, first: int = 1) -> None:
    rows = [
        {
            "external_id": str(number),
            "services": [{"service_uid": "svc-familia"}],
            "devices": [{"mac": "02:00:" + ":".join(f"{number:08x}"[at : at + 2] for at in range(0, 8, 2))}],
        }
        for number in range(first, first + count)
    ]
    body = "\n".join(json.dumps(row) for row in rows).encode()
    answer = requests.post(f"{sandbox.url}/admin/subscribers/load", data=body, timeout=60)
    assert (answer.status_code, answer.json()) == (201, {"loaded": count})


@pytest.mark.parametrize("size", [1, 7, 50, 100, 500])
def test_a_scan_sees_every_subscriber_once_in_order_of_creation(call: Caller, sandbox: Sandbox, size: int) -> None:
    load(sandbox, 100)
    assert [row["external_id"] for row in call.scan("/subscribers", size)] == [str(n) for n in range(1, 101)]


@pytest.mark.parametrize("size", [3, 10, 91])
def test_gaps_left_by_deleted_subscribers_are_not_seen(call: Caller, sandbox: Sandbox, size: int) -> None:
    load(sandbox, 100)
    gone = {1, 2, 40, 41, 42, 77, 100, 60, 61}
    for number in gone:
        assert call("DELETE", f"/subscribers/sub-{number:08d}").status_code == 204
    expected = [str(n) for n in range(1, 101) if n not in gone]
    assert [row["external_id"] for row in call.scan("/subscribers", size)] == expected
    assert [row["external_id"] for row in call.get(f"/subscribers?page=2&page_size={size}")["list"]] == expected[
        size : 2 * size
    ]
    call.new_subscriber("new")
    assert [row["external_id"] for row in call.scan("/subscribers", size)] == [*expected, "new"]
    assert call("DELETE", "/subscribers/sub-00000003").status_code == 204
    assert [row["external_id"] for row in call.scan("/subscribers", size)] == [*expected[1:], "new"]


def test_pages_beyond_the_end_are_empty_and_know_the_count(call: Caller, sandbox: Sandbox) -> None:
    load(sandbox, 20)
    call("DELETE", "/subscribers/sub-00000001")
    page = call.get("/subscribers?page=1000000&page_size=500")
    assert (page["list"], page["rowCount"]) == ([], 19)
    assert call.get("/subscribers?page=2&page_size=19")["list"] == []


def test_a_scan_of_what_changed_since_a_moment_sees_only_that(call: Caller, sandbox: Sandbox) -> None:
    load(sandbox, 30)
    sandbox.admin("POST", "/admin/clock", {"advance_seconds": 60})
    since = sandbox.admin("GET", "/admin/state")["now"]
    for number in (7, 21, 3):
        call("DELETE", f"/subscribers/sub-{number:08d}/services/svc-familia")
    # Two writes in one millisecond have no order of their own.
    changed = call.scan("/subscribers", 2, f"&updated_since={since}")
    assert sorted(row["external_id"] for row in changed) == ["21", "3", "7"]
    assert len(call.scan("/subscribers", 7, "&updated_since=2000-01-01T00:00:00Z")) == 30


def test_a_load_with_a_taken_external_id_or_a_broken_line_is_refused(call: Caller, sandbox: Sandbox) -> None:
    load(sandbox, 3)
    for body, status in ((b'{"external_id": "3"}', 409), (b'{"ext', 400), (b"7", 422), (b'{"devices": [{}]}', 422)):
        answer = requests.post(f"{sandbox.url}/admin/subscribers/load", data=body, timeout=10)
        assert refusal(answer)[0] == status
    assert call.get("/subscribers")["rowCount"] == 3
