"""The faults that can be switched on, and the requests that they affect. Seeded, so their order is repeatable."""

from __future__ import annotations

import random
import re
from enum import StrEnum
from itertools import count
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from include.sandbox.models import Strict

WRITES = ("POST", "PUT", "PATCH", "DELETE")
PROVISIONING = "^/provisioning/"


class Kind(StrEnum):
    LATENCY = "latency"
    TOKEN_EXPIRED = "token-expired"  # noqa: S105 - the name of a fault
    RATE_LIMITED = "rate-limited"
    SERVER_ERROR = "server-error"
    REFUSED = "refused"
    NOT_JSON = "not-json"
    DROPPED = "dropped"
    TIMEOUT_AFTER_WRITE = "timeout-after-write"
    RESET = "reset"
    TRUNCATED = "truncated"
    TRICKLE = "trickle"
    SHORT_PAGE = "short-page"
    ROW_COUNT_DRIFT = "row-count-drift"
    DUPLICATE_ROWS = "duplicate-rows"
    EMPTY_LIST = "empty-list"
    UPPER_CASE_MAC = "upper-case-mac"


PAGE_KINDS = (Kind.SHORT_PAGE, Kind.ROW_COUNT_DRIFT, Kind.DUPLICATE_ROWS, Kind.EMPTY_LIST)


class FaultSpec(Strict):
    """
    A fault to play, and the requests that it affects.

    - `latency`: wait `seconds` (default 0.02) before the platform sees the request
    - `token-expired`: all tokens expire, so this request gets 401 TOKEN_EXPIRED; a new token works
    - `rate-limited`: 429 with `Retry-After: retry_after`
    - `server-error`: `status` (500 to 599) instead of the answer; with `executed`, after the request was carried out
    - `refused`: `status` (400 to 499, default 403) with `code` instead of the answer
    - `not-json`: an HTML page with `status` (default 200); `executed` as above
    - `dropped`: the connection closes without an answer; `executed` as above
    - `timeout-after-write`: a write is committed, but its answer is held back for `seconds` (default 60)
    - `reset`: the connection is reset after half of the body
    - `truncated`: half of the body, with the `content_length` of the half ("right") or of the whole ("wrong")
    - `trickle`: the body comes in small parts over `seconds` (default 60)
    - `short-page`: the last `rows` rows of a page are missing
    - `row-count-drift`: rowCount grows by `rows` with every affected page
    - `duplicate-rows`: the first row of a page is the last row of the page before it
    - `empty-list`: no rows, rowCount 0
    - `upper-case-mac`: MACs in upper case
    """

    kind: Kind
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] | None = Field(
        None, description="Default: GET for faults of pages, any write for timeout-after-write, else all"
    )
    path: str = Field(PROVISIONING, description="Regular expression, searched in the path")
    after: int = Field(0, ge=0, description="How many matching requests to spare first")
    times: int | None = Field(None, ge=1, description="How often to play; null: until removed")
    probability: float = Field(1.0, gt=0, le=1)
    seed: int = 0
    seconds: float | None = Field(None, ge=0, le=600)
    status: int | None = Field(None, ge=200, le=599)
    code: str = "FORBIDDEN"
    retry_after: int = Field(1, ge=0)
    rows: int = Field(1, ge=1)
    content_length: Literal["right", "wrong"] = "right"
    executed: bool = False

    @field_validator("path")
    @classmethod
    def _compiles(cls, path: str) -> str:
        try:
            re.compile(path)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from error
        return path

    @model_validator(mode="after")
    def _server_status(self) -> Self:
        if self.kind is Kind.SERVER_ERROR and self.status is not None and self.status < 500:
            raise ValueError("the status of a server-error is 500 to 599")
        if self.kind is Kind.REFUSED and self.status is not None and not 400 <= self.status < 500:
            raise ValueError("the status of a refusal is 400 to 499")
        return self

    def methods(self) -> tuple[str, ...]:
        if self.method:
            return (self.method,)
        if self.kind in PAGE_KINDS:
            return ("GET",)
        return WRITES if self.kind is Kind.TIMEOUT_AFTER_WRITE else ("GET", *WRITES)


class FaultState(FaultSpec):
    """A fault that is switched on. `met` counts the requests that matched, `played` those that were affected."""

    id: int
    met: int
    played: int


class Fault:
    """A fault that is switched on, with its counters."""

    def __init__(self, number: int, spec: FaultSpec) -> None:
        self.number = number
        self.spec = spec
        self.met = 0
        self.played = 0
        self.last_rows: dict[tuple[str, int], Any] = {}
        self._path = re.compile(spec.path)
        self._dice = random.Random(spec.seed)

    def matches(self, method: str, path: str) -> bool:
        return method in self.spec.methods() and self._path.search(path) is not None

    def take(self) -> bool:
        """Count a matching request, and return whether the fault is played on it."""
        self.met += 1
        drawn = self._dice.random() < self.spec.probability
        spent = self.spec.times is not None and self.played >= self.spec.times
        if self.met <= self.spec.after or spent or not drawn:
            return False
        self.played += 1
        return True

    def state(self) -> FaultState:
        return FaultState(**self.spec.model_dump(), id=self.number, met=self.met, played=self.played)


class Faults:
    """The faults that are switched on, oldest first. They are kept in memory only."""

    def __init__(self) -> None:
        self._faults: dict[int, Fault] = {}
        self._numbers = count(1)

    def add(self, spec: FaultSpec) -> Fault:
        fault = Fault(next(self._numbers), spec)
        self._faults[fault.number] = fault
        return fault

    def remove(self, number: int) -> bool:
        return self._faults.pop(number, None) is not None

    def clear(self) -> None:
        self._faults.clear()
        self._numbers = count(1)

    def all(self) -> list[Fault]:
        return list(self._faults.values())

    def matching(self, method: str, path: str) -> list[Fault]:
        return [fault for fault in self._faults.values() if fault.matches(method, path)]
