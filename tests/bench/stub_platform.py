"""A platform that does nothing but answer 20 ms later, so that a bench measures us and not the sandbox."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress

LATENCY_SECONDS = 0.02
TOKEN = b'{"access_token":"bench","token_type":"Bearer","expires_in":3600}'
SUBSCRIPTION = b'{"service_uid":"svc-1","active_from":"2026-11-23T00:00:00Z","active_to":null}'


def _answer(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            if b"content-length:" in head:
                await reader.readexactly(int(head.split(b"content-length:")[1].split(b"\r\n")[0]))
            if b"/oauth/token" in head:
                writer.write(_answer(TOKEN))
            else:
                await asyncio.sleep(LATENCY_SECONDS)
                writer.write(_answer(SUBSCRIPTION))
    writer.close()


async def main() -> None:
    """Listen on a free port of the loopback address, and print it."""
    server = await asyncio.start_server(_serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
