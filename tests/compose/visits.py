"""What comes to a stack by its proxy: a browser's certificate and login, and Prometheus with its token."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import requests

from tests.compose.docker import docker
from tests.compose.stack import Compose

ASKED = "/multitv/painel?mes=2026-11"
CERTIFICATE = "/data/caddy/pki/authorities/local/root.crt"


def session(certificate: Path | None = None) -> requests.Session:
    """Return a session that believes one authority, or those that everybody believes, and no proxy of the machine."""
    made = requests.Session()
    made.trust_env = False
    made.verify = str(certificate) if certificate else True
    return made


def authority(stack: Compose) -> Path:
    """Return the certificate of the authority that Caddy made for a name that nobody else vouches for."""
    path = stack.folder / "root.crt"
    path.write_text(docker("exec", stack.containers()["proxy"], "cat", CERTIFICATE))
    return path


def check_tls(stack: Compose) -> None:
    """TLS by a certificate that has to be believed, and whoever comes without it is sent to the same page with it."""
    with session() as stranger:
        try:
            stranger.get(stack.public, timeout=60)
        except requests.exceptions.SSLError:
            pass
        else:
            raise AssertionError("a certificate was believed for which nobody vouches")
        # Caddy leads to the port of everybody; here it is another one.
        answer = stranger.get(f"http://localhost:{stack.ports['http']}{ASKED}", timeout=60, allow_redirects=False)
        assert (answer.status_code, answer.headers["Location"]) == (308, f"https://localhost{ASKED}")
    with session(authority(stack)) as visitor:
        answer = visitor.get(stack.public + "/api/v2/version", timeout=60)
        assert answer.ok, answer.text
        assert "max-age" in answer.headers["Strict-Transport-Security"]


def check_login(stack: Compose) -> None:
    """The login comes before the page, returns to it, and its cookies never leave TLS."""
    with session(authority(stack)) as visitor:
        first = visitor.get(stack.public + ASKED, timeout=60, allow_redirects=False)
        assert first.status_code == 303, first.text[:2000]
        login = urlsplit(first.headers["Location"])
        assert f"{login.scheme}://{login.netloc}{login.path}" == stack.public + "/auth/login/"
        assert parse_qs(login.query) == {"next": [ASKED]}
        refused = _log_in(visitor, stack, "not the password")
        assert refused.url != stack.public + ASKED, "any password opens the page"
        assert not visitor.cookies.get("_token")
        page = _log_in(visitor, stack, stack.secret("admin_password"))
        assert (page.url, page.status_code) == (stack.public + ASKED, 200), page.text[:2000]
        assert "<h1" in page.text
        names = {cookie.name: cookie.secure for cookie in visitor.cookies}
        assert "_token" in names
        assert all(names.values()), f"a cookie would go without TLS: {names}"


def _log_in(visitor: requests.Session, stack: Compose, password: str) -> requests.Response:
    """Ask for a page, and fill in the form that comes instead."""
    form = visitor.get(stack.public + ASKED, timeout=60)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form.text)
    assert token, form.text[:2000]
    filled_in = {"csrf_token": token[1], "username": "admin", "password": password}
    return visitor.post(form.url, data=filled_in, headers={"Referer": form.url}, timeout=60)


def check_metrics(stack: Compose) -> None:
    """Prometheus comes in by its token, to the metrics and nothing else; without it nobody does."""
    token = stack.secret("metrics_token")
    with session(authority(stack)) as scraper:

        def status(path: str, said: str | None) -> int:
            headers = {"Authorization": f"Bearer {said}"} if said else {}
            return scraper.get(stack.public + path, headers=headers, timeout=60, allow_redirects=False).status_code

        # A browser may be somebody's who can log in.
        assert status("/multitv/metrics", None) == 303
        assert status("/multitv/metrics", token[:-1]) == 401
        assert status("/multitv/api/v1/packages", token) == 401
        answer = scraper.get(
            stack.public + "/multitv/metrics", headers={"Authorization": f"Bearer {token}"}, timeout=60
        )
        assert answer.status_code == 200, answer.text[:2000]
        assert re.search(r"^multitv_up 1(\.0)?$", answer.text, re.MULTILINE), answer.text[:2000]
