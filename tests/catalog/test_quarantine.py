"""A bad row is set aside with its reasons; what is here of it stays as it was, and its neighbours go on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from multitv.catalog.fetch import stage
from multitv.catalog.normalise import normalise, text, whole
from multitv.catalog.report import catalog_report
from tests.catalog.conftest import HBO, TODAY, Isp
from tests.words import unpadded

GENRES = [{"uid": "ge-esportes", "name": "Esportes"}]
GOOD_CHANNEL: dict[str, Any] = {
    "uid": "ch-x1",
    "name": "Canal X",
    "number": 9100,
    "genre_uid": "ge-esportes",
    "active": True,
}
GOOD_SERVICE: dict[str, Any] = {
    "uid": "svc-x",
    "name": "Pacote X",
    "type": "EXTENDED_SERVICE",
    "active": True,
    "max_devices": 1,
    "channel_uids": ["ch-hbo"],
}


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"name": " \u200b\t"}, "name is blank"),
        ({"name": None}, "name is blank (None)"),
        ({"name": 12}, "name is blank (12)"),
        ({"number": "doze"}, "number is not a whole number ('doze')"),
        ({"number": 10.5}, "number is not a whole number (10.5)"),
        ({"number": True}, "number is not a whole number (True)"),
        ({"number": None}, "number is not a whole number (None)"),
        ({"number": [1]}, "number is not a whole number ([1])"),
        ({"number": 0}, "number is not within 1 to 9999 (0)"),
        ({"number": 10_000}, "number is not within 1 to 9999 (10000)"),
        ({"number": 10**40}, "number is not within 1 to 9999 (1000"),
        ({"genre_uid": "ge-nada"}, "genre_uid is no genre that the platform lists ('ge-nada')"),
        ({"genre_uid": ["ge-esportes"]}, "genre_uid is no genre that the platform lists"),
        ({"active": "talvez"}, "active is neither true nor false ('talvez')"),
        ({"active": None}, "active is neither true nor false (None)"),
        ({"active": {}}, "active is neither true nor false ({})"),
        ({"name": "", "number": -1}, "name is blank (''); number is not within 1 to 9999 (-1)"),
        ({"name": "A\ud800\u0000", "number": 0}, "number is not within 1 to 9999 (0)"),
    ],
)
def test_a_bad_channel_is_refused_with_its_reasons(wrong: dict[str, Any], reason: str) -> None:
    catalog = normalise([GOOD_CHANNEL | wrong, GOOD_CHANNEL | {"uid": "ch-x2"}], GENRES, [GOOD_SERVICE])
    assert list(catalog.channels["platform_uid"]) == ["ch-x2"]
    assert [(refusal.entity, refusal.platform_uid) for refusal in catalog.refusals] == [("channel", "ch-x1")]
    assert reason in catalog.refusals[0].reason


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"name": "\u00a0"}, "name is blank"),
        ({"type": "PREMIUM_SERVICE"}, "type is neither basic nor extended ('PREMIUM_SERVICE')"),
        ({"type": None}, "type is neither basic nor extended (None)"),
        ({"type": ["BASIC_SERVICE"]}, "type is neither basic nor extended"),
        ({"max_devices": -1}, "max_devices is not within 0 to 1000 (-1)"),
        ({"max_devices": 5_000_000_000}, "max_devices is not within 0 to 1000 (5000000000)"),
        ({"max_devices": None}, "max_devices is not a whole number (None)"),
        ({"channel_uids": None}, "channel_uids is not a list of uids (None)"),
        ({"channel_uids": "ch-hbo"}, "channel_uids is not a list of uids ('ch-hbo')"),
        ({"channel_uids": ["ch-hbo", 7]}, "channel_uids is not a list of uids"),
        ({"active": 2}, "active is neither true nor false (2)"),
    ],
)
def test_a_bad_service_is_refused_with_its_reasons(wrong: dict[str, Any], reason: str) -> None:
    catalog = normalise([GOOD_CHANNEL], GENRES, [GOOD_SERVICE | wrong, GOOD_SERVICE | {"uid": "svc-y"}])
    assert list(catalog.packages["platform_uid"]) == ["svc-y"]
    assert list(catalog.links["package_uid"]) == ["svc-y"]
    assert [(refusal.entity, refusal.platform_uid) for refusal in catalog.refusals] == [("package", "svc-x")]
    assert reason in catalog.refusals[0].reason


def test_bad_rows_are_set_aside_while_the_rest_is_merged(isp: Isp) -> None:
    channels: list[dict[str, Any]] = [{"name": " "}, {"number": "doze"}, {"number": 0}, {"genre_uid": "ge-nada"}]
    for number, wrong in enumerate(channels):
        isp.add("channels", **GOOD_CHANNEL | {"uid": f"ch-x{number}"} | wrong)
    services: list[dict[str, Any]] = [{"type": "PREMIUM"}, {"max_devices": -1}, {"channel_uids": None}]
    for number, wrong in enumerate(services):
        isp.add("services", **GOOD_SERVICE | {"uid": f"svc-x{number}"} | wrong)
    outcome = isp.sync()
    assert (outcome.changes["channel", "added"], outcome.changes["package", "added"]) == (102, 10)
    assert outcome.quarantined == 7
    assert isp.quarantine() == {
        ("channel", "ch-x0"): "name is blank (' ')",
        ("channel", "ch-x1"): "number is not a whole number ('doze')",
        ("channel", "ch-x2"): "number is not within 1 to 9999 (0)",
        ("channel", "ch-x3"): "genre_uid is no genre that the platform lists ('ge-nada')",
        ("package", "svc-x0"): "type is neither basic nor extended ('PREMIUM')",
        ("package", "svc-x1"): "max_devices is not within 0 to 1000 (-1)",
        ("package", "svc-x2"): "channel_uids is not a list of uids (None)",
    }
    assert isp.channel("ch-x0") is None
    assert isp.package("svc-x0") is None


def test_missing_fields_are_named_like_wrong_ones(isp: Isp) -> None:
    isp.add("channels", uid="ch-x1")
    isp.sync()
    assert isp.quarantine()["channel", "ch-x1"] == (
        "name is blank (None); active is neither true nor false (None); number is not a whole number (None); "
        "genre_uid is no genre that the platform lists (None)"
    )


def test_a_genre_without_a_name_sets_its_channels_aside(isp: Isp) -> None:
    isp.add("genres", uid="ge-x", name=" ")
    isp.add("channels", **GOOD_CHANNEL | {"genre_uid": "ge-x"})
    isp.sync()
    assert isp.quarantine() == {("channel", "ch-x1"): "genre_uid is a genre without a name ('ge-x')"}


def test_two_active_channels_with_one_number_are_both_set_aside(isp: Isp) -> None:
    isp.add("channels", **GOOD_CHANNEL)
    isp.add("channels", **GOOD_CHANNEL | {"uid": "ch-x2", "number": "9100"})
    isp.add("channels", **GOOD_CHANNEL | {"uid": "ch-x3", "active": False})
    isp.sync()
    assert set(isp.quarantine()) == {("channel", "ch-x1"), ("channel", "ch-x2")}
    assert "is the number of another active channel too (9100)" in isp.quarantine()["channel", "ch-x1"]
    assert isp.channel("ch-x3") == ("Canal X", 9100, "Esportes", False)


def test_a_channel_that_became_bad_stays_as_it_was_with_its_links(isp: Isp) -> None:
    isp.sync()
    before = isp.tables()
    isp.edit("channels", "ch-hbo", name="", number=9200)
    outcome = isp.sync()
    assert isp.tables() == before
    assert (outcome.changed, outcome.quarantined) == (0, 1)


def test_a_service_that_became_bad_stays_as_it_was_with_its_links(isp: Isp) -> None:
    isp.sync()
    before = isp.tables()
    isp.edit("services", "svc-hbo", type="?", channel_uids=[])
    isp.sync()
    assert isp.tables() == before
    isp.edit("services", "svc-hbo", type="EXTENDED_SERVICE", channel_uids=["ch-hbo"])
    isp.sync()
    assert isp.channels_of("svc-hbo") == {"ch-hbo"}


def test_a_link_to_a_channel_that_nobody_lists_is_set_aside(isp: Isp) -> None:
    isp.edit("services", "svc-hbo", channel_uids=[*sorted(HBO), "ch-nada"])
    isp.sync()
    assert isp.quarantine() == {("package_channel", "svc-hbo"): "the platform lists no channel ch-nada"}
    assert isp.channels_of("svc-hbo") == HBO


def test_a_link_to_a_channel_that_vanished_stays_as_long_as_the_service_names_it(isp: Isp) -> None:
    isp.sync()
    isp.remove("channels", "ch-hb2")
    isp.sync()
    assert isp.quarantine() == {("package_channel", "svc-hbo"): "the platform lists no channel ch-hb2"}
    assert isp.channels_of("svc-hbo") == HBO
    isp.edit("services", "svc-hbo", channel_uids=sorted(HBO - {"ch-hb2"}))
    isp.sync()
    assert isp.channels_of("svc-hbo") == HBO - {"ch-hb2"}


def test_a_link_to_a_channel_in_quarantine_that_was_never_here_is_set_aside(isp: Isp) -> None:
    isp.add("channels", **GOOD_CHANNEL | {"name": ""})
    isp.edit("services", "svc-hbo", channel_uids=[*sorted(HBO), "ch-x1", "ch-x1", "ch-hbo"])
    isp.sync()
    expected = "its channel ch-x1 is in quarantine and was never here before"
    assert isp.quarantine()["package_channel", "svc-hbo"] == expected
    assert isp.channels_of("svc-hbo") == HBO


def test_odd_but_clear_values_are_understood(isp: Isp) -> None:
    isp.edit("channels", "ch-hbo", name="  Ca\u0301  \tfé\u200b ", number=" 9100 ", active=1)
    isp.edit("channels", "ch-hb2", number=9101.0, active="true", surprise={"new": "field"})
    isp.sync()
    assert isp.channel("ch-hbo")[:2] == ("Cá fé", 9100)
    assert isp.channel("ch-hb2")[1] == 9101


def test_what_postgresql_cannot_store_does_not_stop_the_others(isp: Isp) -> None:
    channels = [
        GOOD_CHANNEL | {"uid": "ch-\u0000", "name": "\ud83d"},
        GOOD_CHANNEL | {"uid": "ch-x2", "name": "HBO\u0000Um \ud83d"},
        GOOD_CHANNEL | {"uid": "ch-x3", "name": "\u0000\ud83d", "odd": "\\u0000"},
    ]
    sync = isp.run("select nextval(pg_get_serial_sequence('tv.catalog_sync', 'id'))")[0][0]
    stage(isp.engine, sync, datetime.now(UTC), normalise(channels, GENRES, [GOOD_SERVICE]))
    assert isp.run("select platform_uid, name from staging.channel") == [("ch-x2", "HBO Um")]
    assert isp.quarantine() == {
        ("channel", None): "uid holds characters that cannot be stored ('ch-\\x00'); name is blank ('\\ud83d')",
        ("channel", "ch-x3"): "name is blank ('\\x00\\ud83d')",
        ("package_channel", "svc-x"): "the platform lists no channel ch-hbo",
    }


def test_the_row_is_kept_as_it_came(isp: Isp) -> None:
    row = GOOD_CHANNEL | {"number": 0, "extra": {"deep": [1, "ã"]}}
    isp.add("channels", **row)
    isp.sync()
    assert isp.run("select content from tv.quarantine")[0][0] == row


def test_the_report_lists_what_is_in_quarantine(isp: Isp) -> None:
    isp.add("channels", **GOOD_CHANNEL | {"name": "", "number": "a|b"})
    report = unpadded(catalog_report(isp.engine, isp.sync().sync, TODAY))
    assert "| channel | ch-x1 | `name is blank (''); number is not a whole number ('a\\|b')` |" in report
    assert "102 channels added" in report


@pytest.mark.parametrize(
    ("value", "expected"),
    [("A  B\n", "A B"), ("\ufeffTV", "TV"), ("\u00a0", None), ("", None), (None, None), (5, None), ("a\u0301", "á")],
)
def test_text_is_composed_and_single_spaced(value: Any, expected: str | None) -> None:
    assert text(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (7, 7),
        ("007", 7),
        (7.0, 7),
        (-3, -3),
        (7.5, None),
        ("7.0", None),
        ("", None),
        (False, None),
        (float("inf"), None),
        ("٧", None),
    ],
)
def test_a_whole_number_is_one_however_it_is_written(value: Any, expected: int | None) -> None:
    assert whole(value) == expected
