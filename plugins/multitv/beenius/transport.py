"""HTTP to the platform: a connection pool, the access token, retries and rate limits. Threads may share it."""

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

# What reading a body raises beneath requests: it wraps these itself only where it reads the body.
from requests.models import DecodeError, ProtocolError, ReadTimeoutError
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, stop_before_delay
from tenacity.wait import wait_random_exponential

from multitv.beenius.answers import (
    Call,
    TransientFailure,
    decoded,
    error_code,
    parsed,
    retry_after,
    value_of,
)
from multitv.beenius.errors import BadConnection, RateLimited, TokenRefused, Unanswered, WrongCredentials
from multitv.beenius.models import Token
from multitv.beenius.rate_limit import RateLimiter, SharedPause
from multitv.beenius.tally import RequestTally

ACCEPT = "application/vnd.beenius+json;version=9"
_TOKEN = Call("POST", "/oauth/token")
_PART = 65_536

log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True)
class RetryPolicy:
    """How long to wait for the platform, in seconds, and how often to try; a 'slow down' (429) is not a failed try."""

    connect_seconds: float = 5
    read_seconds: float = 30
    tries: int = 5
    total_seconds: float = 240
    first_wait_seconds: float = 0.5
    longest_wait_seconds: float = 20


class Transport:
    """Sends calls and returns decoded answers; retries transient failures."""

    def __init__(
        self,
        host: str,
        operator_uid: str,
        client_id: str,
        client_secret: str,
        retry_policy: RetryPolicy,
        connections: int,
        requests_per_second: float | None = None,
    ) -> None:
        """Send nothing yet. `connections` is how many threads may call at once without waiting.

        Without `requests_per_second` requests are not spaced. Raises BadConnection if `host` is not the start of a URL.
        """
        self.host = _validated(host)
        self.retry_policy = retry_policy
        self.tally = RequestTally()
        self._base = f"{self.host}/provisioning/v1/operators/{quote(operator_uid, safe='')}"
        self._client_id = client_id
        self._basic = HTTPBasicAuth(client_id.encode(), client_secret.encode())
        self._session = requests.Session()
        self._session.headers.update({"Accept": ACCEPT, "User-Agent": "multitv"})
        adapter = HTTPAdapter(pool_connections=1, pool_maxsize=connections, pool_block=True)
        self._session.mount(self.host, adapter)
        # Proxies and certificates of the environment, looked up once instead of for every call.
        self._environment = self._session.merge_environment_settings(self.host, {}, None, None, None)
        self._token: SecretStr | None = None
        self._token_lock = threading.Lock()
        self._pause = SharedPause()
        self._rate_limiter = RateLimiter(requests_per_second) if requests_per_second else None

    def close(self) -> None:
        """Close the pool's connections."""
        self._session.close()

    def send(self, call: Call) -> Any:
        """Return the decoded answer to a call, None for one without a body.

        Raises PlatformUnavailable, NotJson, TokenRefused, WrongCredentials, OperatorMismatch, BadAnswer, Refused.
        """
        return self.send_for(call, decoded)

    def send_for(self, call: Call, decode: Callable[[requests.Response], T]) -> T | None:
        """Return what `decode` makes of the answer, None for one without a body. Raises as `send`."""
        return self._retry(call, lambda: self._with_token(call, decode))

    def _retry(self, call: Call, once: Callable[[], T]) -> T:
        retry_policy = self.retry_policy
        attempts = Retrying(
            retry=retry_if_exception_type(TransientFailure),
            wait=wait_random_exponential(
                multiplier=retry_policy.first_wait_seconds, max=retry_policy.longest_wait_seconds
            ),
            stop=stop_after_attempt(retry_policy.tries) | stop_before_delay(retry_policy.total_seconds),
            before_sleep=lambda state: self._log_retry(call, state),
            reraise=True,
        )
        try:
            return attempts(once)
        except TransientFailure as last:
            tries, seconds = attempts.statistics["attempt_number"], attempts.statistics["delay_since_first_attempt"]
            happened = (
                f"Beenius at {self.host} did not answer {call} as it should: {last} "
                f"({tries} {'try' if tries == 1 else 'tries'} in {seconds:.0f} s)."
            )
            error = last.final(f"{happened} {call.next_step}")
            if isinstance(error, Unanswered):
                error.happened = happened
            raise error from last

    def _log_retry(self, call: Call, state: RetryCallState) -> None:
        failure = state.outcome.exception() if state.outcome else None
        log.warning(
            "Beenius: %s: %s. Try %s of %s follows in %.1f s.",
            call,
            failure,
            state.attempt_number + 1,
            self.retry_policy.tries,
            state.upcoming_sleep,
        )

    def _with_token(self, call: Call, decode: Callable[[requests.Response], T]) -> T | None:
        used: list[SecretStr] = []

        def bearer() -> AuthBase:
            used.append(self._current_token())
            return _Bearer(used[-1])

        response = self._send_within_limits(call, bearer)
        if response.status_code == 401:
            self._discard(used[-1])
            response = self._send_within_limits(call, bearer)
        if response.status_code == 401:
            raise TransientFailure(
                f"it refused the access token that it had just issued ({error_code(response)})", TokenRefused
            )
        return value_of(self.host, call, response, decode)

    def _current_token(self) -> SecretStr:
        with self._token_lock:
            if self._token is None:
                self._token = self._retry(_TOKEN, self._ask_for_token)
            return self._token

    def _discard(self, refused: SecretStr) -> None:
        """Have the next call ask for a token; of several threads with the same refused one, only the first does."""
        with self._token_lock:
            if self._token is refused:
                self._token = None

    def _ask_for_token(self) -> SecretStr:
        response = self._send_within_limits(_TOKEN, lambda: self._basic)
        if response.status_code in (400, 401, 403):
            raise WrongCredentials(
                f"Beenius at {self.host} does not accept client id '{self._client_id}' with its secret "
                f"({response.status_code} {error_code(response)}): correct login and password of the connection, "
                "then clear this task. Nothing was written."
            )
        return parsed(self.host, _TOKEN, Token, value_of(self.host, _TOKEN, response, decoded)).access_token

    def _send_within_limits(self, call: Call, auth: Callable[[], AuthBase]) -> requests.Response:
        """Exchange one call, waiting out every 'slow down' of the platform to this or any other thread.

        Asks for `auth` after the wait, which may outlast a token.
        """
        deadline = time.monotonic() + self.retry_policy.total_seconds
        while True:
            if not self._pause.wait(deadline):
                raise RateLimited(
                    f"Beenius at {self.host} limits our rate, and {call} could not be sent within "
                    f"{self.retry_policy.total_seconds:.0f} s. It was refused before it did anything: clear this task."
                )
            if self._rate_limiter:
                self._rate_limiter.wait()
            response = self._exchange(call, auth())
            if response.status_code != 429:
                return response
            if self._rate_limiter:
                self._rate_limiter.slow_down()
            asked = retry_after(response)
            seconds = max(self.retry_policy.first_wait_seconds, 0.0 if asked is None else asked)
            log.warning("Beenius: %s: told to slow down; every thread waits %.1f s.", call, seconds)
            self._pause.extend(seconds)

    def _exchange(self, call: Call, auth: AuthBase) -> requests.Response:
        headers = {"X-Request-Id": str(uuid.uuid4())}
        if call.idempotency_key is not None:
            headers["Idempotency-Key"] = call.idempotency_key
        if call.if_match is not None:
            headers["If-Match"] = call.if_match
        to_token = call is _TOKEN
        began, status = time.monotonic(), None
        try:
            request = requests.Request(
                call.method,
                (self.host if to_token else self._base) + call.path,
                # requests goes through an empty tuple, and skips None.
                params=call.params or None,
                json=call.body,
                data={"grant_type": "client_credentials"} if to_token else None,
                headers=headers,
                auth=auth,
            )
            response = self._session.send(
                self._session.prepare_request(request),
                timeout=(self.retry_policy.connect_seconds, self.retry_policy.read_seconds),
                # A redirect would turn a write into a read, and send the token to the host that it names.
                allow_redirects=False,
                **self._environment | {"stream": True},
            )
            self._read_body(response, began + self.retry_policy.total_seconds)
            status = response.status_code
            return response
        except requests.exceptions.InvalidURL as error:
            raise BadConnection(
                f"{self.host} is not an address of a platform: correct the host of the connection."
            ) from error
        except (requests.RequestException, DecodeError, ProtocolError, ReadTimeoutError) as error:
            raise TransientFailure(self._cause(error)) from error
        finally:
            self.tally.add(status, time.monotonic() - began)

    def _read_body(self, response: requests.Response, deadline: float) -> None:
        """Read the whole body. It may trickle, since only the pause between two parts is limited, but not for ever."""
        parts = []
        while part := response.raw.read1(_PART, decode_content=True):
            parts.append(part)
            if time.monotonic() > deadline:
                response.close()
                raise TransientFailure(f"its answer was not complete within {self.retry_policy.total_seconds:g} s")
        response._content = b"".join(parts)

    def _cause(self, error: BaseException) -> str:
        if isinstance(error, requests.ConnectTimeout):
            return f"no connection within {self.retry_policy.connect_seconds:g} s"
        if isinstance(error, requests.Timeout | ReadTimeoutError):
            return f"no answer within {self.retry_policy.read_seconds:g} s"
        while error.__cause__ or error.__context__:
            error = error.__cause__ or error.__context__ or error
        return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__


class _Bearer(AuthBase):
    """The token as an `auth` object, which overrides a ~/.netrc; a plain header does not."""

    def __init__(self, token: SecretStr) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token.get_secret_value()}"
        return request


def _validated(host: str) -> str:
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
