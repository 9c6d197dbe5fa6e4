"""Faults that change the content of an answer. Each takes a decoded body and returns the edit to make, if any."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from include.sandbox.answers import Answer
from include.sandbox.errors import compact
from include.sandbox.faults import Fault, Kind


def apply_content_fault(answer: Answer, fault: Fault, path: str) -> Answer | None:
    """Return the answer as the fault changes it, or None if the fault does not apply or is not played this time."""
    if answer.status >= 300 or not answer.body:
        return None
    body = json.loads(answer.body)
    change = CONTENT_FAULTS[fault.spec.kind](body, fault, path)
    if change is None or not fault.take():
        return None
    change()
    return replace(answer, body=compact(body).encode())


Edit = Callable[[], None]


def _is_page(body: Any) -> bool:
    return isinstance(body, dict) and {"list", "rowCount"} <= body.keys()


def _short(body: Any, fault: Fault, path: str) -> Edit | None:
    if not _is_page(body) or not body["list"]:
        return None
    return lambda: body.update(list=body["list"][: -fault.spec.rows])


def _drift(body: Any, fault: Fault, path: str) -> Edit | None:
    if not _is_page(body):
        return None
    return lambda: body.update(rowCount=body["rowCount"] + fault.played * fault.spec.rows)


def _duplicate(body: Any, fault: Fault, path: str) -> Edit | None:
    if not _is_page(body) or not body["list"]:
        return None
    number = body["pageNumber"]
    fault.last_rows[path, number] = body["list"][-1]
    before = fault.last_rows.get((path, number - 1))
    return None if before is None else lambda: body["list"].__setitem__(0, before)


def _empty(body: Any, fault: Fault, path: str) -> Edit | None:
    return (lambda: body.update(list=[], rowCount=0)) if _is_page(body) else None


def _upper(body: Any, fault: Fault, path: str) -> Edit | None:
    devices = [found for found in _devices(body) if found["mac"] != found["mac"].upper()]
    return (lambda: _capitalise(devices)) if devices else None


def _capitalise(devices: list[dict[str, Any]]) -> None:
    for device in devices:
        device["mac"] = device["mac"].upper()


def _devices(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return [device for item in value for device in _devices(item)]
    if not isinstance(value, dict):
        return []
    if isinstance(value.get("mac"), str):
        return [value]
    return _devices(list(value.values()))


CONTENT_FAULTS: dict[Kind, Callable[[Any, Fault, str], Edit | None]] = {
    Kind.SHORT_PAGE: _short,
    Kind.ROW_COUNT_DRIFT: _drift,
    Kind.DUPLICATE_ROWS: _duplicate,
    Kind.EMPTY_LIST: _empty,
    Kind.UPPER_CASE_MAC: _upper,
}
