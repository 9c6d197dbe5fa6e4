"""A client of the sandbox that is in a hurry: the same code, with shorter waits."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from include.sandbox.process import Sandbox
from multitv.beenius.client import BeeniusClient
from tests.support.sandbox import client_of


@pytest.fixture
def connect(sandbox: Sandbox) -> Iterator[Callable[..., BeeniusClient]]:
    """Make clients of the sandbox, any part of whose connection may be wrong."""
    clients = []

    def make(**other: Any) -> BeeniusClient:
        clients.append(client_of(sandbox, **other))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def client(connect: Callable[..., BeeniusClient]) -> BeeniusClient:
    return connect()


class OtherPlatform(ThreadingHTTPServer):
    """Answers what it is told, right or not: for what even a faulty platform of the contract would not say."""

    daemon_threads = True
    answers: dict[str, Any]
    seen: list[tuple[str, dict[str, str]]]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: OtherPlatform

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.server.seen.append((self.path, dict(self.headers)))
        told = self.server.answers.get("/" + self.path.partition("?")[0].rpartition("/")[2])
        answer = told if isinstance(told, Answer) else Answer(told)
        body = answer.value if isinstance(answer.value, bytes) else json.dumps(answer.value).encode()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815, the library's names

    def log_message(self, *_: Any) -> None:
        pass


@dataclass(frozen=True)
class Answer:
    value: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@pytest.fixture
def other_platform() -> Iterator[OtherPlatform]:
    server = OtherPlatform(("127.0.0.1", 0), _Handler)
    server.answers = {"/token": {"access_token": "t", "token_type": "Bearer"}}
    server.seen = []
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()
