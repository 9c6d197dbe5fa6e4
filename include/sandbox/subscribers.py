"""The platform's rules for subscribers, their services and devices. Knows neither HTTP nor idempotency keys."""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass
from typing import Any

from include.sandbox.clock import Clock, stamp
from include.sandbox.errors import Refusal, compact
from include.sandbox.lineup import Lineup
from include.sandbox.models import NewDevice, NewSubscriber, NewSubscription, SubscriberChange
from include.sandbox.store import Store

MAC = re.compile(r"([0-9a-f]{2}:){5}[0-9a-f]{2}")
UID = re.compile(r"sub-([0-9]{8,18})")
Document = dict[str, Any]


@dataclass(frozen=True)
class Reply:
    """An answer. A repeated request gets `again` instead of `body`, since a secret is given out only once."""

    status: int
    body: str = ""
    again: str | None = None


def uid_of(number: int) -> str:
    return f"sub-{number:08d}"


def number_of(uid: str) -> int:
    """Return the number in a uid. Raises Refusal 404 if it is not a subscriber's uid."""
    match = UID.fullmatch(uid)
    if not match or uid_of(int(match[1])) != uid:
        raise _no_subscriber(uid)
    return int(match[1])


def new_pin() -> str:
    return f"{secrets.randbelow(10**8):08d}"


def live(entry: Document) -> bool:
    return entry.get("active_to") is None


def _no_subscriber(uid: str) -> Refusal:
    return Refusal(404, "SUBSCRIBER_NOT_FOUND", f"there is no subscriber {uid}")


def plain_mac(written: object) -> str:
    """Return a MAC in lower case with colons, however a person wrote it; the text as it is if it is none."""
    digits = re.sub(r"[:.\- ]", "", str(written)).lower()
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2)) if re.fullmatch("[0-9a-f]{12}", digits) else digits


def _mac(text: str) -> str:
    if not MAC.fullmatch(text):
        raise Refusal(422, "INVALID_MAC", f"{text!r} is not six lower-case pairs with colons", "mac")
    return text


