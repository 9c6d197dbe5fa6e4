"""Reading whole lists: what comes out is complete, or nothing is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from include.sandbox.process import Sandbox
from multitv.beenius.client import BeeniusClient
from multitv.beenius.errors import BadAnswer, IncompleteSnapshot

Fault = Callable[..., None]


def read(client: BeeniusClient, resource: str = "channels", page_size: int = 40) -> list[Any]:
    rows: list[Any] = []
    for page in client.scan(resource, rows.clear, page_size):
        rows.extend(page.rows)
    return rows


def requests_of(sandbox: Sandbox, resource: str) -> list[Any]:
    return [seen for seen in sandbox.admin("GET", "/admin/requests") if seen["path"].endswith(f"/{resource}")]


@pytest.mark.parametrize("page_size", [1, 34, 51, 101, 102, 103, 500])
def test_every_channel_comes_once_whatever_the_size_of_a_page(
    client: BeeniusClient, sandbox: Sandbox, page_size: int
) -> None:
    rows = read(client, page_size=page_size)
    assert rows == sandbox.admin("GET", "/admin/catalogue/channels")
    assert len(requests_of(sandbox, "channels")) == -(-102 // page_size)


@pytest.mark.parametrize(("resource", "count"), [("genres", 10), ("device-types", 3), ("services", 10)])
def test_the_other_lists_of_the_catalogue_are_read_the_same_way(
    client: BeeniusClient, sandbox: Sandbox, resource: str, count: int
) -> None:
    assert read(client, resource) == sandbox.admin("GET", f"/admin/catalogue/{resource}")
    assert len(read(client, resource)) == count


def test_an_empty_list_is_complete(client: BeeniusClient, fault: Fault) -> None:
    fault("empty-list")
    assert read(client) == []


def test_pages_are_handed_over_as_they_come(client: BeeniusClient, sandbox: Sandbox) -> None:
    pages = client.scan("channels", lambda: None, 40)
    assert next(pages).number == 1
    assert len(requests_of(sandbox, "channels")) == 1
    assert [len(page.rows) for page in pages] == [40, 22]


@pytest.mark.parametrize(
    ("kind", "spec", "reason"),
    [
        ("short-page", {"after": 1}, "page 2 has 39 rows instead of 40"),
        ("short-page", {"after": 2}, "page 3 has 21 rows instead of 22"),
        ("short-page", {"after": 0, "rows": 500}, "page 1 has 0 rows instead of 40"),
        ("row-count-drift", {"after": 1}, "rowCount went from 102 to 103 on page 2"),
        ("duplicate-rows", {}, "a uid came twice"),
    ],
)
class TestIncomplete:
    def test_a_scan_that_does_not_fit_together_starts_over(
        self,
        client: BeeniusClient,
        sandbox: Sandbox,
        fault: Fault,
        caplog: pytest.LogCaptureFixture,
        kind: str,
        spec: dict[str, Any],
        reason: str,
    ) -> None:
        fault(kind, times=1, **spec)
        assert read(client) == sandbox.admin("GET", "/admin/catalogue/channels")
        assert f"channels: {reason}; starting over (try 2 of 3)" in caplog.text

    def test_after_three_tries_nothing_of_it_may_be_used(
        self, client: BeeniusClient, fault: Fault, kind: str, spec: dict[str, Any], reason: str
    ) -> None:
        del spec, reason
        # Every scan of three pages is spoilt on its second.
        fault(kind)
        with pytest.raises(IncompleteSnapshot, match="list of channels could not be read completely in 3 tries"):
            read(client)


def test_a_row_without_a_uid_proves_nothing_complete(client: BeeniusClient, sandbox: Sandbox) -> None:
    sandbox.admin("POST", "/admin/catalogue/channels", {"uid": " ", "name": "Sem identidade"})
    with pytest.raises(IncompleteSnapshot, match="row 23 of page 3 has no uid"):
        read(client)


def test_a_uid_that_the_platform_lists_twice_is_found(client: BeeniusClient, sandbox: Sandbox) -> None:
    sandbox.admin("POST", "/admin/catalogue/channels", sandbox.admin("GET", "/admin/catalogue/channels")[0])
    with pytest.raises(IncompleteSnapshot, match="a uid came twice"):
        read(client)


def test_rows_are_handed_over_however_odd_they_are(client: BeeniusClient, sandbox: Sandbox) -> None:
    odd = {"uid": "ch-x", "name": None, "number": "doze", "surprise": [1, {"deep": True}]}
    sandbox.admin("POST", "/admin/catalogue/channels", odd)
    assert read(client)[-1] == odd


def test_a_page_that_the_contract_does_not_know_is_named(other_platform: Any, connect: Any) -> None:
    other_platform.answers["/channels"] = {"list": [], "pageNumber": 1, "pageSize": "200"}
    with pytest.raises(
        BadAnswer, match=r"GET /channels\?page=1&page_size=40 .*Expected `int`, got `str` - at `\$\.pageSize`"
    ):
        read(connect(host=other_platform.url))
    other_platform.answers["/channels"] = []
    with pytest.raises(BadAnswer, match="Expected `object`, got `array`"):
        read(connect(host=other_platform.url))
    other_platform.answers["/channels"] = {"list": [], "pageNumber": 2, "pageSize": 200, "rowCount": 0}
    with pytest.raises(IncompleteSnapshot, match="instead of page 1 of 200 rows came page 2"):
        read(connect(host=other_platform.url))
