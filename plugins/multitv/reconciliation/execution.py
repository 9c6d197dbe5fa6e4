"""Sends the operations of one client plan to the platform, one after the other. Reports each result; no database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict, cast
from uuid import UUID, uuid5

from pydantic import SecretStr

from multitv.beenius.errors import (
    BadAnswer,
    NotFound,
    RateLimited,
    Refused,
    RowRejected,
    SubscriberExists,
    TokenRefused,
    Unanswered,
    VersionConflict,
)
from multitv.beenius.models import Status, Subscriber, UnreadableSubscriber, folded_uid

if TYPE_CHECKING:
    from multitv.beenius.client import BeeniusClient
    from multitv.beenius.subscribers import AnySubscriber

# Each answer that is lost, or that a killed run did not record, costs a rotation; if so many are, something is wrong.
ROTATIONS = 10
_ROTATION_KEYS = UUID("5b0f3a52-7c1e-4f0e-9a3b-0d4d6f6a2c11")
# The actions that make a PIN.
MAKES_PIN = ("create", "recover_pin")


class SubscriberFields(TypedDict):
    """The state after an operation on a subscriber itself."""

    first_name: str
    last_name: str
    status: Status


class ServiceFields(TypedDict):
    """The state after a service was added."""

    service_uid: str


class DeviceFields(TypedDict):
    """The state after a device was added or edited."""

    device_type_uid: str
    serial: str | None
    label: str | None


@dataclass(frozen=True)
class Operation:
    """A row of reconciliation.operation that is still planned.

    `client_id`: who gets the PIN that it makes; `changes_before`: our changes to the subscriber since it was read at
    `expected_version`; `recomputed`: the client plan's operations were recomputed once already. Of an operation that
    makes a PIN, as of when the client plan was locked: `recorded_uid`, the subscriber whose PIN is recorded for that
    client; `pins_before`, which changes once every rotation that was sent has been answered.
    """

    client_plan_id: int
    number: int
    action: str
    subscriber_uid: str | None
    expected_version: int | None
    target: str | None
    after: SubscriberFields | ServiceFields | DeviceFields | None
    client_id: int | None
    key: UUID
    changes_before: int
    recomputed: bool
    recorded_uid: str | None = None
    pins_before: int = 0


@dataclass(frozen=True)
class OperationResult:
    """The result of an operation.

    `code` says why it was rejected, or that there was nothing to do; `note` is what the platform said, for engineers.
    `doubtful`: it failed in a way that can concern this client plan alone, or the platform as a whole. `sent`: the
    platform was asked.
    """

    operation: Operation
    status: str
    code: str | None = None
    note: str | None = None
    subscriber_uid: str | None = None
    pin: SecretStr | None = None
    doubtful: bool = False
    sent: bool = True


@dataclass(frozen=True)
class ConcurrentChange:
    """Somebody else changed or created this subscriber: the operations left for its client plan must be recomputed."""

    client_plan_id: int
    subscriber: Subscriber | None


@dataclass
class _Progress:
    """The subscriber's uid, and our changes so far, while its operations are sent.

    `doubtful`: whether it is in doubt why the subscriber was not created. `stopped`: whether to send nothing more.
    """

    uid: str | None
    changes: int
    stopped: Callable[[], bool]
    doubtful: bool = False


class _Stopped(Exception):
    """Nothing more is to be sent, in the middle of an operation, which is left for the next try."""


def execute(
    client: BeeniusClient,
    operations: Sequence[Operation],
    report: Callable[[OperationResult], None],
    stopped: Callable[[], bool],
) -> ConcurrentChange | None:
    """Send the operations of a client plan in order, until `stopped` returns True, and `report` each result.

    Returns the concurrent change that ended it early, if any. Raises what concerns the platform as a whole:
    OperatorMismatch, WrongCredentials, BadConnection, TokenRefused, RateLimited.
    """
    progress = _Progress(operations[0].subscriber_uid, operations[0].changes_before, stopped)
    for operation in operations:
        if stopped():
            return None
        if progress.uid is None and operation.action != "create":
            report(
                OperationResult(operation, "rejected", "subscriber_not_created", doubtful=progress.doubtful, sent=False)
            )
            continue
        try:
            result = _attempt(client, operation, progress)
        except _Stopped:
            return None
        if isinstance(result, ConcurrentChange):
            return result
        progress.uid = progress.uid or result.subscriber_uid
        progress.doubtful = result.doubtful
        if result.status == "applied" and result.code is None:
            progress.changes += 1
        report(result)
    return None


def _attempt(client: BeeniusClient, operation: Operation, progress: _Progress) -> OperationResult | ConcurrentChange:
    try:
        try:
            return _ACTIONS[operation.action](client, operation, progress)
        except (VersionConflict, SubscriberExists) as error:
            if operation.recomputed:
                return _rejected(operation, "keeps_changing", f"{error.platform_code}: {error}")
            found = _read_again(client, error, progress)
            if isinstance(found, UnreadableSubscriber):
                return _rejected(operation, "subscriber_is_unreadable", str(found.faults))
            return ConcurrentChange(operation.client_plan_id, found)
    except (RateLimited, TokenRefused):
        raise
    except Refused as error:
        # Of another status than those of a row, such as 403, 410 or 423: one subscriber, or all of them.
        doubtful = not isinstance(error, RowRejected)
        return _rejected(operation, error.reason, f"{error.platform_code}: {error}", doubtful=doubtful)
    except Unanswered as error:
        return _rejected(operation, "platform_did_not_answer", error.happened, doubtful=True)
    except BadAnswer as error:
        return _rejected(operation, "answer_not_understood", str(error), doubtful=True)


def _rejected(operation: Operation, code: str, said: str, *, doubtful: bool = False) -> OperationResult:
    note = (
        f"{said.rstrip('.')}. Client plan {operation.client_plan_id}, {operation.action}: the next reconciliation "
        "tries it again; if it fails again, look at this subscriber on the platform."
    )
    return OperationResult(operation, "rejected", code, note, doubtful=doubtful)


def _read_again(client: BeeniusClient, error: RowRejected, progress: _Progress) -> AnySubscriber | None:
    uid = error.uid if isinstance(error, SubscriberExists) else progress.uid
    try:
        return client.read_subscriber(uid or "")
    except NotFound:
        return None


def _create(client: BeeniusClient, operation: Operation, progress: _Progress) -> OperationResult:
    fields = cast("SubscriberFields", operation.after)
    created = client.create_subscriber(str(operation.client_plan_id), **fields, idempotency_key=str(operation.key))
    # Without a PIN, this answer repeats one that was lost, and with it the PIN, unless another run recovered it.
    pin = created.auth_pin
    if pin is None and not _is_recorded(created.uid, operation):
        pin = _rotate(client, created.uid, operation, progress)
    return OperationResult(operation, "applied", subscriber_uid=created.uid, pin=pin)


def _recover_pin(client: BeeniusClient, operation: Operation, progress: _Progress) -> OperationResult:
    uid = progress.uid or ""
    # Another run recovered it meanwhile. To rotate it away and be killed would leave a wrong one on record.
    if _is_recorded(uid, operation):
        return OperationResult(operation, "applied", "pin_known_before")
    pin = _rotate(client, uid, operation, progress)
    if pin is None:
        return OperationResult(operation, "rejected", "pin_not_received")
    return OperationResult(operation, "applied", subscriber_uid=uid, pin=pin)


def _is_recorded(uid: str, operation: Operation) -> bool:
    return operation.recorded_uid is not None and folded_uid(uid) == folded_uid(operation.recorded_uid)


def _rotate(client: BeeniusClient, uid: str, operation: Operation, progress: _Progress) -> SecretStr | None:
    """Rotate until an answer has the PIN: the platform never repeats one, whatever key asks for it.

    Returns None if no answer has it; the next run then tries again. Raises what the client raises.
    """
    try:
        for number in range(ROTATIONS):
            # Every run sends the same keys in the same order until a PIN is recorded. A request that an earlier run or
            # try left under way is then answered before another key is sent, and changes nothing when it arrives.
            key = uuid5(_ROTATION_KEYS, f"{folded_uid(uid)} {operation.pins_before} {number}")
            if pin := client.rotate_pin(uid, idempotency_key=str(key)):
                return pin
            # Whoever lost the lock of the client plan must not rotate away what another run recovers.
            if progress.stopped():
                raise _Stopped
    except Refused:
        # For a day the platform repeats this answer to whoever sends the key, although it may have changed its mind.
        return client.rotate_pin(uid, idempotency_key=str(uuid5(operation.key, "rotate")))
    return None


def _change(client: BeeniusClient, operation: Operation, progress: _Progress) -> OperationResult:
    uid, version = progress.uid or "", operation.expected_version
    version = _version_now(client, uid) if version is None else version + progress.changes
    fields = cast("SubscriberFields", operation.after)
    client.change_subscriber(uid, version, **fields, idempotency_key=str(operation.key))
    return OperationResult(operation, "applied")


def _version_now(client: BeeniusClient, uid: str) -> int | None:
    """Return the version of a subscriber whose version the list did not say; None: change whatever it is."""
    found = client.read_subscriber(uid)
    return found.version if isinstance(found, Subscriber) else None


def _add_service(client: BeeniusClient, operation: Operation, progress: _Progress) -> OperationResult:
    client.put_service(progress.uid or "", operation.target or "", idempotency_key=str(operation.key))
    return OperationResult(operation, "applied")


def _end_service(client: BeeniusClient, operation: Operation, progress: _Progress) -> OperationResult:
    ended = client.end_service(progress.uid or "", operation.target or "", idempotency_key=str(operation.key))
    return OperationResult(operation, "applied", None if ended else "ended_before")


def _put_device(client: BeeniusClient, operation: Operation, progress: _Progress) -> OperationResult:
    fields = cast("DeviceFields", operation.after)
    client.put_device(progress.uid or "", operation.target or "", **fields, idempotency_key=str(operation.key))
    return OperationResult(operation, "applied")


def _remove_device(client: BeeniusClient, operation: Operation, progress: _Progress) -> OperationResult:
    released = client.release_device(progress.uid or "", operation.target or "", idempotency_key=str(operation.key))
    return OperationResult(operation, "applied", None if released else "removed_before")


_ACTIONS: dict[str, Callable[[BeeniusClient, Operation, _Progress], OperationResult]] = {
    "create": _create,
    "update": _change,
    "suspend": _change,
    "resume": _change,
    "deactivate": _change,
    "recover_pin": _recover_pin,
    "add_service": _add_service,
    "end_service": _end_service,
    "add_device": _put_device,
    "edit_device": _put_device,
    "remove_device": _remove_device,
}
