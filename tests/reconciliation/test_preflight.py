"""What is missing of the installation is told at once, with what to do, before anything is read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from multitv.beenius.errors import BadConnection
from multitv.database.engine import MissingConnection
from multitv.reconciliation.errors import MissingPinKey
from multitv.reconciliation.preflight import PoolMissing, check_setup, require_pool
from multitv.settings import Settings

PLATFORM = "http://id:secret@127.0.0.1:9?operator_uid=op"
ISP = "postgresql://isp@127.0.0.1:9/isp"


@contextmanager
def api_server(answer: Any) -> Iterator[str]:
    """An api-server that answers this, and the address by which tasks know it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            assert self.path == "/multitv/pool/"
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer if isinstance(answer, bytes) else json.dumps(answer).encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(("slots", "cause"), [(None, "does not exist"), (0, "has no slots")])
def test_a_pool_in_which_tasks_would_wait_for_ever_is_told_with_what_to_do(slots: int | None, cause: str) -> None:
    with api_server({"slots": slots}) as address, pytest.raises(PoolMissing, match=f"{cause}.*multitv.release"):
        require_pool(address)


@pytest.mark.parametrize("slots", [1, 4, -1])
def test_a_pool_of_any_size_will_do(slots: int) -> None:
    with api_server({"slots": slots}) as address:
        require_pool(address)


@pytest.mark.parametrize("answer", [b"<html>", b"[]", b"{}", b"3"])
def test_an_api_server_that_cannot_tell_stops_nobody(answer: bytes, caplog: pytest.LogCaptureFixture) -> None:
    with api_server(answer) as address:
        require_pool(address)
    assert "is not known" in caplog.text
    require_pool("http://127.0.0.1:9")


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def given(platform: str | None = PLATFORM, isp: str | None = ISP, api: str = "http://127.0.0.1:9") -> None:
        monkeypatch.setenv("AIRFLOW__CORE__EXECUTION_API_SERVER_URL", f"{api}/execution/")
        for name, value in (("BEENIUS_DEFAULT", platform), ("ISP_DB", isp)):
            if value is None:
                monkeypatch.delenv(f"AIRFLOW_CONN_{name}", raising=False)
            else:
                monkeypatch.setenv(f"AIRFLOW_CONN_{name}", value)

    return given


def with_keys() -> Settings:
    return Settings(pin_keys=SecretStr(Fernet.generate_key().decode()))


def test_what_is_all_there_passes(environment: Callable[..., None]) -> None:
    with api_server({"slots": 4}) as address:
        environment(api=address)
        check_setup(with_keys())


def test_what_is_missing_is_named(environment: Callable[..., None]) -> None:
    environment(platform="http://127.0.0.1:9")
    with pytest.raises(BadConnection, match="lacks login"):
        check_setup(with_keys())
    environment()
    with pytest.raises(MissingPinKey, match="MULTITV_PIN_KEYS"):
        check_setup(Settings(pin_keys=None))
    with api_server({"slots": None}) as address:
        environment(api=address)
        with pytest.raises(PoolMissing):
            check_setup(with_keys())
    environment(isp=None)
    with pytest.raises(MissingConnection):
        check_setup(with_keys())
