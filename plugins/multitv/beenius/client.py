"""The platform's API as Python methods. Knows the platform's contract and nothing of this house."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, Self
from urllib.parse import quote

from pydantic import SecretStr

from multitv.beenius import paging
from multitv.beenius.answers import Call, W, parsed
from multitv.beenius.errors import BadAnswer, NotFound
from multitv.beenius.models import (
    AuthPin,
    CreatedSubscriber,
    Device,
    Page,
    PageBody,
    R,
    Status,
    Subscriber,
    Subscription,
)
from multitv.beenius.transport import RetryPolicy, Transport

PAGE_SIZE = 200
MAX_PAGE_SIZE = 500
_GONE = ("SUBSCRIBER_NOT_FOUND", "SERVICE_NOT_FOUND", "DEVICE_NOT_FOUND")


class BeeniusClient:
    """A client of one operator, for up to `connections` threads. The first call fetches the access token.

    Every call may raise PlatformUnavailable, NotJson, TokenRefused (transient), WrongCredentials, OperatorMismatch,
    BadAnswer (need a person). Writes may also raise RowRejected and its subclasses, and take an idempotency key that
    the caller stores: the platform carries out a repetition with the same key and content once.
    """

    def __init__(
        self,
        host: str,
        operator_uid: str,
        client_id: str,
        client_secret: str,
        *,
        connections: int = 8,
        requests_per_second: float | None = None,
        retry_policy: RetryPolicy | None = None,
    ) -> None:
        """Send nothing yet. Raises BadConnection if `host` is not the start of a URL."""
        self._connections = connections
        self._transport = Transport(
            host,
            operator_uid,
            client_id,
            client_secret,
            retry_policy or RetryPolicy(),
            connections,
            requests_per_second,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def host(self) -> str:
        """The platform's address, without credentials."""
        return self._transport.host

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def scan(
        self, resource: str, start_over: Callable[[], None], page_size: int = PAGE_SIZE
    ) -> Iterator[Page[Mapping[str, Any]]]:
        """Yield the pages of channels, genres, device-types or services, with rows as received.

        The snapshot is complete when the iterator ends. Before that, `start_over` may be called: discard what was
        yielded so far, as the pages come again from the first. Raises IncompleteSnapshot.
        """

        def get(number: int) -> PageBody[Any]:
            call = _page(resource, number, page_size)
            return parsed(self.host, call, PageBody[Any], self._transport.send(call))

        return self._scan(resource, get, start_over, paging.uid_of_mapping)

    def scan_subscribers(
        self, start_over: Callable[[], None], repeated: Callable[[], bool], page_size: int = MAX_PAGE_SIZE
    ) -> Generator[Page[Subscriber]]:
        """Yield the pages of subscribers, as `scan` does. Raises BadAnswer for one that breaks the contract.

        Fetches pages over all connections. After the last one calls `repeated` to learn whether a uid came twice,
        since there may be more uids than fit in memory.
        """

        def get(number: int) -> PageBody[Subscriber]:
            return self._transport.send_for(_page("subscribers", number, page_size), PageBody[Subscriber])

        return self._scan("subscribers", get, start_over, attrgetter("uid"), repeated, self._connections)

    def _scan(
        self,
        resource: str,
        get: Callable[[int], PageBody[R]],
        start_over: Callable[[], None],
        uid_of: Callable[[R], str],
        repeated: Callable[[], bool] | None = None,
        at_once: int = 1,
    ) -> Generator[Page[R]]:
        pause = self._transport.retry_policy.first_wait_seconds
        return paging.scan(resource, get, start_over, uid_of, self.host, pause, repeated, at_once)

    def subscriber(self, uid: str) -> Subscriber:
        """Return a subscriber. Raises NotFound."""
        return self._read(Call("GET", _path("subscribers", uid)), Subscriber)

    def find_subscriber(self, external_id: str) -> Subscriber | None:
        """Return the subscriber with that external_id, if there is one."""
        call = Call("GET", "/subscribers", (("external_id", external_id), ("page", 1), ("page_size", 2)))
        found = self._read(call, PageBody[Subscriber]).rows
        if len(found) > 1 or any(subscriber.external_id != external_id for subscriber in found):
            raise BadAnswer(f"Beenius at {self.host} does not filter subscribers by external_id: {call}.")
        return found[0] if found else None

    def create_subscriber(
        self, external_id: str, first_name: str, last_name: str, status: Status, *, idempotency_key: str
    ) -> CreatedSubscriber:
        """Create a subscriber. If `auth_pin` is None, an earlier try created it: rotate the PIN to learn one.

        Raises SubscriberExists.
        """
        body = {"external_id": external_id, "first_name": first_name, "last_name": last_name, "status": status}
        return self._write("POST", "/subscribers", CreatedSubscriber, body, idempotency_key)

    def change_subscriber(
        self,
        uid: str,
        version: int,
        *,
        idempotency_key: str,
        first_name: str | None = None,
        last_name: str | None = None,
        status: Status | None = None,
    ) -> Subscriber:
        """Change the given fields of the subscriber as read at `version`. Raises VersionConflict, NotFound."""
        given = {"first_name": first_name, "last_name": last_name, "status": status}
        body = {name: value for name, value in given.items() if value is not None}
        return self._write("PATCH", _path("subscribers", uid), Subscriber, body, idempotency_key, version)

    def rotate_pin(self, uid: str, *, idempotency_key: str) -> SecretStr | None:
        """Replace the PIN and return the new one; None if an earlier try with this key got it. Raises NotFound."""
        return self._write("POST", _path("subscribers", uid, "auth-pin"), AuthPin, None, idempotency_key).auth_pin

    def put_service(
        self, uid: str, service_uid: str, *, idempotency_key: str, active_from: datetime | None = None
    ) -> Subscription:
        """Subscribe to a service, from now on by default; a basic service replaces the live basic one."""
        moment = None if active_from is None else f"{active_from.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
        path = _path("subscribers", uid, "services", service_uid)
        return self._write("PUT", path, Subscription, {"active_from": moment}, idempotency_key)

    def end_service(self, uid: str, service_uid: str, *, idempotency_key: str) -> bool:
        """End a service now; return False if it was no longer live."""
        return self._remove(_path("subscribers", uid, "services", service_uid), idempotency_key)

    def put_device(
        self,
        uid: str,
        mac: str,
        *,
        device_type_uid: str,
        serial: str | None,
        label: str | None,
        idempotency_key: str,
    ) -> Device:
        """Add a device, or edit the one with that MAC (lower case, colons)."""
        body = {"device_type_uid": device_type_uid, "serial": serial, "label": label}
        return self._write("PUT", _path("subscribers", uid, "devices", mac), Device, body, idempotency_key)

    def release_device(self, uid: str, mac: str, *, idempotency_key: str) -> bool:
        """Remove a device and free its MAC; return False if it was no longer there."""
        return self._remove(_path("subscribers", uid, "devices", mac), idempotency_key)

    def _read(self, call: Call, model: type[W]) -> W:
        return parsed(self.host, call, model, self._transport.send(call))

    def _write(
        self,
        method: str,
        path: str,
        model: type[W],
        body: Mapping[str, str | None] | None,
        key: str,
        version: int | None = None,
    ) -> W:
        return self._read(Call(method, path, body=body, idempotency_key=key, if_match=version), model)

    def _remove(self, path: str, key: str) -> bool:
        try:
            self._transport.send(Call("DELETE", path, idempotency_key=key))
        except NotFound as error:
            if error.platform_code not in _GONE:
                raise
            return False
        return True


def _page(resource: str, number: int, size: int) -> Call:
    return Call("GET", f"/{resource}", (("page", number), ("page_size", size)))


def _path(*segments: str) -> str:
    return "".join(f"/{quote(segment, safe=':')}" for segment in segments)
