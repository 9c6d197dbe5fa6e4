"""What goes wrong between us and the platform: survived if it passes, named if it stays."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from include.sandbox.process import Sandbox
from multitv.beenius.client import BeeniusClient
from multitv.beenius.errors import (
    BadAnswer,
    BadConnection,
    NotJson,
    OperatorMismatch,
    PlatformUnavailable,
    Refused,
    TokenRefused,
    WrongCredentials,
)
from tests.beenius.conftest import Answer
from tests.support.sandbox import HURRY

Fault = Callable[..., None]
Connect = Callable[..., BeeniusClient]
LIST = "/channels$"


def channels(client: BeeniusClient) -> int:
    rows: list[Any] = []
    for page in client.scan("channels", rows.clear):
        rows.extend(page.rows)
    return len(rows)


PASSING = [
    ("server-error", {"status": 500}, "it answered 500 UNAVAILABLE: the platform has a fault"),
    ("server-error", {"status": 502}, "it answered 502"),
    ("server-error", {"status": 504}, "it answered 504"),
    ("server-error", {"executed": True}, "it answered 503"),
    ("not-json", {}, "the body of its 200 answer is not JSON \\(text/html"),
    ("not-json", {"status": 404}, "the body of its 404 answer is not JSON"),
    ("not-json", {"status": 503}, "it answered 503"),
    ("dropped", {}, "Remote end closed connection without response"),
    ("reset", {}, "Connection reset by peer"),
    ("truncated", {"content_length": "right"}, "is not JSON"),
    ("truncated", {"content_length": "wrong"}, "IncompleteRead"),
    ("latency", {"seconds": 1.6}, "no answer within 1 s"),
]


@pytest.mark.parametrize(("kind", "spec", "cause"), PASSING)
def test_what_passes_is_survived(
    client: BeeniusClient, fault: Fault, caplog: pytest.LogCaptureFixture, kind: str, spec: dict[str, Any], cause: str
) -> None:
    fault(kind, path=LIST, times=1 if kind == "latency" else 2, **spec)
    with caplog.at_level(logging.WARNING):
        assert channels(client) == 102
    assert "Beenius: GET /channels?page=1&page_size=200: " in caplog.text
    assert "Try 2 of 3 follows in" in caplog.text


@pytest.mark.parametrize(("kind", "spec", "cause"), [case for case in PASSING if case[0] != "latency"])
def test_what_stays_is_named_with_its_cause_and_the_next_step(
    client: BeeniusClient, sandbox: Sandbox, fault: Fault, kind: str, spec: dict[str, Any], cause: str
) -> None:
    fault(kind, path=LIST, **spec)
    expected = NotJson if "is not JSON" in cause else PlatformUnavailable
    with pytest.raises(expected, match=cause) as caught:
        channels(client)
    message = str(caught.value)
    assert sandbox.url in message
    assert "(3 tries in " in message
    assert "Nothing was written; once the platform is well again, clear this task" in message


def test_two_seconds_of_latency_are_waited_for(connect: Connect, fault: Fault) -> None:
    fault("latency", seconds=2, path=LIST, times=1)
    assert channels(connect(retry_policy=replace(HURRY, read_seconds=10, tries=1))) == 102


def test_a_time_out_is_named(connect: Connect, fault: Fault) -> None:
    fault("latency", seconds=1, path=LIST)
    with pytest.raises(PlatformUnavailable, match=r"no answer within 0.2 s \(1 try in 0 s\)"):
        channels(connect(retry_policy=replace(HURRY, read_seconds=0.2, tries=1)))


def test_nobody_at_the_address_is_named(connect: Connect, free_port: int) -> None:
    with pytest.raises(PlatformUnavailable, match=f"Beenius at http://127.0.0.1:{free_port} .* Connection refused"):
        channels(connect(host=f"http://127.0.0.1:{free_port}"))


def test_a_name_that_does_not_exist_is_named(connect: Connect) -> None:
    with pytest.raises(PlatformUnavailable, match="http://tv.invalid .*(not known|resolution)"):
        channels(connect(host="http://tv.invalid"))


@pytest.mark.parametrize(
    "host", ["", "tv.example.com", "ftp://tv.example.com", "http://", "http://u:p@h", "http://h:x"]
)
def test_what_is_no_address_is_refused_at_once(connect: Connect, host: str) -> None:
    with pytest.raises(BadConnection, match="is not an address of a platform"):
        connect(host=host)


class TestSlowDown:
    def test_a_storm_of_429_is_waited_out_however_long_it_is(
        self, client: BeeniusClient, sandbox: Sandbox, fault: Fault, caplog: pytest.LogCaptureFixture
    ) -> None:
        fault("rate-limited", retry_after=0, times=HURRY.tries * 3, path=LIST)
        assert channels(client) == 102
        assert "told to slow down" in caplog.text
        assert len(sandbox.admin("GET", "/admin/requests?method=GET")) == HURRY.tries * 3 + 1

    def test_more_patience_than_we_have_is_not_given(
        self, client: BeeniusClient, sandbox: Sandbox, fault: Fault
    ) -> None:
        fault("rate-limited", retry_after=3600)
        with pytest.raises(PlatformUnavailable, match="limits our rate, and POST /oauth/token|GET /channels") as caught:
            channels(client)
        assert "could not be sent within 20 s" in str(caught.value)
        assert len(sandbox.admin("GET", "/admin/requests?method=GET")) == 1

    def test_a_date_to_wait_for_is_understood(self, other_platform: Any, connect: Connect) -> None:
        headers = {"retry-after": "Fri, 31 Dec 2100 23:59:59 GMT"}
        other_platform.answers["/channels"] = Answer({}, 429, headers)
        with pytest.raises(PlatformUnavailable, match="limits our rate"):
            channels(connect(host=other_platform.url))
        assert len(other_platform.seen) == 2


class TestToken:
    def test_one_token_serves_many_calls(self, client: BeeniusClient, sandbox: Sandbox) -> None:
        assert [channels(client) for _ in range(3)] == [102] * 3
        assert len(sandbox.admin("GET", "/admin/requests?path=/oauth/token")) == 1

    def test_a_token_that_expires_in_mid_scan_is_renewed(
        self, client: BeeniusClient, sandbox: Sandbox, fault: Fault
    ) -> None:
        fault("token-expired", after=2, times=1, path=LIST)
        rows: list[Any] = []
        for page in client.scan("channels", pytest.fail, 20):
            rows.extend(page.rows)
        assert len(rows) == 102
        assert len(sandbox.admin("GET", "/admin/requests?path=/oauth/token")) == 2

    def test_a_token_refused_as_soon_as_issued_is_named(self, client: BeeniusClient, fault: Fault) -> None:
        fault("token-expired", path=LIST)
        with pytest.raises(TokenRefused, match=r"refused the access token that it had just issued \(TOKEN_EXPIRED\)"):
            channels(client)

    def test_threads_renew_an_expired_token_once(self, connect: Connect, sandbox: Sandbox) -> None:
        client = connect(connections=8)
        channels(client)
        sandbox.admin("POST", "/admin/tokens/expire")
        with ThreadPoolExecutor(8) as threads:
            assert list(threads.map(lambda _: channels(client), range(40))) == [102] * 40
        assert len(sandbox.admin("GET", "/admin/requests?path=/oauth/token")) == 2

    @pytest.mark.parametrize("wrong", [{"client_id": "stranger"}, {"client_secret": "guess-çã"}])
    def test_wrong_credentials_fail_at_once(self, connect: Connect, sandbox: Sandbox, wrong: dict[str, str]) -> None:
        with pytest.raises(WrongCredentials, match="correct login and password of the connection") as caught:
            channels(connect(**wrong))
        assert "guess" not in str(caught.value)
        assert sandbox.url in str(caught.value)
        assert len(sandbox.admin("GET", "/admin/requests")) == 1

    def test_a_platform_that_cannot_give_tokens_is_waited_for(self, client: BeeniusClient, fault: Fault) -> None:
        fault("server-error", path="/oauth/token", times=2)
        assert channels(client) == 102
        fault("token-expired", path=LIST, times=1)
        fault("server-error", path="/oauth/token")
        with pytest.raises(PlatformUnavailable, match="did not answer POST /oauth/token as it should: it answered 503"):
            channels(client)

    def test_an_answer_without_a_token_is_named_and_not_shown(self, other_platform: Any, connect: Connect) -> None:
        other_platform.answers["/token"] = {"token": "very-secret"}
        with pytest.raises(BadAnswer, match="missing required field `access_token`") as caught:
            channels(connect(host=other_platform.url))
        assert "very-secret" not in str(caught.value)

    def test_a_netrc_of_the_machine_does_not_replace_the_token(
        self, connect: Connect, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password else\n")
        monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
        assert channels(connect()) == 102


def test_another_operator_fails_at_once(connect: Connect, sandbox: Sandbox) -> None:
    with pytest.raises(OperatorMismatch, match="403 OPERATOR_MISMATCH.*Correct operator_uid in the extra") as caught:
        channels(connect(operator_uid="op-outra/../op-demo"))
    assert "Nothing was written" in str(caught.value)
    assert len(sandbox.admin("GET", "/admin/requests?method=GET")) == 1


def test_a_refused_read_is_named_and_not_repeated(client: BeeniusClient, sandbox: Sandbox) -> None:
    with pytest.raises(Refused, match="refused GET /channels.*: 422 VALIDATION_ERROR.*Nothing was written") as caught:
        list(client.scan("channels", lambda: None, page_size=501))
    assert (caught.value.http_status, caught.value.platform_code) == (422, "VALIDATION_ERROR")
    assert len(sandbox.admin("GET", "/admin/requests?method=GET")) == 1


def test_a_redirect_is_not_followed(other_platform: Any, connect: Connect) -> None:
    other_platform.answers["/channels"] = Answer({}, 302, {"location": "https://elsewhere.example/"})
    with pytest.raises(BadAnswer, match="redirect to https://elsewhere.example/: correct the host"):
        channels(connect(host=other_platform.url))


def test_the_proxy_of_the_machine_is_used_but_for_what_it_exempts(
    other_platform: Any, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    other_platform.answers["/channels"] = {"list": [], "pageNumber": 1, "pageSize": 200, "rowCount": 0}
    monkeypatch.setenv("http_proxy", other_platform.url)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert channels(connect(host="http://tv.invalid")) == 0
    assert other_platform.seen[0][0] == "http://tv.invalid/oauth/token"
    assert channels(connect(host=other_platform.url)) == 0
    assert other_platform.seen[-2][0] == "/oauth/token"


@pytest.mark.parametrize("body", [b'{"list":[', b"\xff\xfe\xfd", b"", b'{"a":NaN}', b"[" * 100_000])
def test_no_body_that_is_not_json_gets_through(other_platform: Any, connect: Connect, body: bytes) -> None:
    other_platform.answers["/channels"] = body
    with pytest.raises(NotJson, match=f"is not JSON .*{len(body)} bytes"):
        channels(connect(host=other_platform.url))


def test_every_request_carries_what_the_contract_asks_for(other_platform: Any, connect: Connect) -> None:
    other_platform.answers["/channels"] = {"list": [], "pageNumber": 1, "pageSize": 200, "rowCount": 0}
    channels(connect(host=other_platform.url, operator_uid="op 1"))
    (_, first), (path, second) = other_platform.seen
    assert path == "/provisioning/v1/operators/op%201/channels?page=1&page_size=200"
    assert second["Accept"] == "application/vnd.beenius+json;version=9"
    assert second["Authorization"] == "Bearer t"
    assert first["X-Request-Id"] != second["X-Request-Id"]
    assert "Idempotency-Key" not in second


def test_no_secret_is_ever_logged(connect: Connect, fault: Fault, caplog: pytest.LogCaptureFixture) -> None:
    client = connect()
    fault("token-expired", path=LIST, times=1)
    fault("server-error", path=LIST, times=1)
    with caplog.at_level(logging.DEBUG):
        channels(client)
    token = client._transport._current_token().get_secret_value()
    assert len(token) > 20
    assert token not in caplog.text
    assert "Basic" not in caplog.text


@pytest.fixture
def free_port() -> Iterator[int]:
    """A port on which nobody listens, held so that nobody will."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]
