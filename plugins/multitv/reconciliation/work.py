"""The operations of one client plan, sent one after the other. HTTP only: what came of each is told to the caller."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4, uuid5

from pydantic import SecretStr

from multitv.beenius.client import BeeniusClient
from multitv.beenius.errors import NotFound, RowRejected, SubscriberExists, VersionConflict
from multitv.beenius.models import Subscriber

# Each lost answer to a rotation costs one; more in a row than this are not bad luck.
ROTATIONS = 5


@dataclass(frozen=True)
class Operation:
    """A row of reconciliation.operation that is to be carried out.

    `changes_before` counts what we did to the subscriber since it was read at `expected_version`; `replanned`: the
    client plan was planned anew once already.
    """

    client_plan_id: int
    number: int
    action: str
    subscriber_uid: str | None
    expected_version: int | None
    target: str | None
    after: dict[str, Any] | None
    key: UUID
    changes_before: int
    replanned: bool


@dataclass(frozen=True)
class Outcome:
    """What became of an operation; `note` says why it was rejected, or that nothing was there to do."""

    operation: Operation
    status: str
    note: str | None = None
    subscriber_uid: str | None = None
    pin: SecretStr | None = None


@dataclass(frozen=True)
class Drift:
    """Somebody else changed, or created, this subscriber: what is left for its client plan must be planned anew."""

    client_plan_id: int
    subscriber: Subscriber | None


@dataclass
class _Progress:
    """What is known of the subscriber while its operations are carried out."""

    uid: str | None
    changes: int


def carry_out(
    client: BeeniusClient, operations: Sequence[Operation], tell: Callable[[Outcome], None], stopped: Callable[[], bool]
) -> Drift | None:
    """Carry out the operations of a client plan in their order, until `stopped`.

    Returns the drift that ended it, if one did. Raises what a client's call raises, but for RowRejected.
    """
    progress = _Progress(operations[0].subscriber_uid, operations[0].changes_before)
    for operation in operations:
        if stopped():
            return None
        if progress.uid is None and operation.action != "create":
            tell(Outcome(operation, "rejected", "NOT_CREATED: the subscriber could not be created"))
            continue
        try:
            outcome = _ACTIONS[operation.action](client, operation, progress)
        except (VersionConflict, SubscriberExists) as error:
            if not operation.replanned:
                return Drift(operation.client_plan_id, _read_again(client, error, progress))
            outcome = Outcome(operation, "rejected", f"{error.code}: somebody else keeps changing this subscriber")
        except RowRejected as error:
            outcome = Outcome(operation, "rejected", f"{error.code}: {error}")
        progress.uid = progress.uid or outcome.subscriber_uid
        if outcome.status == "applied" and outcome.note is None:
            progress.changes += 1
        tell(outcome)
    return None


def _read_again(client: BeeniusClient, error: RowRejected, progress: _Progress) -> Subscriber | None:
    uid = error.uid if isinstance(error, SubscriberExists) else progress.uid
    try:
        return client.subscriber(uid or "")
    except NotFound:
        return None


def _create(client: BeeniusClient, operation: Operation, _: _Progress) -> Outcome:
    created = client.create_subscriber(
        str(operation.client_plan_id), **(operation.after or {}), idempotency_key=str(operation.key)
    )
    # Without a PIN this answer repeats one that was lost, and nobody knows the PIN that was in it.
    pin = created.auth_pin or _rotate(client, created.uid, uuid5(operation.key, "rotate"))
    return Outcome(operation, "applied", subscriber_uid=created.uid, pin=pin)


def _recover_pin(client: BeeniusClient, operation: Operation, progress: _Progress) -> Outcome:
    uid = progress.uid or ""
    pin = _rotate(client, uid, operation.key)
    if pin is None:
        return Outcome(operation, "rejected", f"PIN_UNKNOWN: {ROTATIONS} rotations, and no answer told the PIN")
    return Outcome(operation, "applied", subscriber_uid=uid, pin=pin)


def _rotate(client: BeeniusClient, uid: str, first_key: UUID) -> SecretStr | None:
    """Rotate until an answer has the PIN: one that was lost is never told again, whatever key asks for it.

    None if no answer has one; without it the uid is not recorded either, so the next plan asks again.
    """
    for key in (first_key, *(uuid4() for _ in range(ROTATIONS - 1))):
        if pin := client.rotate_pin(uid, idempotency_key=str(key)):
            return pin
    return None


def _change(client: BeeniusClient, operation: Operation, progress: _Progress) -> Outcome:
    version = (operation.expected_version or 0) + progress.changes
    client.change_subscriber(progress.uid or "", version, idempotency_key=str(operation.key), **(operation.after or {}))
    return Outcome(operation, "applied")


def _add_service(client: BeeniusClient, operation: Operation, progress: _Progress) -> Outcome:
    client.put_service(progress.uid or "", operation.target or "", idempotency_key=str(operation.key))
    return Outcome(operation, "applied")


def _end_service(client: BeeniusClient, operation: Operation, progress: _Progress) -> Outcome:
    ended = client.end_service(progress.uid or "", operation.target or "", idempotency_key=str(operation.key))
    return Outcome(operation, "applied", None if ended else "it had ended already")


def _put_device(client: BeeniusClient, operation: Operation, progress: _Progress) -> Outcome:
    client.put_device(
        progress.uid or "", operation.target or "", **(operation.after or {}), idempotency_key=str(operation.key)
    )
    return Outcome(operation, "applied")


def _remove_device(client: BeeniusClient, operation: Operation, progress: _Progress) -> Outcome:
    released = client.release_device(progress.uid or "", operation.target or "", idempotency_key=str(operation.key))
    return Outcome(operation, "applied", None if released else "it was gone already")


_ACTIONS: dict[str, Callable[[BeeniusClient, Operation, _Progress], Outcome]] = {
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
