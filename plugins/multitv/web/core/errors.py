"""What the pages and the JSON API show of an error: its status and code, and its sentence of labels.SENTENCES.

One handler decides and logs it for both; they differ only in the form of the answer (app.py, api.py).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from multitv.errors import MultiTVError, Refusal
from multitv.labels import SENTENCES, sentence
from multitv.web.core.unhandled_errors import UnhandledErrors

log = logging.getLogger(__name__)
E = TypeVar("E", bound=Callable[..., Any])

_READS = frozenset({"GET", "HEAD", "OPTIONS"})

# By the status of what Starlette or FastAPI raises: its code, and the key of its sentence.
_HTTP = {
    400: ("unreadable", "request_unreadable"),
    401: ("unauthorized", "login_missing"),
    403: ("forbidden", "request_forbidden"),
    404: ("not_found", "page_not_found"),
    405: ("method_not_allowed", "method_not_allowed"),
    413: ("too_large", "body_too_large"),
}
_HTTP_OTHER = ("refused", "request_refused")

# By pydantic's type of error: the key of its sentence, which shows pydantic's own parameters.
_WRONG_VALUES = {
    "json_invalid": "not_json",
    "missing": "value_missing",
    "extra_forbidden": "value_unknown",
    "model_type": "value_not_object",
    "model_attributes_type": "value_not_object",
    "dict_type": "value_not_object",
    "list_type": "value_not_list",
    "too_short": "list_too_short",
    "too_long": "list_too_long",
    "string_type": "value_not_text",
    "not_utf8": "value_not_utf8",
    "string_unicode": "value_not_utf8",
    "string_too_short": "text_too_short",
    "string_too_long": "text_too_long",
    "string_pattern_mismatch": "value_wrong_form",
    "bool_type": "value_not_boolean",
    "bool_parsing": "value_not_boolean",
    "int_type": "value_not_integer",
    "int_parsing": "value_not_integer",
    "int_parsing_size": "value_not_integer",
    "int_from_float": "value_not_integer",
    "float_type": "value_not_number",
    "float_parsing": "value_not_number",
    "finite_number": "value_not_number",
    "decimal_type": "value_not_number",
    "decimal_parsing": "value_not_number",
    "not_money": "value_not_money",
    "not_a_day": "value_not_day",
    "date_type": "value_not_day",
    "date_parsing": "value_not_day",
    "date_from_datetime_parsing": "value_not_day",
    "date_from_datetime_inexact": "value_not_day",
    "literal_error": "value_not_listed",
    "enum": "value_not_listed",
    "greater_than": "value_not_above",
    "greater_than_equal": "value_below",
    "less_than": "value_not_below",
    "less_than_equal": "value_above",
}


@dataclass(frozen=True)
class ErrorInfo:
    """What is shown of an error: HTTP status, a word for programs, a sentence in Portuguese, the field it is about."""

    status: int
    code: str
    message: str
    headers: Mapping[str, str]
    field: str | None = None


UNEXPECTED = ErrorInfo(500, "internal_error", sentence("unexpected"), {})


def describe_error(error: Exception, *, writes: bool) -> ErrorInfo:
    """Return what is shown of an error, UNEXPECTED if it has no words.

    `writes`: the request asks for a change, so the message also says whether something may have been written.
    """
    info, wrote_nothing = _info_and_wrote_nothing(error)
    if not writes or wrote_nothing is None:
        return info
    return replace(info, message=f"{info.message} {sentence('nothing_written' if wrote_nothing else 'maybe_written')}")


def only_reads(endpoint: E) -> E:
    """Mark the handler of a POST that changes nothing: its errors say nothing of what was written."""
    endpoint.only_reads = True  # type: ignore[attr-defined]
    return endpoint


def describe_refusal(refused: Refusal) -> ErrorInfo:
    """Return what a form shows when the change that it asks for is refused."""
    return describe_error(refused, writes=True)


def handle_errors(app: FastAPI, answer: Callable[[Request, ErrorInfo], Response]) -> None:
    """Handle all errors of an application: log those that are ours to mend, and answer each in the form of `answer`."""

    async def handle(request: Request, error: Exception) -> Response:
        info = describe_error(error, writes=_asks_for_a_change(request))
        if info.code == UNEXPECTED.code:
            log.error("%s %s failed", request.method, request.url.path, exc_info=error)
        elif info.status >= 500:
            log.error("%s %s: %s", request.method, request.url.path, error)
        return answer(request, info)

    for kind in (HTTPException, RequestValidationError, MultiTVError):
        app.add_exception_handler(kind, handle)
    app.add_middleware(UnhandledErrors, handle=handle)


def _asks_for_a_change(request: Request) -> bool:
    return request.method not in _READS and not getattr(request.scope.get("endpoint"), "only_reads", False)


def _info_and_wrote_nothing(error: Exception) -> tuple[ErrorInfo, bool | None]:
    """Return what is shown of an error, and whether nothing was written when it was raised."""
    if isinstance(error, MultiTVError) and error.cause in SENTENCES:
        message = sentence(error.cause, error.parameters)
        headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
        return ErrorInfo(error.status, error.code, message, headers, error.field), error.wrote_nothing
    if isinstance(error, RequestValidationError):
        return _wrong_value(error.errors()[0]), True
    if isinstance(error, HTTPException):
        code, cause = _HTTP.get(error.status_code, _HTTP_OTHER)
        # Raised before any handler of ours runs.
        return ErrorInfo(error.status_code, code, sentence(cause), error.headers or {}), True
    return UNEXPECTED, False


def _wrong_value(found: Any) -> ErrorInfo:
    """Return what is shown of the first error that pydantic found in a request."""
    kind = found["type"]
    # What is no JSON has a position in the body, and no fields.
    path = "" if kind == "json_invalid" else ".".join(str(part) for part in found["loc"][1:])
    shown = {"field": path or "corpo"} | found.get("ctx", {})
    message = sentence(_WRONG_VALUES.get(kind, "value_wrong"), shown)
    return ErrorInfo(422, "invalid_request", message, {}, path or None)
