"""People at the screens: each sends what a browser of theirs, or a program of theirs, would send."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.web.markup import Page

# What a browser says of a page's own requests.
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
HTMX = {"HX-Request": "true"}


def _session() -> requests.Session:
    session = requests.Session()
    # A proxy of the machine has no business between us and our own loopback address.
    session.trust_env = False
    return session


@dataclass
class Visitor:
    """One person at one Airflow; without a token, a stranger. Redirects are answers like any other."""

    address: str
    name: str = "estranho"
    token: str | None = None
    _session: requests.Session = field(default_factory=_session, repr=False)

    def ask(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, **content: Any
    ) -> requests.Response:
        """Send a request below /multitv with these headers and no others of ours."""
        answer = self._session.request(
            method, f"{self.address}/multitv{path}", headers=headers, timeout=60, allow_redirects=False, **content
        )
        # What a login is, is said by us in each request.
        self._session.cookies.clear()
        return answer

    def get(self, path: str, **headers: str) -> requests.Response:
        """Open an address in the browser."""
        return self.ask("GET", path, self.cookie | headers)

    def page(self, path: str) -> Page:
        """Open a page or a part of one, which has to be there."""
        answer = self.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:500]}"
        return Page(answer.text)

    def send(self, path: str, form: Mapping[str, str] | None = None) -> requests.Response:
        """Send a form, or press a button, of a page that is open."""
        return self.ask("POST", path, self.cookie | SAME_ORIGIN | HTMX, data=dict(form or {}))

    def api(self, method: str, path: str, body: Any = None, **content: Any) -> requests.Response:
        """Call the JSON API as a program does."""
        return self.ask(method, f"/api/v1{path}", self.bearer, json=body, **content)

    def read(self, path: str, **parameters: Any) -> Any:
        """Return what the JSON API has at an address, which has to be there."""
        answer = self.api("GET", path, params=parameters)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:500]}"
        return answer.json()

    def airflow(self, path: str) -> Any:
        """Return what Airflow's own API has at an address."""
        answer = self._session.get(f"{self.address}/api/v2{path}", headers=self.bearer, timeout=60)
        assert answer.ok, answer.text
        return answer.json()

    def ask_airflow(self, method: str, path: str, body: Any) -> requests.Response:
        """Send a request to Airflow's own API as a program does."""
        return self._session.request(method, f"{self.address}/api/v2{path}", headers=self.bearer, json=body, timeout=60)

    @property
    def cookie(self) -> dict[str, str]:
        return {"Cookie": f"_token={self.token}"} if self.token else {}

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}


def message_of(answer: requests.Response) -> str:
    """Return the message that an answer puts on the screen: what was done, or why not."""
    news = json.loads(answer.headers["HX-Trigger"])
    return str(news.get("note") or news["refused"])
