"""Reads subscribers as the platform sends them: sound ones at full speed, the others field by field.

A field that we would overwrite anyway may hold anything: a name, what is told of a device. A field that has to be known
before a subscriber is changed makes it unreadable if it is odd: that one, and no other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar, cast, get_args

import msgspec
from msgspec.structs import force_setattr
from requests import Response

from multitv.beenius.answers import Call, not_json, parsed
from multitv.beenius.models import (
    Device,
    Fault,
    PageBody,
    Status,
    Subscriber,
    Subscription,
    UnreadableSubscriber,
    mac_of,
)

T = TypeVar("T")
AnySubscriber = Subscriber | UnreadableSubscriber
STATUSES: tuple[str, ...] = get_args(Status)
_SHOWN = 60
# What JSON can say, and nobody can send or store.
_NO_TEXT = re.compile("[\0\ud800-\udfff]")
# A MAC a line, as we write them. For a whole page, and not in the type: msgspec matches patterns several times slower.
_are_macs = re.compile(r"(?:[0-9a-f]{2}(?::[0-9a-f]{2}){5}\n)*").fullmatch
_MAC_LENGTH = 18
# Made here, because threads that meet a type for the first time at the same moment can hang inside msgspec.
_SOUND_PAGE = msgspec.json.Decoder(PageBody[Subscriber])
_RAW_PAGE = msgspec.json.Decoder(PageBody[msgspec.Raw])
_SOUND = msgspec.json.Decoder(Subscriber)
_NUL = rb"\u0000"


def decoded_page(host: str, call: Call, response: Response) -> PageBody[AnySubscriber]:
    """Decode a page of subscribers, odd ones among them. Raises TransientFailure (NotJson), BadAnswer."""
    body = response.content
    try:
        sound = _SOUND_PAGE.decode(body)
    except ValueError:
        pass
    else:
        if _NUL not in body and _are_sound(sound.rows):
            return cast("PageBody[AnySubscriber]", sound)
    try:
        raw = _RAW_PAGE.decode(body)
    except (ValueError, RecursionError):
        # Some row has text that msgspec refuses, or this is no page.
        try:
            value = lenient_json(body)
        except (ValueError, RecursionError) as error:
            raise not_json(response) from error
        page = parsed(host, call, PageBody[Any], value)
        return _with_rows(page, [subscriber_of(row) for row in page.rows])
    return _with_rows(raw, [_of_raw(row) for row in raw.rows])


def lenient_json(body: bytes) -> Any:
    """Decode JSON that may hold broken UTF-8, lone surrogates and NaN. Raises ValueError, RecursionError."""
    return json.loads(body.decode("utf-8", "replace"), parse_constant=str)


def subscriber_of(row: Any) -> AnySubscriber:
    """Read one subscriber from decoded JSON, whatever its fields hold."""
    if not isinstance(row, dict):
        return UnreadableSubscriber(None, None, (_fault("subscriber_is_no_object", row),))
    faults: list[Fault] = []
    uid, external_id = _uid(row.get("uid")), _external_id(row.get("external_id"))
    if uid is None:
        faults.append(_fault("uid_is_missing", row.get("uid")))
    status = row.get("status")
    status = status.strip().upper() if isinstance(status, str) else status
    if status not in STATUSES:
        faults.append(_fault("status_is_unknown", status))
    services = _each(row.get("services"), _service, "service_is_unreadable", faults)
    devices = _each(row.get("devices"), _device, "device_is_unreadable", faults)
    if faults or uid is None:
        return UnreadableSubscriber(uid, external_id, tuple(faults), tuple(device.mac for device in devices))
    return Subscriber(
        uid=uid,
        first_name=text_of(row.get("first_name")) or "",
        last_name=text_of(row.get("last_name")) or "",
        status=cast("Status", status),
        services=services,
        devices=devices,
        version=_version(row.get("version")),
        external_id=external_id,
    )


def text_of(value: Any) -> str | None:
    """Return a text or a whole number as text, None for anything else. A lone surrogate or NUL in it is replaced."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _NO_TEXT.sub("\ufffd", value) if isinstance(value, str) else None


def _of_raw(row: msgspec.Raw) -> AnySubscriber:
    body = bytes(row)
    try:
        sound = _SOUND.decode(body)
    except ValueError:
        return subscriber_of(lenient_json(body))
    return sound if _NUL not in body and _are_sound([sound]) else subscriber_of(lenient_json(body))


def _are_sound(rows: list[Subscriber]) -> bool:
    """Write the MACs of subscribers that have the right types as we do, and tell whether they are sound."""
    devices = [device for row in rows for device in row.devices]
    lines = "\n".join([*[device.mac for device in devices], ""])
    ours = len(lines) == _MAC_LENGTH * len(devices) and _are_macs(lines) is not None
    return (ours or all(map(_normalise, devices))) and not any(map(str.isspace, [row.uid for row in rows]))


def _normalise(device: Device) -> bool:
    mac = mac_of(device.mac)
    if mac is not None:
        force_setattr(device, "mac", mac)
    return mac is not None


def _with_rows(page: PageBody[Any], rows: list[AnySubscriber]) -> PageBody[AnySubscriber]:
    return PageBody(rows=rows, number=page.number, size=page.size, row_count=page.row_count)


def _each(value: Any, read: Callable[[Any], T | None], code: str, faults: list[Fault]) -> tuple[T, ...]:
    """Read a list, null for an empty one; what cannot be read is added to the faults."""
    entries = [] if value is None else value if isinstance(value, list) else [value]
    found: list[T] = []
    for entry in entries:
        one = read(entry)
        if one is None:
            faults.append(_fault(code, entry))
        else:
            found.append(one)
    return tuple(found)


def _service(entry: Any) -> Subscription | None:
    uid = _uid(entry.get("service_uid")) if isinstance(entry, dict) else None
    if uid is None:
        return None
    end = entry.get("active_to")
    if end is None or end == "":
        return Subscription(uid)
    try:
        return Subscription(uid, datetime.fromisoformat(end.strip().upper()))
    except (AttributeError, ValueError):
        return None


def _device(entry: Any) -> Device | None:
    mac = mac_of(str(entry.get("mac"))) if isinstance(entry, dict) else None
    if mac is None:
        return None
    return Device(mac, *(text_of(entry.get(name)) for name in ("device_type_uid", "serial", "label", "status")))


def _uid(value: Any) -> str | None:
    uid = text_of(value)
    return uid if uid and not uid.isspace() else None


def _external_id(value: Any) -> str | None:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    external_id = text_of(value)
    return external_id if external_id is not None or value is None else _shown(value)


def _version(value: Any) -> int | None:
    text = (text_of(value) or "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 40 else None


def _fault(code: str, received: Any) -> Fault:
    return Fault(code, _shown(received))


def _shown(value: Any) -> str:
    return json.dumps(value, default=str)[:_SHOWN]
