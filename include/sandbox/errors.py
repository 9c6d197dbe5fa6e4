"""Errors as the platform answers them: a status, a code, and the contract's JSON."""

from __future__ import annotations

import json
import re
from typing import Any

VENDOR_JSON = "application/vnd.beenius+json;version=9"


_SURROGATE = re.compile("[\ud800-\udfff]")
_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def compact(value: Any) -> str:
    """Return `value` as JSON without spaces, and with no letter escaped but lone surrogates, which no text holds."""
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", _encoder.encode(value))


class Refusal(Exception):
    """An error answer. `extra` is added to the fields of the contract."""

    def __init__(
        self, status: int, code: str, message: str, field: str | None = None, extra: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.field = field
        self.extra = extra or {}
        self.headers: dict[str, str] = {}

    def body(self, request_id: str) -> str:
        """Return the error as JSON. It is retryable only if it may pass by itself (429, 5xx)."""
        error = {
            "code": self.code,
            "message": self.message,
            "field": self.field,
            "request_id": request_id,
            "retryable": self.status == 429 or self.status >= 500,
        }
        return compact({"error": error | self.extra})