class Subscribers:
    """Each change reads a document, checks the rules, and writes a new version. Callers hold the transaction."""

    def __init__(self, store: Store, lineup: Lineup, clock: Clock) -> None:
        self._store = store
        self._lineup = lineup
        self._clock = clock

    def find(self, uid: str) -> str:
        """Return the subscriber as JSON text. Raises Refusal 404."""
        body = self._store.subscriber(number_of(uid))
        if body is None:
            raise _no_subscriber(uid)
        return body

    def create(self, new: NewSubscriber) -> Reply:
        taken = self._store.by_external_id(new.external_id)
        if taken:
            uid = uid_of(taken[0][0])
            message = f"external_id {new.external_id!r} belongs to subscriber {uid}"
            raise Refusal(409, "SUBSCRIBER_EXISTS", message, "external_id", {"uid": uid})
        number, now, pin = self._store.next_id(), self._clock.text(), new_pin()
        document = {"uid": uid_of(number), **new.model_dump(), "services": [], "devices": [], "version": 1}
        document["updated_at"] = now
        body = compact(document)
        self._store.insert([(number, new.external_id, now, pin, body)])
        return Reply(201, compact(document | {"auth_pin": pin}), again=body)

    def change(self, uid: str, version: int | None, change: SubscriberChange) -> Reply:
        """Change a subscriber that is at this version; None is for one whose version a person made no number."""
        document = self._document(uid)
        if version is None and isinstance(document["version"], int):
            raise Refusal(422, "VALIDATION_ERROR", "send the subscriber's version as If-Match", "If-Match")
        if version is not None and document["version"] != version:
            raise Refusal(412, "VERSION_CONFLICT", f"{uid} is at version {document['version']}, not {version}")
        return Reply(200, self._save(document, document | change.model_dump(exclude_unset=True)))

    def remove(self, uid: str) -> Reply:
        document = self._document(uid)
        self._store.release(plain_mac(device["mac"]) for device in document["devices"])
        self._store.delete(number_of(uid))
        return Reply(204)

    def rotate_pin(self, uid: str) -> Reply:
        document = self._document(uid)
        pin = new_pin()
        self._store.set_pin(number_of(uid), pin)
        self._write(document)
        return Reply(200, compact({"auth_pin": pin}), again="{}")

    def put_service(self, uid: str, service_uid: str, new: NewSubscription) -> Reply:
        document = self._document(uid)
        service = self._lineup.service(service_uid)
        if service is None or service.gone:
            raise Refusal(404, "SERVICE_NOT_FOUND", f"the platform has no service {service_uid}")
        if not service.active:
            raise Refusal(422, "VALIDATION_ERROR", f"service {service_uid} is inactive", "service_uid")
        basic = self._live_of(document, "BASIC_SERVICE")
        if service.type == "EXTENDED_SERVICE" and not basic:
            raise Refusal(409, "BASIC_SERVICE_REQUIRED", f"{uid} has no live basic service to carry {service_uid}")
        now = self._clock.text()
        held = {entry["service_uid"]: entry for entry in document["services"]}
        if service.type == "BASIC_SERVICE":
            held |= {entry["service_uid"]: entry | {"active_to": now} for entry in basic}
        before = next((entry for entry in document["services"] if entry["service_uid"] == service_uid), None)
        start = stamp(new.active_from) if new.active_from else now
        if before and live(before) and new.active_from is None:
            start = before["active_from"]
        held[service_uid] = {"service_uid": service_uid, "active_from": start, "active_to": None}
        self._save(document, document | {"services": list(held.values())})
        return Reply(200, compact(held[service_uid]))

    def end_service(self, uid: str, service_uid: str) -> Reply:
        document = self._document(uid)
        entry = next((e for e in document["services"] if e["service_uid"] == service_uid and live(e)), None)
        if entry is None:
            raise Refusal(404, "SERVICE_NOT_FOUND", f"{uid} has no live service {service_uid}")
        if entry in self._live_of(document, "BASIC_SERVICE") and self._live_of(document, "EXTENDED_SERVICE"):
            message = f"{uid} has live extended services that {service_uid} carries; end them first"
            raise Refusal(409, "BASIC_SERVICE_REQUIRED", message)
        ended = entry | {"active_to": self._clock.text()}
        self._save(document, document | {"services": [ended if e is entry else e for e in document["services"]]})
        return Reply(204)

    def put_device(self, uid: str, mac: str, new: NewDevice) -> Reply:
        document = self._document(uid)
        number, owner = number_of(uid), self._store.owner(_mac(mac))
        if not self._lineup.has_device_type(new.device_type_uid):
            message = f"there is no device type {new.device_type_uid}"
            raise Refusal(422, "VALIDATION_ERROR", message, "device_type_uid")
        if owner not in (None, number):
            raise Refusal(409, "DEVICE_ASSIGNED_ELSEWHERE", f"{mac} is on another subscriber", "mac")
        device = {"mac": mac, **new.model_dump(), "status": "ACTIVE"}
        if owner is None:
            limit = self._device_limit(document)
            if len(document["devices"]) >= limit:
                raise Refusal(409, "DEVICE_LIMIT_EXCEEDED", f"the live services of {uid} allow {limit} devices")
            self._store.claim([(mac, number)])
            devices = [*document["devices"], device]
        else:
            devices = [device if plain_mac(old["mac"]) == mac else old for old in document["devices"]]
        self._save(document, document | {"devices": devices})
        return Reply(200, compact(device))

    def release_device(self, uid: str, mac: str) -> Reply:
        document = self._document(uid)
        if self._store.owner(_mac(mac)) != number_of(uid):
            raise Refusal(404, "DEVICE_NOT_FOUND", f"{uid} has no device {mac}")
        self._store.release([mac])
        left = [old for old in document["devices"] if plain_mac(old["mac"]) != mac]
        self._save(document, document | {"devices": left})
        return Reply(204)

    def _document(self, uid: str) -> Document:
        document: Document = json.loads(self.find(uid))
        # Whoever edited it by hand may have left null.
        return document | {"uid": uid} | {name: document[name] or [] for name in ("services", "devices")}

    def _live_of(self, document: Document, kind: str) -> list[Document]:
        found = []
        for entry in filter(live, document["services"]):
            service = self._lineup.service(entry["service_uid"])
            if service and service.type == kind:
                found.append(entry)
        return found

    def _device_limit(self, document: Document) -> int:
        services = [self._lineup.service(entry["service_uid"]) for entry in filter(live, document["services"])]
        return max((service.max_devices for service in services if service), default=0)

    def _save(self, before: Document, after: Document) -> str:
        """Write `after` if it differs; an unchanged subscriber keeps its version."""
        return compact(before) if after == before else self._write(after)

    def _write(self, document: Document) -> str:
        now = self._clock.text()
        # What a person made of it may be no number.
        version = document["version"] + 1 if isinstance(document["version"], int) else document["version"]
        body = compact(document | {"version": version, "updated_at": now})
        self._store.update(number_of(document["uid"]), now, body)
        return body
