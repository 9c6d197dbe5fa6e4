"""Takes alerts and heartbeats in a container of its own, and prints each as a line of JSON. Needs only Python."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT = 8099


class Handler(BaseHTTPRequestHandler):
    def _take(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        said = {"method": self.command, "path": self.path, "login": self.headers.get("Authorization"), "body": body}
        print(json.dumps(said), flush=True)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST = _take  # noqa: N815, the names that http.server asks for

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        """Print nothing but what was taken."""


if __name__ == "__main__":
    ThreadingHTTPServer(("", PORT), Handler).serve_forever()
