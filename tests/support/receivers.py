"""A mailbox and a webhook receiver on loopback, which keep what they get."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any


@dataclass
class Received:
    """What a receiver got. `refuses` and `waits` (in seconds) are how it behaves from then on."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    posts: list[dict[str, Any]] = field(default_factory=list)
    gets: list[str] = field(default_factory=list)
    refuses: bool = False
    waits: float = 0


@contextmanager
def webhook() -> Iterator[Received]:
    """A service that takes JSON by POST, and heartbeats by GET."""
    received = Received()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            time.sleep(received.waits)
            if not received.refuses:
                received.posts.append(json.loads(body))
            self._answer()

        def do_GET(self) -> None:
            received.gets.append(self.path)
            self._answer()

        def _answer(self) -> None:
            self.send_response(503 if received.refuses else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    with _serving(server, received):
        yield received


@contextmanager
def mailbox() -> Iterator[Received]:
    """A server of SMTP without TLS or login."""
    received = Received()

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 mailbox")
            for line in self.rfile:
                command = line.split()[0].upper() if line.split() else b""
                if command == b"DATA" and not received.refuses:
                    self._say("354 go on")
                    self._take()
                elif command == b"QUIT":
                    self._say("221 bye")
                    return
                else:
                    self._say("451 not now" if command == b"DATA" else "250 mailbox")

        def _take(self) -> None:
            lines: list[bytes] = []
            for line in self.rfile:
                if line == b".\r\n":
                    break
                lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
            received.mails.append(message_from_bytes(b"".join(lines), policy=policy.default))
            self._say("250 taken")

        def _say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

    class Server(ThreadingTCPServer):
        daemon_threads = True

    with _serving(Server(("127.0.0.1", 0), Handler), received):
        yield received


@contextmanager
def _serving(server: ThreadingTCPServer | ThreadingHTTPServer, received: Received) -> Iterator[None]:
    received.port = int(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
