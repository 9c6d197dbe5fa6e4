"""The snapshot: complete or not at all, however the scan went."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest
import requests

from multitv.beenius import models
from multitv.beenius.client import BeeniusClient
from multitv.beenius.errors import BadAnswer, IncompleteSnapshot
from multitv.reconciliation import snapshot
from multitv.reconciliation.snapshot import stage_subscribers
from tests.support.house import House


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
    taken = stage_subscribers(crowded.engine, crowded.client())
    assert staged(crowded) == list(range(1, 1201))
    rows = crowded.run("select subscribers from reconciliation.snapshot where id = :id", id=taken)
    assert rows == [(1200,)]


def test_a_scan_that_never_ends_whole_leaves_staging_as_it_was(crowded: House) -> None:
    first = stage_subscribers(crowded.engine, crowded.client())
    crowded.fault("short-page", after=2)
    with pytest.raises(IncompleteSnapshot, match="Nothing of it was used or written"):
        stage_subscribers(crowded.engine, crowded.client())
    assert len(staged(crowded)) == 1200
    assert crowded.run("select snapshot_id from staging.subscriber_snapshot") == [(first,)]


def test_a_snapshot_that_fails_leaves_no_page_on_its_way(crowded: House, monkeypatch: pytest.MonkeyPatch) -> None:
    crowded.fault("latency", seconds=0.1)

    def full(_connection: object, _table: str, _columns: object, rows: Iterator[object]) -> None:
        # Into the second page, when the third is on its way.
        list(islice(rows, 501))
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(snapshot, "copy_rows", full)
    with pytest.raises(RuntimeError, match="full") as caught:
        stage_subscribers(crowded.engine, crowded.client())
    assert caught
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("beenius-pages")]


def test_the_same_state_has_the_same_hash_and_another_has_not(provisioned: House) -> None:
    def taken() -> str:
        number = stage_subscribers(provisioned.engine, provisioned.client())
        return str(provisioned.run("select hash from reconciliation.snapshot where id = :id", id=number)[0][0])

    first = taken()
    assert taken() == first
    with provisioned.client() as hand:
        subscriber = hand.find_subscriber(str(provisioned.served()[0]))
        assert subscriber is not None
        hand.change_subscriber(subscriber.uid, subscriber.version, first_name="Zé", idempotency_key="by hand")
    assert taken() != first


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("status", "ASLEEP", "Invalid enum value 'ASLEEP' - at `$.list[0].status`"),
        ("version", "3", "Expected `int`, got `str` - at `$.list[0].version`"),
        ("uid", None, "Expected `str`, got `null` - at `$.list[0].uid`"),
        (
            "devices",
            [{"mac": "kitchen", "device_type_uid": "stb"}],
            "Expected a MAC address, got 'kitchen' - at `$.list[0].devices[0]`",
        ),
        ("services", [{"service_uid": "s", "active_to": "yesterday"}], "at `$.list[0].services[0].active_to`"),
        ("services", [{"service_uid": ""}], "at `$.list[0].services[0].service_uid`"),
    ],
)
def test_a_subscriber_that_is_not_as_the_contract_says_is_no_basis(
    house: House, by_hand: BeeniusClient, monkeypatch: pytest.MonkeyPatch, field: str, value: object, said: str
) -> None:
    by_hand.create_subscriber("7", "Ana", "Souza", "ACTIVE", idempotency_key="by hand")
    stage_subscribers(house.engine, house.client())
    assert staged(house) == [7]
    real = requests.Session.send

    def odd(*arguments: Any, **named: Any) -> requests.Response:
        response = real(*arguments, **named)
        body = response.json()
        if "list" in body:
            body["list"][0][field] = value
        response._content = json.dumps(body).encode()
        return response

    monkeypatch.setattr(requests.Session, "send", odd)
    with pytest.raises(BadAnswer) as caught:
        stage_subscribers(house.engine, house.client())
    assert said in str(caught.value)
    assert staged(house) == [7]


def test_odd_texts_are_stored_as_they_are_but_for_what_no_text_may_hold(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = [
        r"Sala \u0000",
        "a\0b",
        'say "hi"',
        "back\\slash",
        "tab\there",
        "line\nfeed",
        r"\N",
        "{a,b}",
        'a","b',
        "NULL",
        "ação 😀",
        "",
    ]
    stored = [text.replace("\0", "\ufffd") for text in odd]
    made = [
        models.Subscriber(
            uid=f"sub-{number}",
            external_id=text or None,
            first_name=text,
            last_name=text,
            status="ACTIVE",
            services=tuple(models.Subscription(f"{number}{uid}") for uid in (odd if number % 2 else [text])),
            devices=(models.Device(f"02:BB:00:00:00:{number:02d}", "stb", text, text),),
            version=1,
        )
        for number, text in enumerate(odd)
    ]
    pages = [models.Page("subscribers", 1, made, len(made), last=True)]
    monkeypatch.setattr(BeeniusClient, "scan_subscribers", lambda *_: (page for page in pages))
    stage_subscribers(house.engine, house.client())
    rows = house.run("select uid, external_id, first_name, services, devices from staging.subscriber order by 1")
    assert sorted(rows) == sorted(
        (
            f"sub-{number}",
            text or None,
            text,
            sorted(f"{number}{uid}" for uid in (stored if number % 2 else [text])),
            {f"02:bb:00:00:00:{number:02d}": {"device_type_uid": "stb", "serial": text, "label": text}},
        )
        for number, text in enumerate(stored)
    )
