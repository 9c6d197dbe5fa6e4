"""Interprets an answer of the platform: its value, one of our errors, or a reason to try again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from threading import Lock
from time import time
from typing import Any, NoReturn, TypeVar

import msgspec
from pydantic import SecretStr
from requests import Response

from multitv.beenius.errors import (
    BadAnswer,
    NotFound,
    NotJson,
    OperatorMismatch,
    PlatformUnavailable,
    Refused,
    RowRejected,
    SubscriberExists,
    VersionConflict,
)
from multitv.beenius.models import ErrorBody, ErrorDetail
from multitv.errors import PermanentError, TransientError

W = TypeVar("W", bound=msgspec.Struct)
_models: dict[Any, Any] = {}
_first_use = Lock()
T = TypeVar("T")
_SHOWN = 300
_RESET_CONTENT = (204, 205)
_HTML = re.compile(rb"\s*<(?:!doctype|html|head|body)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Call:
    """A request without the parts that every request has. `path` is relative to the operator."""

    method: str
    path: str
    params: tuple[tuple[str, str | int], ...] = ()
    body: Mapping[str, str | None] | None = None
    idempotency_key: str | None = None
    if_match: str | None = None

    @property
    def writes(self) -> bool:
        return self.idempotency_key is not None

    @property
    def next_step(self) -> str:
        """What a person may rely on, and do, when the call failed without an answer."""
        if self.writes:
            return (
                "Whether the platform carried it out is not known; repeating it with the same Idempotency-Key is "
                "harmless: clear this task to do so."
            )
        return "Nothing was written; once the platform is well again, clear this task to resume."

    def __str__(self) -> str:
        query = "&".join(f"{name}={value}" for name, value in self.params)
        return f"{self.method} {self.path}{'?' if query else ''}{query}"


class TransientFailure(Exception):
    """A failure worth retrying; `final` is the error raised if retries do not help."""

    def __init__(self, cause: str, final: type[TransientError] = PlatformUnavailable) -> None:
        super().__init__(cause)
        self.final = final


def value_of(host: str, call: Call, response: Response, decode: Callable[[Response], T]) -> T | None:
    """Return the decoded body, or None for an answer without one. The caller handles 401 and 429.

    Raises TransientFailure, BadAnswer, OperatorMismatch, Refused or a subclass of it.
    """
    status = response.status_code
    if status in _RESET_CONTENT:
        return None
    if status < 300:
        return decode(response)
    if status < 400:
        raise BadAnswer(
            f"Beenius at {host} answered {call} with a redirect to {response.headers.get('location', 'nowhere')}: "
            "correct the host of the connection (http or https, and the name). Nothing was written."
        )
    if status >= 500 or status == 408:
        raise TransientFailure(_failure(response))
    raise _refusal(host, call, response)


def decoded(response: Response) -> Any:
    """Return the body as JSON. Raises TransientFailure (NotJson), since a proxy's error page usually goes away."""
    try:
        return json.loads(response.content, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise not_json(response) from error


def fields_of(response: Response) -> Mapping[str, Any]:
    """Return the fields of an answer to a write, none if its body is empty or something else than an object.

    Raises TransientFailure (NotJson) as `ignored`.
    """
    ignored(response)
    try:
        body = json.loads(response.content)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def ignored(response: Response) -> None:
    """Decode nothing: the status says that a write was carried out.

    Raises TransientFailure (NotJson) for a page of HTML: a proxy answered, and the platform may know nothing of it.
    """
    if _HTML.match(response.content):
        raise not_json(response)


def parsed(host: str, call: Call, model: type[W], value: Any) -> W:
    """Convert the value to a wire model. Raises BadAnswer, naming the call and the first wrong field."""
    try:
        converted: W = msgspec.convert(value, _learned(model), dec_hook=_secret)
    except msgspec.ValidationError as error:
        raise _bad_answer(host, call, error) from error
    return converted


def _learned(model: type[W]) -> type[W]:
    """Return the model once msgspec knows its fields, which it looks up when it first meets a type.

    Threads that meet a new type at the same moment hang for ever, or crash the process (msgspec 0.22): one of them
    goes first.
    """
    if model not in _models:
        with _first_use:
            if model not in _models:
                with suppress(msgspec.ValidationError):
                    msgspec.convert(None, model, dec_hook=_secret)
                _models[model] = model
    # Of two equal generic types, the one that is known.
    known: type[W] = _models[model]
    return known


def error_code(response: Response) -> str:
    """Return the platform's error code, or the reason phrase of the status line if there is none."""
    return _detail(response).code


def retry_after(response: Response) -> float | None:
    """Return how many seconds a 429 asks us to wait; None if it does not say."""
    text = response.headers.get("retry-after", "")
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time())
    except ValueError:
        return None


