"""The snapshot: complete or not at all, however the scan went."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest
import requests

from multitv.beenius import models
from multitv.beenius.answers import Call
from multitv.beenius.client import BeeniusClient
from multitv.beenius.errors import IncompleteSnapshot
from multitv.beenius.subscribers import AnySubscriber, decoded_page
from multitv.reconciliation import staging
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

    monkeypatch.setattr(staging, "copy_rows", full)
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


@pytest.mark.parametrize("at_once", [1, 3, 5_000])
def test_however_many_are_unreadable_each_is_parked_once(
    crowded: House, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(staging, "_PARKED_AT_ONCE", at_once)
    for number in (1, 2, 600, 1200):
        crowded.sandbox.admin("PATCH", f"/admin/subscribers/sub-{number:08d}", {"status": "BLOCKED"})
    crowded.fault("row-count-drift", after=1, times=1)
    taken = stage_subscribers(crowded.engine, crowded.client())
    parked = crowded.run(
        "select client_plan_id, uid, reasons -> 0 ->> 'code' from staging.parked_subscriber order by 1"
    )
    assert parked == [(number, f"sub-{number:08d}", "status_is_unknown") for number in (1, 2, 600, 1200)]
    assert set(staged(crowded)) == set(range(1, 1201)) - {1, 2, 600, 1200}
    assert crowded.run("select subscribers from reconciliation.snapshot where id = :id", id=taken) == [(1200,)]


def test_a_service_that_ends_far_ahead_is_live_and_one_that_ends_within_the_hour_is_not(house: House) -> None:
    now = datetime.now(UTC)
    ends = {"far": now + timedelta(days=400), "soon": now + timedelta(minutes=5), "past": now - timedelta(days=1)}
    services = [{"service_uid": uid, "active_to": end.isoformat()} for uid, end in ends.items()]
    services += [{"service_uid": "no-offset", "active_to": "2099-01-01T00:00:00"}]
    house.sandbox.admin("POST", "/admin/subscribers", {"external_id": "7", "services": services})
    stage_subscribers(house.engine, house.client())
    assert house.run("select services from staging.subscriber") == [(["far", "no-offset"],)]


def test_ids_up_to_the_greatest_are_ours(house: House) -> None:
    for external_id in (str(2**63 - 1), str(2**63), " 12 ", "012", "0", "-1", "١٢"):
        house.sandbox.admin("POST", "/admin/subscribers", {"external_id": external_id})
    stage_subscribers(house.engine, house.client())
    rows = house.run("select external_id, client_plan_id from staging.subscriber where client_plan_id is not null")
    assert dict(tuple(row) for row in rows) == {str(2**63 - 1): 2**63 - 1, " 12 ": 12}


def page_of(rows: list[dict[str, Any]]) -> models.Page[AnySubscriber]:
    """A page of subscribers as the client makes it of an answer."""
    response = requests.Response()
    response.status_code = 200
    body = {"list": rows, "pageNumber": 1, "pageSize": 500, "rowCount": len(rows)}
    response._content = json.dumps(body).encode()
    page = decoded_page("platform", Call("GET", "/subscribers"), response)
    return models.Page("subscribers", 1, page.rows, page.row_count, last=True)


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
    rows = [
        {
            "uid": f"sub-{number}",
            "external_id": text or None,
            "first_name": text,
            "last_name": text,
            "status": "ACTIVE",
            "services": [{"service_uid": f"{number}{uid}"} for uid in (odd if number % 2 else [text])],
            "devices": [
                {"mac": f"02:BB:00:00:00:{number:02d}", "device_type_uid": "stb", "serial": text, "label": text}
            ],
            "version": 1,
        }
        for number, text in enumerate(odd)
    ]
    # A page each, and a page of all: what is odd on a page has the whole page read more slowly.
    pages = [page_of([row | {"uid": f"alone-{number}"}]) for number, row in enumerate(rows)] + [page_of(rows)]
    monkeypatch.setattr(BeeniusClient, "scan_subscribers", lambda *_: (page for page in pages))
    stage_subscribers(house.engine, house.client())
    found = house.run("select uid, external_id, first_name, services, devices from staging.subscriber")
    assert sorted(found) == sorted(
        (
            f"{uid}-{number}",
            text or None,
            text,
            sorted(f"{number}{service}" for service in (stored if number % 2 else [text])),
            {f"02:bb:00:00:00:{number:02d}": {"device_type_uid": "stb", "serial": text, "label": text}},
        )
        for number, text in enumerate(stored)
        for uid in ("alone", "sub")
    )
