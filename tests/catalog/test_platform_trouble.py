"""Trouble with the platform while the catalogue is fetched: a clear message, and nothing written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from multitv.beenius.errors import (
    IncompleteSnapshot,
    NotJson,
    OperatorMismatch,
    PlatformUnavailable,
    WrongCredentials,
)
from multitv.catalog import fetch
from multitv.catalog.fetch import fetch_catalog
from multitv.database.bulk_copy import copy_rows
from multitv.database.engine import DatabaseUnavailable, engine_for
from multitv.errors import MultiTVError
from tests.catalog.conftest import WRITTEN, Isp

pytestmark = pytest.mark.slow

Fault = Callable[..., None]
WHOLE_STATE = (*WRITTEN, "staging.channel", "staging.package", "staging.package_channel")


@pytest.mark.parametrize(
    ("kind", "spec", "error", "message"),
    [
        ("short-page", {}, IncompleteSnapshot, "the list of services could not be read completely"),
        ("short-page", {"path": "/genres$"}, IncompleteSnapshot, "the list of genres could not be read completely"),
        ("truncated", {"path": "/channels$"}, NotJson, "GET /channels"),
        ("not-json", {"path": "/channels$"}, NotJson, "the body of its 200 answer is not JSON"),
        ("not-json", {"path": "/oauth/token"}, NotJson, "POST /oauth/token"),
        ("server-error", {"path": "/channels$"}, PlatformUnavailable, "it answered 503 UNAVAILABLE"),
        ("reset", {"path": "/channels$"}, PlatformUnavailable, "Connection reset by peer"),
        ("rate-limited", {"retry_after": 900}, PlatformUnavailable, "limits our rate"),
    ],
)
def test_a_fault_is_named_and_writes_nothing(
    isp: Isp, fault: Fault, kind: str, spec: dict[str, Any], error: type[MultiTVError], message: str
) -> None:
    isp.sync()
    isp.edit("channels", "ch-hbo", name="HBO Novo")
    before = isp.tables(WHOLE_STATE)
    fault(kind, **spec)
    with pytest.raises(error, match=message) as caught:
        isp.fetch()
    assert isp.sandbox.url in str(caught.value)
    assert isp.tables(WHOLE_STATE) == before
    isp.sandbox.admin("DELETE", "/admin/faults")
    assert isp.sync().changes == {("channel", "changed"): 1}


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"client_secret": "x"}, WrongCredentials),
        ({"operator_uid": "op-x"}, OperatorMismatch),
        ({"host": "http://127.0.0.1:9"}, PlatformUnavailable),
    ],
)
def test_a_wrong_connection_is_named_and_writes_nothing(
    isp: Isp, wrong: dict[str, str], error: type[MultiTVError]
) -> None:
    before = isp.tables(WHOLE_STATE)
    with pytest.raises(error, match=r"[Nn]othing was written"):
        isp.fetch(**wrong)
    assert isp.tables(WHOLE_STATE) == before


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        ("row-count-drift", {"times": 1}),
        ("short-page", {"times": 2}),
        ("token-expired", {"after": 1, "times": 1}),
        ("rate-limited", {"times": 4, "retry_after": 0}),
        ("server-error", {"times": 2, "status": 502}),
        ("latency", {"times": 3, "seconds": 0.02}),
    ],
)
def test_a_fault_that_passes_costs_nothing_but_time(isp: Isp, fault: Fault, kind: str, spec: dict[str, Any]) -> None:
    fault(kind, **spec)
    assert isp.sync().changes["channel", "added"] == 102


def test_a_scan_that_starts_over_brings_no_row_twice(isp: Isp, fault: Fault) -> None:
    channels = isp.listed("channels")
    numbers = iter(range(1000, 9999))
    more = [row | {"uid": f"{row['uid']}-{copy}", "number": next(numbers)} for copy in range(3) for row in channels]
    isp.sandbox.admin("PUT", "/admin/catalogue/channels", channels + more)
    fault("short-page", path="/channels$", after=1, times=1)
    assert isp.sync().changes["channel", "added"] == 408


def test_a_database_that_is_down_is_named_before_the_platform_is_asked(isp: Isp) -> None:
    nowhere = engine_for("postgresql+psycopg://isp:hidden@127.0.0.1:9/isp")
    with pytest.raises(DatabaseUnavailable, match="not available") as caught:
        fetch_catalog(nowhere, isp.client())
    assert "hidden" not in str(caught.value)
    assert isp.sandbox.admin("GET", "/admin/requests") == []


def test_a_connection_lost_in_mid_copy_is_named_and_leaves_nothing(isp: Isp, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(connection: Any, table: str, *rest: Any) -> None:
        if table == "staging.package_channel":
            with isp.engine.connect() as other:
                pid = connection.connection.driver_connection.info.backend_pid
                other.execute(text("select pg_terminate_backend(:pid, 5000)"), {"pid": pid})
        copy_rows(connection, table, *rest)

    before = isp.tables(WHOLE_STATE)
    with monkeypatch.context() as patched:
        patched.setattr(fetch, "copy_rows", cut)
        with pytest.raises(DatabaseUnavailable, match="The open transaction was committed whole or not at all"):
            isp.fetch()
    assert isp.tables(WHOLE_STATE) == before
    assert isp.sync().changes["channel", "added"] == 102