def told_at(response: Response) -> datetime | None:
    """Return the time of an answer by the clock of who sent it; None if it does not tell."""
    try:
        moment = parsedate_to_datetime(response.headers.get("date", ""))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _refusal(host: str, call: Call, response: Response) -> PermanentError:
    status = response.status_code
    body = parsed(host, call, ErrorBody, decoded(response))
    detail = body.error
    request_id = response.request.headers.get("X-Request-Id", "")
    field = f", field {detail.field}" if detail.field else ""
    message = (
        f"Beenius at {host} refused {call}: {status} {detail.code}: {detail.message[:_SHOWN]} "
        f"(request {request_id}{field})"
    )
    if not call.writes:
        message = f"{message}. Nothing was written"
    if status == 403 and detail.code == "OPERATOR_MISMATCH":
        return OperatorMismatch(
            f"{message}. Correct operator_uid in the extra of the connection, then clear this task."
        )
    if call.writes and detail.code == "SUBSCRIBER_EXISTS" and detail.uid:
        return SubscriberExists(
            message, http_status=status, platform_code=detail.code, field=detail.field, uid=detail.uid
        )
    return _kind(call, status)(message, http_status=status, platform_code=detail.code, field=detail.field)


def _kind(call: Call, status: int) -> type[Refused]:
    if status == 404:
        return NotFound
    if not call.writes:
        return Refused
    if status == 412:
        return VersionConflict
    return RowRejected if status in (400, 409, 422) else Refused


def _detail(response: Response) -> ErrorDetail:
    try:
        body: ErrorBody = _decoder(ErrorBody).decode(response.content)
    except (ValueError, RecursionError):
        return ErrorDetail(code=response.reason or "without a reason")
    return body.error


def _failure(response: Response) -> str:
    detail = _detail(response)
    return f"it answered {response.status_code} {detail.code}{': ' if detail.message else ''}{detail.message[:_SHOWN]}"


def _bad_answer(host: str, call: Call, error: msgspec.ValidationError) -> BadAnswer:
    return BadAnswer(
        f"Beenius at {host} answered {call} with something that the contract does not know: {error}. "
        "Compare the platform's version with the contract in docs/reconciliation.md; trying again won't help."
    )


def not_json(response: Response) -> TransientFailure:
    """Return the failure of an answer that is not JSON, which usually passes."""
    kind = response.headers.get("content-type", "no content type")
    size = len(response.content)
    return TransientFailure(
        f"the body of its {response.status_code} answer is not JSON ({kind}, {size} bytes)", NotJson
    )


@cache
def _decoder(model: type[W]) -> msgspec.json.Decoder[W]:
    return msgspec.json.Decoder(model, dec_hook=_secret)


def _secret(kind: type, value: Any) -> SecretStr:
    """Wrap a value that no message may show. SecretStr is the only type that msgspec does not know."""
    del kind
    if not isinstance(value, str) or not value:
        raise ValueError("Expected a secret")
    return SecretStr(value)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
