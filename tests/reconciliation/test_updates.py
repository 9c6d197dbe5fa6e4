"""A snapshot that is brought up to date equals one that was read completely, or is read completely."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from multitv.reconciliation import updates
from multitv.reconciliation.change_set import make_change_set
from multitv.reconciliation.snapshot import stage_subscribers
from multitv.reconciliation.verify import verify_change_set
from tests.support.house import House
from tests.support.settings import TODAY

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
UNTOUCHED = "Ninguém leu de novo"


@pytest.fixture
def old(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """A platform whose subscribers changed last long ago, and were read completely since."""
    for number in range(1, 9):
        house.sandbox.admin("POST", "/admin/subscribers", {"external_id": str(number)})
    return aged(house, monkeypatch)


def aged(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(updates, "OVERLAP", timedelta())
    monkeypatch.setattr(updates, "SAMPLE", 0)
    for uid in uids(house):
        by_hand(house, uid, updated_at="2026-01-01T00:00:00.000Z")
    up_to_date(house)
    return house


def uids(house: House) -> list[str]:
    with house.client() as client:
        return [
            row.uid for page in client.scan_subscribers(lambda: None, lambda: False) for row in page.rows if row.uid
        ]


def by_hand(house: House, uid: str, **fields: Any) -> None:
    house.sandbox.admin("PATCH", f"/admin/subscribers/{uid}", fields)


def up_to_date(house: House, since: datetime = LONG_AGO) -> str:
    """Return the hash of the platform's state, as a snapshot that may build upon the last one sees it."""
    return hash_of(house, stage_subscribers(house.engine, house.client(), complete_since=since))


def read_anew(house: House) -> str:
    return hash_of(house, stage_subscribers(house.engine, house.client()))


def hash_of(house: House, snapshot: int) -> str:
    return str(house.run("select hash from reconciliation.snapshot where id = :id", id=snapshot)[0].hash)


def marked(house: House) -> str:
    """Have staging tell something else of a subscriber than the platform; only a complete reading sees that."""
    [row] = house.run(
        "update staging.subscriber set last_name = :name where uid = (select min(uid) from staging.subscriber) "
        "returning uid",
        name=UNTOUCHED,
    )
    return str(row.uid)


def was_complete(house: House) -> bool:
    """Whether the last snapshot read what `marked` had changed."""
    return not house.run("select from staging.subscriber where last_name = :name", name=UNTOUCHED)


