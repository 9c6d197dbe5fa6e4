"""Adds subscribers that nobody sold, as if made by hand on the platform: one, or a million."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterable, Iterable
from itertools import islice
from typing import Any

from include.sandbox.clock import Clock
from include.sandbox.errors import Refusal, compact
from include.sandbox.store import Store
from include.sandbox.subscribers import new_pin, plain_mac, uid_of

BATCH = 5_000
DEFAULTS: dict[str, Any] = {
    "external_id": None,
    "first_name": "Criado",
    "last_name": "À Mão",
    "status": "ACTIVE",
    "services": [],
    "devices": [],
}


def add(store: Store, clock: Clock, rows: Iterable[dict[str, Any]]) -> list[str]:
    """
    Add subscribers in one transaction, without checking their services and devices; return their documents.

    Raises Refusal 409 if an external id or a MAC is taken, 422 if a row has unknown fields or wrong types.
    """
    rows = list(rows)
    taken = next((row for row in rows if row.get("external_id") and store.by_external_id(row["external_id"])), None)
    if taken:
        raise Refusal(409, "SUBSCRIBER_EXISTS", f"external_id {taken['external_id']!r} is taken", "external_id")
    now, first = clock.text(), store.next_id()
    subscribers, bodies = [], []
    macs: list[tuple[str, int]] = []
    for number, row in enumerate(rows, start=first):
        body = compact(_document(number, row, now))
        bodies.append(body)
        subscribers.append((number, row.get("external_id"), now, new_pin(), body))
        macs.extend((device["mac"].lower(), number) for device in row.get("devices", ()))
    try:
        with store.transaction():
            store.insert(subscribers)
            store.claim(macs)
    except sqlite3.IntegrityError as error:
        raise Refusal(409, "SUBSCRIBER_EXISTS", f"a MAC is taken: {error}") from error
    return bodies


def edit(store: Store, clock: Clock, number: int, changes: dict[str, Any]) -> None:
    """Overwrite fields of a subscriber with any values. Raises Refusal 404 if there is none."""
    body = store.subscriber(number)
    if body is None:
        raise Refusal(404, "SUBSCRIBER_NOT_FOUND", f"there is no subscriber {uid_of(number)}")
    before = json.loads(body)
    version = before["version"] + 1 if isinstance(before["version"], int) else before["version"]
    document = before | {"version": version, "updated_at": clock.text()} | changes
    with store.transaction():
        store.update(number, document["updated_at"], compact(document))
        store.release(_macs(before))
        store.claim((mac, number) for mac in _macs(document))
        if "external_id" in changes:
            external_id = changes["external_id"]
            store.set_external_id(number, None if external_id is None else str(external_id))


def _macs(document: dict[str, Any]) -> list[str]:
    listed = document["devices"] if isinstance(document["devices"], list) else []
    return [plain_mac(device.get("mac")) for device in listed if isinstance(device, dict)]


async def load(store: Store, clock: Clock, chunks: AsyncIterable[bytes]) -> int:
    """Add subscribers from JSON lines in batches, each in one transaction; return how many. Stops at a bad batch."""
    rest, count = b"", 0
    rows: list[dict[str, Any]] = []
    async for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        rows.extend(_row(line) for line in lines if line.strip())
        while len(rows) >= BATCH:
            count += len(add(store, clock, islice(rows, BATCH)))
            del rows[:BATCH]
    rows.extend([_row(rest)] if rest.strip() else [])
    return count + len(add(store, clock, rows))


def _row(line: bytes) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise Refusal(400, "VALIDATION_ERROR", f"a line is not JSON: {error}") from error
    if not isinstance(row, dict):
        raise Refusal(422, "VALIDATION_ERROR", "a line is not a JSON object")
    return row


def _check(row: dict[str, Any]) -> None:
    """Raise Refusal 422 if the row cannot be stored; its values are not checked otherwise."""
    unknown = row.keys() - DEFAULTS.keys()
    if unknown:
        raise Refusal(422, "VALIDATION_ERROR", "a subscriber has no such field", min(unknown))
    for name, key in (("services", "service_uid"), ("devices", "mac")):
        entries = row.get(name, [])
        if not isinstance(entries, list) or not all(
            isinstance(e, dict) and isinstance(e.get(key), str) for e in entries
        ):
            raise Refusal(422, "VALIDATION_ERROR", f"{name} is a list of objects with a {key}", name)
    if not isinstance(row.get("external_id"), str | None):
        raise Refusal(422, "VALIDATION_ERROR", "external_id is text or null", "external_id")


def _document(number: int, row: dict[str, Any], now: str) -> dict[str, Any]:
    _check(row)
    document = {"uid": uid_of(number)} | DEFAULTS | row
    services = [{"active_from": now, "active_to": None} | entry for entry in document["services"]]
    blank = {"device_type_uid": "stb-android", "serial": None, "label": None, "status": "ACTIVE"}
    devices = [blank | device for device in document["devices"]]
    return document | {"services": services, "devices": devices, "version": 1, "updated_at": now}
