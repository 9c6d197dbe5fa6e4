"""Writes: carried out once whatever happens on the way, refused with a reason, silent about the PIN."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from include.sandbox.process import Sandbox
from multitv.beenius.answers import Call
from multitv.beenius.client import BeeniusClient
from multitv.beenius.errors import (
    NotFound,
    PlatformUnavailable,
    RowRejected,
    SubscriberExists,
    VersionConflict,
)
from multitv.beenius.models import CreatedSubscriber
from tests.beenius.conftest import Answer

Fault = Callable[..., None]
MAC = "02:00:00:00:00:01"


def create(client: BeeniusClient, external_id: str = "7") -> CreatedSubscriber:
    return client.create_subscriber(external_id, "Ana", "Lima", "ACTIVE", idempotency_key=f"create-{external_id}")


def put_device(client: BeeniusClient, uid: str, mac: str = MAC, key: str = "device") -> None:
    client.put_device(uid, mac, device_type_uid="stb-linux", serial="S1", label="Sala", idempotency_key=f"{key}-{mac}")


@pytest.fixture
def uid(client: BeeniusClient) -> str:
    """A subscriber with a live basic service."""
    created = create(client)
    client.put_service(created.uid, "svc-essencial", idempotency_key="basic")
    return created.uid


def executed(sandbox: Sandbox) -> int:
    return len(sandbox.admin("GET", "/admin/requests?outcome=executed"))


def test_a_subscriber_lives_through_everything_the_contract_offers(client: BeeniusClient, sandbox: Sandbox) -> None:
    created = create(client)
    assert created.auth_pin is not None
    start = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    client.put_service(created.uid, "svc-familia", idempotency_key="1", active_from=start)
    client.put_service(created.uid, "svc-hbo", idempotency_key="2")
    put_device(client, created.uid)
    read = client.subscriber(created.uid)
    assert [device.label for device in read.devices] == ["Sala"]
    assert {(service.service_uid, service.active_to) for service in read.services} == {
        ("svc-familia", None),
        ("svc-hbo", None),
    }
    raw = client._transport.send(Call("GET", f"/subscribers/{created.uid}"))
    assert raw["services"][0]["active_from"] == "2026-01-02T03:04:00.000Z"
    assert read.version is not None
    client.change_subscriber(created.uid, read.version, status="SUSPENDED", idempotency_key="3")
    changed = client.subscriber(created.uid)
    assert (changed.status, changed.first_name, changed.version) == ("SUSPENDED", "Ana", read.version + 1)
    pin = client.rotate_pin(created.uid, idempotency_key="4")
    assert pin is not None
    guess = {"auth_pin": pin.get_secret_value()}
    assert sandbox.admin("POST", f"/admin/subscribers/{created.uid}/pin-check", guess) == {"matches": True}
    assert client.end_service(created.uid, "svc-hbo", idempotency_key="5")
    assert client.release_device(created.uid, MAC, idempotency_key="6")
    assert client.find_subscriber("7") == client.subscriber(created.uid)
    assert client.find_subscriber("8") is None


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        ("timeout-after-write", {"seconds": 2}),
        ("server-error", {"executed": True}),
        ("server-error", {"executed": False}),
        ("not-json", {"executed": True}),
        ("dropped", {"executed": True}),
        ("dropped", {"executed": False}),
        ("reset", {}),
        ("truncated", {}),
        ("rate-limited", {"retry_after": 0}),
        ("token-expired", {}),
    ],
)
def test_a_write_that_went_wrong_on_the_way_is_carried_out_once(
    client: BeeniusClient, sandbox: Sandbox, fault: Fault, kind: str, spec: dict[str, Any]
) -> None:
    fault(kind, method="POST", path="/subscribers$", times=1, **spec)
    created = create(client)
    found = client.find_subscriber("7")
    assert found is not None
    assert found.uid == created.uid
    assert executed(sandbox) == 1
    assert len({seen["idempotency_key"] for seen in sandbox.admin("GET", "/admin/requests?method=POST")} - {None}) == 1


def test_a_pin_that_was_lost_on_the_way_can_be_rotated(client: BeeniusClient, fault: Fault) -> None:
    fault("timeout-after-write", path="/subscribers$", times=1, seconds=2)
    created = create(client)
    assert created.auth_pin is None
    assert client.rotate_pin(created.uid, idempotency_key="pin") is not None
    assert client.rotate_pin(created.uid, idempotency_key="pin") is None


def test_a_write_that_never_got_an_answer_says_that_repeating_is_harmless(
    client: BeeniusClient, sandbox: Sandbox, fault: Fault
) -> None:
    fault("server-error", path="/subscribers$", method="POST", executed=True)
    with pytest.raises(PlatformUnavailable, match="not known; repeating it with the same Idempotency-Key is harmless"):
        create(client)
    sandbox.admin("DELETE", "/admin/faults")
    create(client)
    assert executed(sandbox) == 1


class TestRejected:
    """Each refusal of the contract, with the code that reconciliation decides by."""

    def test_an_external_id_that_is_taken_tells_whose_it_is(self, client: BeeniusClient, uid: str) -> None:
        with pytest.raises(SubscriberExists, match="409 SUBSCRIBER_EXISTS") as caught:
            client.create_subscriber("7", "Outra", "Ana", "ACTIVE", idempotency_key="another")
        assert (caught.value.uid, caught.value.field) == (uid, "external_id")

    def test_a_version_that_passed_is_a_conflict(self, client: BeeniusClient, uid: str) -> None:
        with pytest.raises(VersionConflict, match="412 VERSION_CONFLICT"):
            client.change_subscriber(uid, 1, status="INACTIVE", idempotency_key="late")

    def test_a_key_may_not_be_used_for_something_else(self, client: BeeniusClient, uid: str) -> None:
        with pytest.raises(RowRejected) as caught:
            client.put_service(uid, "svc-familia", idempotency_key="basic")
        assert caught.value.platform_code == "IDEMPOTENCY_MISMATCH"

    @pytest.mark.parametrize(
        ("service", "code", "kind"),
        [("svc-hbo", "BASIC_SERVICE_REQUIRED", RowRejected), ("svc-nada", "SERVICE_NOT_FOUND", NotFound)],
    )
    def test_a_service_that_cannot_be_added(
        self, client: BeeniusClient, service: str, code: str, kind: type[RowRejected]
    ) -> None:
        with pytest.raises(kind) as caught:
            client.put_service(create(client).uid, service, idempotency_key="x")
        assert caught.value.platform_code == code

    def test_an_inactive_service(self, client: BeeniusClient, sandbox: Sandbox, uid: str) -> None:
        sandbox.admin("PATCH", "/admin/catalogue/services/svc-hbo", {"active": False})
        with pytest.raises(RowRejected, match="422 VALIDATION_ERROR"):
            client.put_service(uid, "svc-hbo", idempotency_key="x")

    def test_a_mac_on_another_subscriber_is_never_taken(self, client: BeeniusClient, uid: str) -> None:
        put_device(client, uid)
        other = create(client, "8").uid
        client.put_service(other, "svc-essencial", idempotency_key="other")
        with pytest.raises(RowRejected) as caught:
            put_device(client, other, key="steal")
        assert caught.value.platform_code == "DEVICE_ASSIGNED_ELSEWHERE"

    def test_one_device_too_many(self, client: BeeniusClient, uid: str) -> None:
        macs = [f"02:00:00:00:00:0{number}" for number in range(3)]
        for mac in macs[:2]:
            put_device(client, uid, mac)
        with pytest.raises(RowRejected) as caught:
            put_device(client, uid, macs[2])
        assert caught.value.platform_code == "DEVICE_LIMIT_EXCEEDED"

    def test_a_mac_that_is_none(self, client: BeeniusClient, uid: str) -> None:
        with pytest.raises(RowRejected) as caught:
            put_device(client, uid, "02-00-00-00-00-01")
        assert (caught.value.platform_code, caught.value.http_status) == ("INVALID_MAC", 422)

    def test_a_subscriber_that_is_not_there(self, client: BeeniusClient) -> None:
        with pytest.raises(NotFound):
            client.subscriber("sub-00000099")
        with pytest.raises(NotFound):
            client.rotate_pin("sub-00000099", idempotency_key="x")

    def test_nothing_that_is_rejected_is_tried_twice(self, client: BeeniusClient, sandbox: Sandbox) -> None:
        with pytest.raises(NotFound):
            client.rotate_pin("sub-00000099", idempotency_key="x")
        assert len(sandbox.admin("GET", "/admin/requests?idempotency_key=x")) == 1


def test_removing_what_is_gone_already_is_a_success(client: BeeniusClient, uid: str) -> None:
    assert not client.release_device(uid, MAC, idempotency_key="1")
    assert not client.end_service(uid, "svc-hbo", idempotency_key="2")
    assert not client.end_service("sub-00000099", "svc-hbo", idempotency_key="3")


def test_a_404_that_is_not_the_platforms_is_no_success(other_platform: Any, connect: Any) -> None:
    other_platform.answers[f"/{MAC}"] = Answer({"error": {"code": "NO_ROUTE"}}, 404)
    with pytest.raises(NotFound, match="404 NO_ROUTE"):
        connect(host=other_platform.url).release_device("sub-1", MAC, idempotency_key="1")


def test_a_service_removed_from_the_catalogue_can_still_be_ended(
    client: BeeniusClient, sandbox: Sandbox, uid: str
) -> None:
    client.put_service(uid, "svc-hbo", idempotency_key="x")
    sandbox.admin("DELETE", "/admin/catalogue/services/svc-hbo")
    assert client.end_service(uid, "svc-hbo", idempotency_key="y")


def test_macs_are_in_lower_case_whatever_the_platform_says(client: BeeniusClient, fault: Fault, uid: str) -> None:
    fault("upper-case-mac")
    put_device(client, uid, "02:00:00:00:00:ab")
    assert [device.mac for device in client.subscriber(uid).devices] == ["02:00:00:00:00:ab"]


def test_a_subscriber_made_by_hand_can_be_read(client: BeeniusClient, sandbox: Sandbox) -> None:
    made = sandbox.admin("POST", "/admin/subscribers", {"first_name": "À mão"})
    assert client.subscriber(made["uid"]).external_id is None


def test_the_pin_is_neither_shown_nor_logged(client: BeeniusClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        created = create(client)
        rotated = client.rotate_pin(created.uid, idempotency_key="pin")
    assert created.auth_pin is not None
    assert rotated is not None
    for pin in (created.auth_pin.get_secret_value(), rotated.get_secret_value()):
        assert pin not in caplog.text + repr(created) + str(created) + repr(rotated)
