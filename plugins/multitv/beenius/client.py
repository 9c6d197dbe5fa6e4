"""The platform's API as Python methods. Knows the platform's contract and nothing of this house."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from datetime import UTC, datetime
from time import sleep
from typing import Any, Self
from urllib.parse import quote

from pydantic import SecretStr
from requests import Response

from multitv.beenius import paging
from multitv.beenius.answers import Call, fields_of, ignored, parsed, told_at
from multitv.beenius.errors import BadAnswer, NotFound, NotListedYet, UnreadableAnswer
from multitv.beenius.models import Counted, CreatedSubscriber, Page, PageBody, R, Status, Subscriber
from multitv.beenius.subscribers import AnySubscriber, decoded_page, subscriber_of, text_of
from multitv.beenius.tally import RequestTally
from multitv.beenius.transport import RetryPolicy, Transport

PAGE_SIZE = 200
MAX_PAGE_SIZE = 500
# More than one is a mistake of a person; how many more does not matter.
_SAME_CONTRACT = 10
_LOOKS = 4
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
        self._at_close: Callable[[RequestTally], None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def host(self) -> str:
        """The platform's address, without credentials."""
        return self._transport.host

    def at_close(self, report: Callable[[RequestTally], None]) -> None:
        """Have the tally of the requests reported when this client is closed."""
        self._at_close = report

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()
        if self._at_close is not None:
            self._at_close(self._transport.tally)

    def scan(
        self, resource: str, start_over: Callable[[], None], page_size: int = PAGE_SIZE
    ) -> Iterator[Page[Mapping[str, Any]]]:
        """Yield the pages of channels, genres, device-types or services, with rows as received.

        The snapshot is complete when the iterator ends. Before that, `start_over` may be called: discard what was
        yielded so far, as the pages come again from the first. Raises IncompleteSnapshot.
        """

        def get(number: int, size: int) -> PageBody[Any]:
            call = _page(resource, number, size)
            return parsed(self.host, call, PageBody[Any], self._transport.send(call))

        return self._scan(resource, get, start_over, paging.uid_of_mapping, page_size)

    def count_subscribers(self) -> Counted:
        """Return how many subscribers there are, and the platform's time."""
        call = _page("subscribers", 1, 1)

        def counted(response: Response) -> Counted:
            return Counted(decoded_page(self.host, call, response).row_count, told_at(response))

        answer = self._transport.send_for(call, counted)
        if answer is None:
            raise BadAnswer(f"Beenius at {self.host} answered {call} without a page.")
        return answer

    def scan_subscribers(
        self,
        start_over: Callable[[], None],
        repeated: Callable[[], bool],
        updated_since: datetime | None = None,
        page_size: int = MAX_PAGE_SIZE,
    ) -> Generator[Page[AnySubscriber]]:
        """Yield the pages of subscribers, as `scan` does, unreadable ones among them: also those without a uid.

        `updated_since`, by the platform's clock: only those that were made or changed since. Deleted ones are in no
        list.

        Fetches pages over all connections. After the last one calls `repeated` to learn whether a uid came twice,
        since there may be more uids than fit in memory.
        """

        def get(number: int, size: int) -> PageBody[AnySubscriber]:
            call = _page("subscribers", number, size, updated_since)
            answer = self._transport.send_for(call, lambda response: decoded_page(self.host, call, response))
            return parsed(self.host, call, PageBody[Any], answer) if answer is None else answer

        return self._scan("subscribers", get, start_over, None, page_size, repeated, self._connections)

    def _scan(
        self,
        resource: str,
        get: Callable[[int, int], PageBody[R]],
        start_over: Callable[[], None],
        uid_of: Callable[[R], str] | None,
        page_size: int,
        repeated: Callable[[], bool] | None = None,
        at_once: int = 1,
    ) -> Generator[Page[R]]:
        pause = self._transport.retry_policy.first_wait_seconds
        return paging.scan(resource, get, start_over, uid_of, self.host, pause, page_size, repeated, at_once)

    def read_subscriber(self, uid: str) -> AnySubscriber:
        """Return a subscriber, readable or not. Raises NotFound."""
        return subscriber_of(self._transport.send(Call("GET", _path("subscribers", uid))))

    def subscriber(self, uid: str) -> Subscriber:
        """Return a subscriber. Raises NotFound, UnreadableAnswer."""
        return self._readable(self.read_subscriber(uid))

    def find_subscribers(self, external_id: str) -> list[AnySubscriber]:
        """Return the subscribers with that external_id: one, or several if somebody made a second one by hand."""
        call = Call("GET", "/subscribers", (("external_id", external_id), ("page", 1), ("page_size", _SAME_CONTRACT)))
        page = parsed(self.host, call, PageBody[Any], self._transport.send(call))
        found = [subscriber_of(row) for row in page.rows]
        if any((row.external_id or "").strip().casefold() != external_id.casefold() for row in found):
            raise BadAnswer(f"Beenius at {self.host} does not filter subscribers by external_id: {call}.")
        return found

    def find_subscriber(self, external_id: str) -> Subscriber | None:
        """Return the only subscriber with that external_id, None if there is none. Raises UnreadableAnswer."""
        found = self.find_subscribers(external_id)
        if len(found) > 1:
            uids = ", ".join(str(subscriber.uid) for subscriber in found)
            raise UnreadableAnswer(
                f"Beenius at {self.host} has {len(found)} subscribers with the external_id {external_id} ({uids}): "
                "leave it to one of them on the platform."
            )
        return self._readable(found[0]) if found else None

    def create_subscriber(
        self, external_id: str, first_name: str, last_name: str, status: Status, *, idempotency_key: str
    ) -> CreatedSubscriber:
        """Create a subscriber. If `auth_pin` is None, an earlier try created it: rotate the PIN to learn one.

        Raises SubscriberExists, NotListedYet.
        """
        body = {"external_id": external_id, "first_name": first_name, "last_name": last_name, "status": status}
        call = Call("POST", "/subscribers", body=body, idempotency_key=idempotency_key)
        fields = self._transport.send_for(call, fields_of) or {}
        uid = text_of(fields.get("uid")) or self._listed(external_id)
        return CreatedSubscriber(uid, _secret_of(fields))

    def change_subscriber(
        self,
        uid: str,
        version: int | None,
        *,
        idempotency_key: str,
        first_name: str | None = None,
        last_name: str | None = None,
        status: Status | None = None,
    ) -> None:
        """Change the given fields of the subscriber as read at `version`, whatever it is now if that is None.

        Raises VersionConflict, NotFound.
        """
        given = {"first_name": first_name, "last_name": last_name, "status": status}
        body = {name: value for name, value in given.items() if value is not None}
        if_match = "*" if version is None else str(version)
        self._write(Call("PATCH", _path("subscribers", uid), (), body, idempotency_key, if_match))

    def rotate_pin(self, uid: str, *, idempotency_key: str) -> SecretStr | None:
        """Replace the PIN and return the new one; None if the answer has none, as a repeated one. Raises NotFound."""
        call = Call("POST", _path("subscribers", uid, "auth-pin"), idempotency_key=idempotency_key)
        return _secret_of(self._transport.send_for(call, fields_of) or {})

    def put_service(
        self, uid: str, service_uid: str, *, idempotency_key: str, active_from: datetime | None = None
    ) -> None:
        """Subscribe to a service, from now on by default; a basic service replaces the live basic one."""
        moment = None if active_from is None else _stamp(active_from)
        path = _path("subscribers", uid, "services", service_uid)
        self._write(Call("PUT", path, body={"active_from": moment}, idempotency_key=idempotency_key))

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
    ) -> None:
        """Add a device, or edit the one with that MAC (lower case, colons)."""
        body = {"device_type_uid": device_type_uid, "serial": serial, "label": label}
        path = _path("subscribers", uid, "devices", mac)
        self._write(Call("PUT", path, body=body, idempotency_key=idempotency_key))

    def release_device(self, uid: str, mac: str, *, idempotency_key: str) -> bool:
        """Remove a device and free its MAC; return False if it was no longer there."""
        return self._remove(_path("subscribers", uid, "devices", mac), idempotency_key)

    def _readable(self, found: AnySubscriber) -> Subscriber:
        if isinstance(found, Subscriber):
            return found
        faults = ", ".join(f"{fault.code} ({fault.received})" for fault in found.faults)
        raise UnreadableAnswer(
            f"Beenius at {self.host} describes subscriber {found.uid} in a way that we cannot read: {faults}. "
            "Correct it on the platform."
        )

    def _listed(self, external_id: str) -> str:
        """Return the uid of the subscriber just created; waits a little, since it may be created in the background."""
        for look in range(_LOOKS):
            sleep(look * self._transport.retry_policy.first_wait_seconds)
            found = self.find_subscribers(external_id)
            if len(found) == 1 and found[0].uid:
                return found[0].uid
        raise NotListedYet(
            f"Beenius at {self.host} accepted subscriber {external_id} and does not name it: the next run finds it.",
            http_status=202,
            platform_code="NOT_LISTED",
        )

    def _write(self, call: Call) -> None:
        self._transport.send_for(call, ignored)

    def _remove(self, path: str, key: str) -> bool:
        try:
            self._write(Call("DELETE", path, idempotency_key=key))
        except NotFound as error:
            if error.platform_code not in _GONE:
                raise
            return False
        return True


def _secret_of(fields: Mapping[str, Any]) -> SecretStr | None:
    pin = text_of(fields.get("auth_pin"))
    return SecretStr(pin) if pin else None


def _page(resource: str, number: int, size: int, updated_since: datetime | None = None) -> Call:
    since = () if updated_since is None else (("updated_since", _stamp(updated_since)),)
    return Call("GET", f"/{resource}", (("page", number), ("page_size", size), *since))


def _stamp(moment: datetime) -> str:
    """Return a time as RFC 3339 writes it, in UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


def _path(*segments: str) -> str:
    return "".join(f"/{quote(segment, safe=':')}" for segment in segments)
