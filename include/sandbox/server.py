"""Runs the sandbox in one uvicorn process, and exits with 0 when it is stopped."""

from __future__ import annotations

import asyncio
import signal
import socket
from contextlib import closing
from typing import Any

import uvicorn
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from include.sandbox.app import application
from include.sandbox.gate import Gate
from include.sandbox.platform_state import Platform
from include.sandbox.settings import Settings

ANNOUNCEMENT = "Beenius sandbox on "
BACKLOG = 2048


class Protocol(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
    """Puts the transport into the scope of each request, as ASGI does not: faults reset connections in mid-body."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self.app_state: dict[str, Any] = {**self.app_state, "transport": transport}


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. Raises OSError if the port is taken, StateInUse if the folder is."""
    with closing(_listening(settings)) as listener:
        platform = Platform(settings)
        with closing(platform.store):
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: None)
            host, port = listener.getsockname()[:2]
            print(f"{ANNOUNCEMENT}http://{host}:{port}", flush=True)
            config = uvicorn.Config(
                Gate(application(platform), platform),
                http=Protocol,
                ws="none",
                lifespan="off",
                access_log=False,
                log_level="warning",
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=75,
                timeout_graceful_shutdown=2,
                backlog=BACKLOG,
            )
            uvicorn.Server(config).run(sockets=[listener])


def _listening(settings: Settings) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener
