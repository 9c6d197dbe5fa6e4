"""A plain caller of the platform, as the contract describes it; knows nothing of our own client."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import requests

from include.sandbox.process import Sandbox

VENDOR_JSON = "application/vnd.beenius+json;version=9"


class Caller:
    """Sends one request at a time; every header can be replaced, or left out by giving None."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.base = f"{sandbox.url}/provisioning/v1/operators/{sandbox.operator_uid}"
        self.session = requests.Session()
        self.token = self.new_token()

    def ask_token(self, secret: str | None = None, grant: str = "client_credentials") -> requests.Response:
        return self.session.post(
            f"{self.sandbox.url}/oauth/token",
            data={"grant_type": grant},
            auth=(self.sandbox.client_id, secret or self.sandbox.client_secret),
            timeout=10,
        )

    def new_token(self) -> str:
        self.token = self.ask_token().json()["access_token"]
        return self.token

    def __call__(
        self,
        method: str,
        path: str,
        json: Any = None,
        *,
        key: str | None = "",
        headers: Mapping[str, str | bytes | None] | None = None,
        **options: Any,
    ) -> requests.Response:
        """Call `path` below the operator's base; `key` is the Idempotency-Key, a new one unless told."""
        sent: dict[str, str | bytes | None] = {
            "Authorization": f"Bearer {self.token}",
            "Accept": VENDOR_JSON,
            "X-Request-Id": str(uuid.uuid4()),
            "Idempotency-Key": str(uuid.uuid4()) if key == "" and method != "GET" else key or None,
        }
        url = path if path.startswith("http") else self.base + path
        options.setdefault("timeout", 10)
        return self.session.request(method, url, json=json, headers=sent | dict(headers or {}), **options)

    def get(self, path: str, **options: Any) -> Any:
        answer = self("GET", path, **options)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def new_subscriber(self, external_id: str = "1001", *services: str, **fields: Any) -> str:
        """Create a subscriber with these services and return its uid."""
        body = {"external_id": external_id, "first_name": "Ana", "last_name": "Souza", "status": "ACTIVE"} | fields
        answer = self("POST", "/subscribers", body)
        assert answer.status_code == 201, answer.text
        uid: str = answer.json()["uid"]
        for service in services:
            assert self("PUT", f"/subscribers/{uid}/services/{service}", {}).status_code == 200
        return uid

    def device(self, uid: str, mac: str, **options: Any) -> requests.Response:
        body = {"device_type_uid": "stb-linux", "serial": "S1", "label": "Sala"}
        return self("PUT", f"/subscribers/{uid}/devices/{mac}", body, **options)

    def subscriber(self, uid: str) -> Any:
        return self.get(f"/subscribers/{uid}")

    def scan(self, path: str, size: int, query: str = "") -> list[Any]:
        """Return the rows of all pages, as the contract says to end."""
        rows: list[Any] = []
        for number in range(1, 10_000):
            page = self.get(f"{path}?page={number}&page_size={size}{query}")
            rows += page["list"]
            if number * size >= page["rowCount"]:
                return rows
        raise AssertionError("the scan has no end")


def refusal(answer: requests.Response) -> tuple[int, str, str | None]:
    """Return status, code and field of an error, after a look at its envelope."""
    error = answer.json()["error"]
    assert {"code", "message", "field", "request_id", "retryable"} <= error.keys()
    assert error["message"]
    assert error["retryable"] is (answer.status_code == 429 or answer.status_code >= 500)
    return answer.status_code, error["code"], error["field"]
