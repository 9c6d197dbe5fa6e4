"""The screens behind a proxy that ends TLS: Caddy as docker-compose.yml has it, and one that changes the Host."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from playwright.sync_api import expect, sync_playwright

from multitv.installation import REPOSITORY
from tests.support import system
from tests.support.ports import free_ports
from tests.web.server import Web

CADDYFILE = REPOSITORY / "proxy" / "Caddyfile"
START_SECONDS = 30


@dataclass
class Proxy:
    """A running proxy: its address, that of its unencrypted port, and the certificate that it is known by."""

    kind: str
    address: str
    plain: str
    certificate: Path

    def ask(self, path: str, method: str = "GET", **more: object) -> requests.Response:
        """Send a request; a redirect is an answer like any other."""
        with requests.Session() as session:
            session.trust_env = False
            address = path if "://" in path else self.address + path
            return session.request(
                method,
                address,
                verify=str(self.certificate),
                timeout=60,
                allow_redirects=False,
                **more,  # type: ignore[arg-type]
            )


@pytest.fixture(params=["keeps the host", "changes the host"], scope="module")
def proxy(request: pytest.FixtureRequest, web: Web, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    program = system.proxy()
    if program is None:
        pytest.fail("Caddy is missing: python -m tests.support.system installs it")
    folder = tmp_path_factory.mktemp("caddy")
    http, status = free_ports(2)
    text = CADDYFILE.read_text().replace("admin off", "admin off\n\tdefault_bind 127.0.0.1")
    if request.param == "changes the host":
        # As nginx does unless it is told otherwise.
        upstream = re.search(r"reverse_proxy (\S+)", text)
        assert upstream
        text = text.replace(upstream[0], f"{upstream[0]} {{\n\t\theader_up Host {{upstream_hostport}}\n\t}}")
    (folder / "Caddyfile").write_text(text)
    values = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder),
        "TLS_HOST": "localhost",
        "HTTP_PORT": str(http),
        "HTTPS_PORT": str(urlsplit(web.public).port),
        "STATUS_PORT": str(status),
        "UPSTREAM": urlsplit(web.address).netloc,
    }
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen(
            [program, "run", "--config", str(folder / "Caddyfile")], env=values, stdout=log, stderr=log
        )
    certificate = folder / "caddy" / "pki" / "authorities" / "local" / "root.crt"
    found = Proxy(request.param, web.public, f"http://localhost:{http}", certificate)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _up(found, f"http://127.0.0.1:{status}/healthz"):
            assert running.poll() is None, (folder / "log").read_text()[-2000:]
            assert time.monotonic() < deadline, (folder / "log").read_text()[-2000:]
            time.sleep(0.05)
        yield found
    finally:
        running.terminate()
        running.wait(30)


def _up(proxy: Proxy, status: str) -> bool:
    try:
        return proxy.certificate.exists() and proxy.ask(status).ok and proxy.ask("/api/v2/version").ok
    except requests.RequestException:
        return False


def test_who_comes_without_tls_is_sent_to_the_same_page_with_it(proxy: Proxy) -> None:
    answer = proxy.ask(f"{proxy.plain}/multitv/painel?x=1")
    assert answer.status_code == 308
    # Not with the port that Caddy has inside its container.
    assert answer.headers["Location"] == "https://localhost/multitv/painel?x=1"
    assert "max-age" in proxy.ask("/multitv/painel").headers["Strict-Transport-Security"]


def test_a_stranger_is_sent_to_the_login_and_is_to_come_back(proxy: Proxy, web: Web) -> None:
    answer = proxy.ask("/multitv/painel?mes=2026-11")
    assert answer.status_code == 303
    login = urlsplit(answer.headers["Location"])
    assert (login.netloc, login.path) == ("", "/auth/login"), "wherever the browser is"
    assert parse_qs(login.query) == {"next": ["/multitv/painel?mes=2026-11"]}
    assert proxy.ask(answer.headers["Location"]).status_code == 200


def test_airflows_own_pages_come_back_by_the_public_address_and_no_other(proxy: Proxy, web: Web) -> None:
    login = "/api/v2/auth/login"
    back = proxy.ask(login, params={"next": f"{web.public}/dags"})
    assert back.status_code == 307
    assert parse_qs(urlsplit(back.headers["Location"]).query) == {"next": [f"{web.public}/dags"]}
    assert proxy.ask(login, params={"next": "https://mau.example/dags"}).status_code == 400


def test_cookies_are_secure_behind_tls(proxy: Proxy, web: Web) -> None:
    def cookie(address: str) -> str:
        return proxy.ask(address + "/api/v2/auth/logout").headers["Set-Cookie"]

    assert "; Secure" in cookie(proxy.address)
    assert "; Secure" not in cookie(web.address), "nobody said that it was by TLS"


def test_what_a_visitor_says_of_their_own_address_is_dropped(proxy: Proxy) -> None:
    """Otherwise whoever adds a header could pass as another, or as one without TLS."""
    lie = {"X-Forwarded-Proto": "http", "X-Forwarded-For": "203.0.113.7", "X-Forwarded-Host": "mau.example"}
    answer = proxy.ask("/api/v2/auth/logout", headers=lie)
    assert "; Secure" in answer.headers["Set-Cookie"]
    assert "mau.example" not in answer.headers["Location"]


@pytest.mark.parametrize(("origin", "status"), [("PUBLIC", 204), ("https://mau.example", 403)])
def test_a_change_is_taken_from_the_public_address_alone(proxy: Proxy, web: Web, origin: str, status: int) -> None:
    """As older browsers say where a request comes from: with the public address, whatever Host the proxy sends."""
    person = web.visitor("admin")
    headers = person.cookie | {"Origin": origin.replace("PUBLIC", web.public)}
    form = {"vencimento": "2000-01-10"}
    answer = proxy.ask("/multitv/faturamento/carregar", "POST", headers=headers, data=form)
    assert (answer.status_code == 403) is (status == 403), answer.text


def test_the_login_returns_to_the_page_that_was_asked_for(proxy: Proxy, web: Web) -> None:
    program = system.browser()
    assert program is not None, "a browser is missing: python -m tests.support.system installs it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(locale="en-US", ignore_https_errors=True)
        context.set_default_timeout(60_000)
        page = context.new_page()
        # Airflow's own page asks for the login by its whole address.
        own = ["/dags"] if proxy.kind == "changes the host" else []
        for asked in ("/multitv/clientes?busca=maria+silva", *own):
            context.clear_cookies()
            page.goto(web.public + asked)
            page.get_by_label("Username").fill("admin")
            page.get_by_label("Password").fill(web.logins["admin"])
            page.get_by_role("button", name="Sign in").click()
            page.wait_for_url(web.public + asked)
            [cookie] = [cookie for cookie in context.cookies() if cookie["name"] == "_token"]
            assert cookie["secure"], asked
            if asked.startswith("/multitv"):
                expect(page.get_by_role("heading", level=1)).to_be_visible()
        browser.close()
