"""HTTP to the platform: one pool of connections, the access token, patience. Threads may share it."""

from __future__ import annotations

import logging
import re
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

import requests
from pydantic import SecretStr
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase, HTTPBasicAuth
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, stop_before_delay
from tenacity.wait import wait_random_exponential

from multitv.beenius.answers import (
    Call,
    Passing,
    W,
    decoded,
    decoded_as,
    error_code,
    parsed,
    retry_after,
    value_of,
)
from multitv.beenius.errors import BadConnection, PlatformUnavailable, TokenRefused, WrongCredentials
from multitv.beenius.models import Token
from multitv.beenius.pace import Brake, Pace

ACCEPT = "application/vnd.beenius+json;version=9"
_TOKEN = Call("POST", "/oauth/token")

log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True)
class Patience:
    """How long we wait for the platform, in seconds. `tries` counts failures; being told to slow down is none."""

    connect_seconds: float = 5
    read_seconds: float = 30
    tries: int = 5
    total_seconds: float = 240
    first_wait_seconds: float = 0.5
    longest_wait_seconds: float = 20


class Transport:
    """Sends calls and returns decoded answers, trying again whatever may pass by itself."""

    def __init__(
        self,
        host: str,
        operator_uid: str,
        client_id: str,
        client_secret: str,
        patience: Patience,
        connections: int,
        requests_per_second: float | None = None,
    ) -> None:
        """Prepare; nothing is sent. `connections` is how many threads may call at once without waiting.

        Without `requests_per_second` requests leave as they come.

        Raises BadConnection if `host` is not the start of a URL.
        """
        self.host = _checked(host)
        self.patience = patience
        self._base = f"{self.host}/provisioning/v1/operators/{quote(operator_uid, safe='')}"
        self._client_id = client_id
        self._basic = HTTPBasicAuth(client_id.encode(), client_secret.encode())
        self._session = requests.Session()
        self._session.headers.update({"Accept": ACCEPT, "User-Agent": "multitv"})
        adapter = HTTPAdapter(pool_connections=1, pool_maxsize=connections, pool_block=True)
        self._session.mount(self.host, adapter)
        # Proxies and certificates of the environment, looked up once and not with every call.
        self._surroundings = self._session.merge_environment_settings(self.host, {}, None, None, None)
        self._token: SecretStr | None = None
        self._token_lock = threading.Lock()
        self._brake = Brake()
        self._pace = Pace(requests_per_second) if requests_per_second else None

    def close(self) -> None:
        """Close the pool's connections."""
        self._session.close()

    def send(self, call: Call) -> Any:
        """Return the decoded answer to a call, None for one without a body.

        Raises PlatformUnavailable, NotJson, TokenRefused, WrongCredentials, OperatorMismatch, BadAnswer, Refused.
        """
        return self._persist(call, lambda: self._with_token(call, decoded))

    def send_for(self, call: Call, model: type[W]) -> W:
        """Return the answer to a call that reads something long. Raises what `send` does."""
        answer = self._persist(
            call, lambda: self._with_token(call, lambda response: decoded_as(self.host, call, model, response))
        )
        return parsed(self.host, call, model, answer) if answer is None else answer

    def _persist(self, call: Call, once: Callable[[], T]) -> T:
        patience = self.patience
        attempts = Retrying(
            retry=retry_if_exception_type(Passing),
            wait=wait_random_exponential(multiplier=patience.first_wait_seconds, max=patience.longest_wait_seconds),
            stop=stop_after_attempt(patience.tries) | stop_before_delay(patience.total_seconds),
            before_sleep=lambda state: self._announce(call, state),
            reraise=True,
        )
        try:
            return attempts(once)
        except Passing as last:
            tries, seconds = attempts.statistics["attempt_number"], attempts.statistics["delay_since_first_attempt"]
            raise last.final(
                f"Beenius at {self.host} did not answer {call} as it should: {last} "
                f"({tries} {'try' if tries == 1 else 'tries'} in {seconds:.0f} s). {call.aftermath}"
            ) from last

    def _announce(self, call: Call, state: RetryCallState) -> None:
        failure = state.outcome.exception() if state.outcome else None
        log.warning(
            "Beenius: %s: %s. Try %s of %s follows in %.1f s.",
            call,
            failure,
            state.attempt_number + 1,
            self.patience.tries,
            state.upcoming_sleep,
        )

    def _with_token(self, call: Call, decode: Callable[[requests.Response], T]) -> T | None:
        token = self._current_token()
        response = self._unhurried(call, _Bearer(token))
        if response.status_code == 401:
            response = self._unhurried(call, _Bearer(self._renewed_token(token)))
        if response.status_code == 401:
            raise Passing(f"it refused the access token that it had just issued ({error_code(response)})", TokenRefused)
        return value_of(self.host, call, response, decode)

    def _current_token(self) -> SecretStr:
        with self._token_lock:
            if self._token is None:
                self._token = self._persist(_TOKEN, self._ask_for_token)
            return self._token

    def _renewed_token(self, refused: SecretStr) -> SecretStr:
        """Return a token other than `refused`; of many threads that come with the same one, the first asks."""
        with self._token_lock:
            if self._token is refused:
                self._token = None
        return self._current_token()

    def _ask_for_token(self) -> SecretStr:
        response = self._unhurried(_TOKEN, self._basic)
        if response.status_code in (400, 401, 403):
            raise WrongCredentials(
                f"Beenius at {self.host} does not accept client id '{self._client_id}' with its secret "
                f"({response.status_code} {error_code(response)}): correct login and password of the connection, "
                "then clear this task. Nothing was written."
            )
        return parsed(self.host, _TOKEN, Token, value_of(self.host, _TOKEN, response, decoded)).access_token

    def _unhurried(self, call: Call, auth: AuthBase) -> requests.Response:
        """Exchange one call, waiting out every 'slow down' of the platform, its own and those of other threads."""
        deadline = time.monotonic() + self.patience.total_seconds
        while True:
            if not self._brake.wait(deadline):
                raise PlatformUnavailable(
                    f"Beenius at {self.host} limits our rate, and {call} could not be sent within "
                    f"{self.patience.total_seconds:.0f} s. It was refused before it did anything: clear this task."
                )
            if self._pace:
                self._pace.wait()
            response = self._exchange(call, auth)
            if response.status_code != 429:
                return response
            if self._pace:
                self._pace.slow_down()
            asked = retry_after(response)
            seconds = max(self.patience.first_wait_seconds, 0.0 if asked is None else asked)
            log.warning("Beenius: %s: told to slow down; every thread waits %.1f s.", call, seconds)
            self._brake.hold(seconds)

    def _exchange(self, call: Call, auth: AuthBase) -> requests.Response:
        headers = {"X-Request-Id": str(uuid.uuid4())}
        if call.idempotency_key is not None:
            headers["Idempotency-Key"] = call.idempotency_key
        if call.if_match is not None:
            headers["If-Match"] = str(call.if_match)
        to_token = call is _TOKEN
        try:
            request = requests.Request(
                call.method,
                (self.host if to_token else self._base) + call.path,
                params=call.params,
                json=call.body,
                data={"grant_type": "client_credentials"} if to_token else None,
                headers=headers,
                auth=auth,
            )
            return self._session.send(
                self._session.prepare_request(request),
                timeout=(self.patience.connect_seconds, self.patience.read_seconds),
                # A redirect would turn a write into a read, and show the token to whoever it names.
                allow_redirects=False,
                **self._surroundings,
            )
        except requests.exceptions.InvalidURL as error:
            raise BadConnection(
                f"{self.host} is not an address of a platform: correct the host of the connection."
            ) from error
        except requests.RequestException as error:
            raise Passing(self._cause(error)) from error

    def _cause(self, error: BaseException) -> str:
        if isinstance(error, requests.ConnectTimeout):
            return f"no connection within {self.patience.connect_seconds:g} s"
        if isinstance(error, requests.Timeout):
            return f"no answer within {self.patience.read_seconds:g} s"
        while error.__cause__ or error.__context__:
            error = error.__cause__ or error.__context__ or error
        return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__


class _Bearer(AuthBase):
    """As an `auth` object the token wins over a ~/.netrc, which a plain header does not."""

    def __init__(self, token: SecretStr) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token.get_secret_value()}"
        return request


def _checked(host: str) -> str:
    try:
        parts = urlsplit(host)
        sound = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and not re.search(r"\s", host)
    except ValueError:
        sound = False
    if not sound or parts.query or parts.fragment or parts.username or parts.password:
        raise BadConnection(
            f"{host!r} is not an address of a platform, such as https://tv.example.com: correct the host."
        )
    return host.rstrip("/")
