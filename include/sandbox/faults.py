"""The faults that can be switched on, and which requests they meet: seeded, so a fixed order has a fixed outcome."""

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
    NOT_JSON = "not-json"
    DROPPED = "dropped"
    TIMEOUT_AFTER_WRITE = "timeout-after-write"
    RESET = "reset"
    TRUNCATED = "truncated"
    SHORT_PAGE = "short-page"
    ROW_COUNT_DRIFT = "row-count-drift"
    DUPLICATE_ROWS = "duplicate-rows"
    EMPTY_LIST = "empty-list"
    UPPER_CASE_MAC = "upper-case-mac"


PAGE_KINDS = (Kind.SHORT_PAGE, Kind.ROW_COUNT_DRIFT, Kind.DUPLICATE_ROWS, Kind.EMPTY_LIST)


class FaultSpec(Strict):
    """
    What to play, and on which requests.

    - `latency`: wait `seconds` (0.02 unless told) before the platform sees the request
    - `token-expired`: all tokens end, so that this request gets 401 TOKEN_EXPIRED and a new token works
    - `rate-limited`: 429 with `Retry-After: retry_after`
    - `server-error`: `status` (500 to 599) instead of the answer; with `executed`, after the platform did the work
    - `not-json`: an HTML page with `status` (200 unless told); `executed` as above
    - `dropped`: the connection closes without an answer; `executed` as above
    - `timeout-after-write`: a write is committed, its answer is held for `seconds` (60 unless told)
    - `reset`: the connection is reset when half of the body was sent
    - `truncated`: half of the body, with the `content_length` of the half ("right") or of the whole ("wrong")
    - `short-page`: the last `rows` rows of a page are missing
    - `row-count-drift`: rowCount is `rows` more with every page that it meets
    - `duplicate-rows`: the first row of a page is the last row of the page before it
    - `empty-list`: no rows, rowCount 0
    - `upper-case-mac`: MACs in upper case
    """

    kind: Kind
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] | None = Field(
        None, description="Unless told: GET for faults of pages, any write for timeout-after-write, else all"
    )
    path: str = Field(PROVISIONING, description="Regular expression, searched in the path")
    after: int = Field(0, ge=0, description="Spare that many matching requests first")
    times: int | None = Field(None, ge=1, description="Play that often, then never again; null: until removed")
    probability: float = Field(1.0, gt=0, le=1)
    seed: int = 0
    seconds: float | None = Field(None, ge=0, le=600)
    status: int | None = Field(None, ge=200, le=599)
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
        return self

    def methods(self) -> tuple[str, ...]:
        if self.method:
            return (self.method,)
        if self.kind in PAGE_KINDS:
            return ("GET",)
        return WRITES if self.kind is Kind.TIMEOUT_AFTER_WRITE else ("GET", *WRITES)


class FaultState(FaultSpec):
    """A fault that is switched on: how many requests it could have met, and how often it was played."""

    id: int
    met: int
    played: int


class Fault:
    """A spec at work."""

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
        """Decide whether it is played now, and count it."""
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
    """Those switched on, in the order of switching on. They end with the process."""

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