CHANGES: dict[str, dict[str, Any]] = {
    "a name": {"first_name": "Zé"},
    "a block": {"status": "SUSPENDED"},
    "no services": {"services": []},
    "another contract": {"external_id": "4711"},
    "none of ours": {"external_id": None},
    "a device": {"devices": [{"mac": "00:1a:79:ff:ff:01", "device_type_uid": "stb", "serial": None, "label": "Sala"}]},
    "unreadable": {"status": "BLOCKED"},
    "a version": {"version": 2**40},
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_changed_is_read_and_nothing_else(old: House, what: str) -> None:
    changed = uids(old)[-1]
    up_to_date(old)
    untouched = marked(old)
    by_hand(old, changed, **CHANGES[what])
    up_to_date(old)
    assert not was_complete(old)
    columns = "select uid, digest, external_id, version from staging.subscriber where uid <> :uid order by uid"
    seen = old.run(columns, uid=untouched)
    read_anew(old)
    assert old.run(columns, uid=untouched) == seen


@pytest.mark.parametrize("seed", range(4))
def test_after_any_changes_it_equals_a_complete_one(old: House, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(4):
        for _ in range(chance.randint(0, 6)):
            change(old, chance)
        assert up_to_date(old) == read_anew(old)
        up_to_date(old)


def change(house: House, chance: random.Random) -> None:
    """Have somebody at the platform's own screens do anything."""
    uid = chance.choice(uids(house))
    number = chance.randint(10_000, 99_999)
    fields = chance.choice([*CHANGES.values(), {"status": "ACTIVE"}, {"first_name": str(number)}])
    deeds: list[Callable[[], Any]] = [
        lambda: by_hand(house, uid, **fields),
        lambda: house.sandbox.admin("POST", "/admin/subscribers", {"external_id": str(number)}),
        lambda: house.sandbox.admin("DELETE", f"/admin/subscribers/{uid}"),
    ]
    if "devices" in fields:
        # The MAC can be of one only.
        deeds.pop(0)
    chance.choice(deeds)()


def test_who_was_deleted_is_noticed_even_when_as_many_were_made(old: House) -> None:
    old.sandbox.admin("DELETE", f"/admin/subscribers/{uids(old)[3]}")
    up_to_date(old)
    marked(old)
    old.sandbox.admin("DELETE", f"/admin/subscribers/{uids(old)[5]}")
    old.sandbox.admin("POST", "/admin/subscribers", {"external_id": "4711"})
    seen = up_to_date(old)
    assert was_complete(old)
    assert seen == read_anew(old)


def test_a_service_that_ends_meanwhile_is_read_again(old: House) -> None:
    changed = uids(old)[4]
    end = datetime.now(UTC) + timedelta(hours=1, seconds=2)
    services = [{"service_uid": "svc-ends", "active_to": end.isoformat()}]
    by_hand(old, changed, services=services, updated_at="2026-01-01T00:00:00.000Z")
    read_anew(old)
    up_to_date(old, datetime.now(UTC))
    assert old.run("select services from staging.subscriber where uid = :uid", uid=changed) == [(["svc-ends"],)]
    old.run("update staging.subscriber set live_until = now() where uid = :uid", uid=changed)
    marked(old)
    by_hand(old, changed, services=[], updated_at="2026-01-01T00:00:00.000Z")
    up_to_date(old)
    assert not was_complete(old)
    assert old.run("select services from staging.subscriber where uid = :uid", uid=changed) == [([],)]


def test_who_was_parked_is_read_again_although_nothing_changed_there(old: House) -> None:
    first, second = uids(old)[2:4]
    by_hand(old, second, external_id="3")
    snapshot = stage_subscribers(old.engine, old.client(), complete_since=LONG_AGO)
    make_change_set(old.engine, snapshot, TODAY)
    assert old.run("select count(*) from staging.parked_subscriber") == [(2,)]
    by_hand(old, first, external_id="30")
    assert up_to_date(old) == read_anew(old)
    assert old.run("select count(*) from staging.parked_subscriber") == [(0,)]


@pytest.mark.parametrize(
    "then",
    [
        "update reconciliation.snapshot set complete_at = complete_at - interval '7 years'",
        "update reconciliation.snapshot set read_from = null",
        "update tv.package set changed_at = now() + interval '1 hour'",
        "truncate staging.parked_subscriber, staging.subscriber",
        "truncate staging.subscriber_snapshot",
        "insert into staging.parked_subscriber (reasons, macs) values ('[]', '{}')",
    ],
)
def test_what_cannot_be_built_upon_is_read_completely(old: House, then: str) -> None:
    marked(old)
    old.run(then)
    seen = up_to_date(old)
    assert was_complete(old)
    assert seen == read_anew(old)


def test_a_run_for_one_client_plan_leaves_nothing_to_build_upon(old: House) -> None:
    stage_subscribers(old.engine, old.client(), 3)
    assert up_to_date(old) == read_anew(old)


def test_without_the_setting_all_are_read(old: House) -> None:
    marked(old)
    read_anew(old)
    assert was_complete(old)


def test_a_list_of_changes_that_never_comes_whole_is_read_completely(old: House) -> None:
    marked(old)
    by_hand(old, uids(old)[-1], first_name="Zé")
    up_to_date(old)
    marked(old)
    by_hand(old, uids(old)[-1], first_name="Zeca")
    # The first is the answer to how many there are; three tries of the list follow.
    old.fault("short-page", after=1, times=3)
    seen = up_to_date(old)
    assert was_complete(old)
    assert seen == read_anew(old)


def test_a_platform_that_does_not_tell_of_a_write_is_read_completely_before_a_run_fails(
    provisioned: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = aged(provisioned, monkeypatch)
    change_set = old.rename_all()
    old.apply(change_set)
    up_to_date(old)
    aged(old, monkeypatch)
    marked(old)
    verify_change_set(old.engine, old.client(), change_set, complete_since=LONG_AGO)
    assert was_complete(old)
    assert old.run("select status from reconciliation.change_set where id = :id", id=change_set) == [("verified",)]


def test_a_platform_that_was_restored_to_an_earlier_moment_is_noticed(
    old: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(updates, "SAMPLE", 20)
    assert up_to_date(old) == read_anew(old)
    up_to_date(old)
    by_hand(old, uids(old)[4], status="SUSPENDED", updated_at="2026-01-01T00:00:00.000Z")
    with caplog.at_level("INFO", updates.__name__):
        seen = up_to_date(old)
    assert "changed, and the platform does not list it" in caplog.text
    assert seen == read_anew(old)


@pytest.mark.parametrize("end", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00", "9999-12-31T23:59:59Z"])
def test_an_end_at_the_edge_of_the_calendar_stops_nobody(house: House, end: str) -> None:
    services = [{"service_uid": "svc", "active_to": end}]
    house.sandbox.admin("POST", "/admin/subscribers", {"external_id": "7", "services": services})
    read_anew(house)
    assert house.run("select services from staging.subscriber") == [(["svc"] if end.startswith("9") else [],)]
