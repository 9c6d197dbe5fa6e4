"""The snapshot: complete or not at all, however the scan went."""

from __future__ import annotations

import json

import pytest
import requests

from multitv.beenius import models
from multitv.beenius.errors import BadAnswer, IncompleteSnapshot
from multitv.reconciliation import snapshot
from tests.reconciliation.conftest import House


@pytest.fixture
def crowded(house: House) -> House:
    """A platform with more subscribers than a page holds."""
    lines = "\n".join(
        f'{{"external_id": "{number}", "first_name": "Ana", "last_name": "Souza", "status": "ACTIVE"}}'
        for number in range(1, 1201)
    )
    assert requests.post(f"{house.sandbox.url}/admin/subscribers/load", data=lines, timeout=60).ok
    return house


def staged(house: House) -> list[int]:
    return [row[0] for row in house.run("select client_plan_id from staging.subscriber order by 1")]


@pytest.mark.parametrize("kind", ["row-count-drift", "short-page", "duplicate-rows"])
def test_a_scan_that_starts_over_leaves_each_subscriber_once(crowded: House, kind: str) -> None:
    crowded.fault(kind, after=1, times=1)
    taken = snapshot.take(crowded.engine, crowded.client())
    assert staged(crowded) == list(range(1, 1201))
    rows = crowded.run("select subscribers from reconciliation.snapshot where id = :id", id=taken)
    assert rows == [(1200,)]


def test_a_scan_that_never_ends_whole_leaves_staging_as_it_was(crowded: House) -> None:
    first = snapshot.take(crowded.engine, crowded.client())
    crowded.fault("short-page", after=2)
    with pytest.raises(IncompleteSnapshot, match="Nothing of it was used or written"):
        snapshot.take(crowded.engine, crowded.client())
    assert len(staged(crowded)) == 1200
    assert crowded.run("select snapshot_id from staging.subscriber_snapshot") == [(first,)]


def test_the_same_state_has_the_same_hash_and_another_has_not(provisioned: House) -> None:
    def taken() -> str:
        number = snapshot.take(provisioned.engine, provisioned.client())
        return provisioned.run("select hash from reconciliation.snapshot where id = :id", id=number)[0][0]

    first = taken()
    assert taken() == first
    with provisioned.client() as hand:
        subscriber = hand.find_subscriber(str(provisioned.served()[0]))
        hand.change_subscriber(subscriber.uid, subscriber.version, first_name="Zé", idempotency_key="by hand")
    assert taken() != first


def test_a_subscriber_that_is_not_as_the_contract_says_is_no_basis(
    provisioned: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = staged(provisioned)
    real = snapshot.Subscriber.model_validate

    def strange(row: dict[str, object]) -> object:
        return real(row | {"status": "ASLEEP"})

    monkeypatch.setattr(snapshot.Subscriber, "model_validate", strange)
    with pytest.raises(BadAnswer, match="status"):
        snapshot.take(provisioned.engine, provisioned.client())
    assert staged(provisioned) == before


def test_a_label_that_looks_like_a_code_is_kept_and_a_nul_is_not(provisioned: House) -> None:
    with provisioned.client() as hand:
        subscriber = hand.find_subscriber(str(provisioned.served()[0]))
    device = {"mac": "02:bb:00:00:00:01", "device_type_uid": "stb-linux", "serial": "a\0b", "label": r"Sala \u0000"}
    strange = subscriber.model_copy(update={"devices": (models.Device(**device),)})
    staged_devices = json.loads(snapshot.row_of(strange)[snapshot.COLUMNS.index("devices")])
    assert staged_devices["02:bb:00:00:00:01"] == {
        "device_type_uid": "stb-linux",
        "serial": "a\ufffdb",
        "label": r"Sala \u0000",
    }
