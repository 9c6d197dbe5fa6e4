"""From an Airflow connection to a client: what is missing is named before anything is sent."""

from __future__ import annotations

import json
from typing import Any

import pytest

from include.sandbox.process import Sandbox
from multitv.beenius.errors import BadConnection
from multitv.beenius.hook import BeeniusHook

VARIABLE = "AIRFLOW_CONN_BEENIUS_DEFAULT"
WHOLE = {
    "conn_type": "http",
    "host": "https://tv.example.com",
    "login": "isp",
    "password": "hidden",
    "extra": {"operator_uid": "op-1"},
}


def connection(monkeypatch: pytest.MonkeyPatch, **other: Any) -> None:
    monkeypatch.setenv(VARIABLE, json.dumps(WHOLE | other))


def test_a_connection_becomes_a_client_that_works(monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox) -> None:
    connection(
        monkeypatch,
        host=sandbox.url,
        login=sandbox.client_id,
        password=sandbox.client_secret,
        extra={"operator_uid": sandbox.operator_uid},
    )
    with BeeniusHook().get_conn() as client:
        assert sum(len(page.rows) for page in client.scan("channels", lambda: None)) == 102


@pytest.mark.parametrize(
    ("parts", "host"),
    [
        ({}, "https://tv.example.com"),
        ({"host": "https://tv.example.com/", "port": 8443}, "https://tv.example.com:8443"),
        ({"host": "tv.example.com", "schema": "https", "port": 8443}, "https://tv.example.com:8443"),
        ({"host": "tv.example.com"}, "http://tv.example.com"),
    ],
)
def test_the_address_is_read_as_airflow_reads_it(
    monkeypatch: pytest.MonkeyPatch, parts: dict[str, Any], host: str
) -> None:
    connection(monkeypatch, **parts)
    assert BeeniusHook().get_conn().host == host


def test_a_connection_written_as_an_address_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "http://isp:hidden@127.0.0.1:8099/?operator_uid=op-1")
    assert BeeniusHook().get_conn().host == "http://127.0.0.1:8099"


def test_a_missing_connection_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    with pytest.raises(BadConnection, match=f"no connection 'beenius_default' to the TV platform.*{VARIABLE}"):
        BeeniusHook().get_conn()


@pytest.mark.parametrize(
    ("parts", "missing"),
    [
        ({"host": None}, "lacks host"),
        ({"login": ""}, "lacks login \\(client id\\)"),
        ({"password": None}, "lacks password \\(client secret\\)"),
        ({"extra": {}}, "lacks operator_uid in its extra"),
        ({"extra": {"operator_uid": " "}, "login": None}, "lacks login \\(client id\\), operator_uid in its extra"),
        ({"host": "http://bad host"}, "is not an address of a platform"),
    ],
)
def test_what_a_connection_lacks_is_named(monkeypatch: pytest.MonkeyPatch, parts: dict[str, Any], missing: str) -> None:
    connection(monkeypatch, **parts)
    with pytest.raises(BadConnection, match=missing) as caught:
        BeeniusHook().get_conn()
    assert "hidden" not in str(caught.value)
