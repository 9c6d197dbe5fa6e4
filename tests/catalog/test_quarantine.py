"""A bad row is set aside with its reasons; what is here of it stays as it was, and its neighbours go on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from multitv.catalog.fetch import stage
from multitv.catalog.normalise import normalise, text, whole
from multitv.catalog.report import catalog_report
from tests.catalog.conftest import HBO, Isp
from tests.support.report_text import unpadded
from tests.support.settings import TODAY

# A family, a flag and a Persian word: of several characters each, held together by joiners and tags.
JOINED = (
    "\U0001f469\u200d\U0001f467 \U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f "
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
)
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
        ({"name": " \u200b\t"}, "name_is_blank"),
        ({"name": None}, "name_is_blank (received: None)"),
        ({"name": 12}, "name_is_blank (received: 12)"),
        ({"number": "doze"}, "number_is_not_whole (received: 'doze')"),
        ({"number": 10.5}, "number_is_not_whole (received: 10.5)"),
        ({"number": True}, "number_is_not_whole (received: True)"),
        ({"number": None}, "number_is_not_whole (received: None)"),
        ({"number": [1]}, "number_is_not_whole (received: [1])"),
        ({"number": 0}, "number_out_of_range (received: 0)"),
        ({"number": 10_000}, "number_out_of_range (received: 10000)"),
        ({"number": 10**40}, "number_out_of_range (received: 1000"),
        ({"genre_uid": "ge-nada"}, "genre_is_unknown (received: 'ge-nada')"),
        ({"genre_uid": ["ge-esportes"]}, "genre_is_unknown"),
        ({"active": "talvez"}, "active_is_not_boolean (received: 'talvez')"),
        ({"active": None}, "active_is_not_boolean (received: None)"),
        ({"active": {}}, "active_is_not_boolean (received: {})"),
        ({"name": "", "number": -1}, "name_is_blank (received: ''); number_out_of_range (received: -1)"),
        ({"name": "A\ud800\u0000", "number": 0}, "number_out_of_range (received: 0)"),
    ],
)
def test_a_bad_channel_is_refused_with_its_reasons(wrong: dict[str, Any], reason: str) -> None:
    catalog = normalise([GOOD_CHANNEL | wrong, GOOD_CHANNEL | {"uid": "ch-x2"}], GENRES, [GOOD_SERVICE])
    assert list(catalog.channels["platform_uid"]) == ["ch-x2"]
    assert [(refusal.entity, refusal.platform_uid) for refusal in catalog.refusals] == [("channel", "ch-x1")]
    assert reason in "; ".join(map(str, catalog.refusals[0].reasons))


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"name": "\u00a0"}, "name_is_blank"),
        ({"type": "PREMIUM_SERVICE"}, "type_is_unknown (received: 'PREMIUM_SERVICE')"),
        ({"type": None}, "type_is_unknown (received: None)"),
        ({"type": ["BASIC_SERVICE"]}, "type_is_unknown"),
        ({"max_devices": -1}, "max_devices_out_of_range (received: -1)"),
        ({"max_devices": 5_000_000_000}, "max_devices_out_of_range (received: 5000000000)"),
        ({"max_devices": None}, "max_devices_is_not_whole (received: None)"),
        ({"channel_uids": None}, "channels_are_no_list (received: None)"),
        ({"channel_uids": "ch-hbo"}, "channels_are_no_list (received: 'ch-hbo')"),
        ({"channel_uids": ["ch-hbo", 7]}, "channels_are_no_list"),
        ({"active": 2}, "active_is_not_boolean (received: 2)"),
    ],
)
def test_a_bad_service_is_refused_with_its_reasons(wrong: dict[str, Any], reason: str) -> None:
    catalog = normalise([GOOD_CHANNEL], GENRES, [GOOD_SERVICE | wrong, GOOD_SERVICE | {"uid": "svc-y"}])
    assert list(catalog.packages["platform_uid"]) == ["svc-y"]
    assert list(catalog.links["package_uid"]) == ["svc-y"]
    assert [(refusal.entity, refusal.platform_uid) for refusal in catalog.refusals] == [("package", "svc-x")]
    assert reason in "; ".join(map(str, catalog.refusals[0].reasons))


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
        ("channel", "ch-x0"): "name_is_blank (received: ' ')",
        ("channel", "ch-x1"): "number_is_not_whole (received: 'doze')",
        ("channel", "ch-x2"): "number_out_of_range (received: 0)",
        ("channel", "ch-x3"): "genre_is_unknown (received: 'ge-nada')",
        ("package", "svc-x0"): "type_is_unknown (received: 'PREMIUM')",
        ("package", "svc-x1"): "max_devices_out_of_range (received: -1)",
        ("package", "svc-x2"): "channels_are_no_list (received: None)",
    }
    assert isp.channel("ch-x0") is None
    assert isp.package("svc-x0") is None


def test_missing_fields_are_named_like_wrong_ones(isp: Isp) -> None:
    isp.add("channels", uid="ch-x1")
    isp.sync()
    assert isp.quarantine()["channel", "ch-x1"] == (
        "name_is_blank (received: None); active_is_not_boolean (received: None); number_is_not_whole (received: None); "
        "genre_is_unknown (received: None)"
    )


def test_a_genre_without_a_name_sets_its_channels_aside(isp: Isp) -> None:
    isp.add("genres", uid="ge-x", name=" ")
    isp.add("channels", **GOOD_CHANNEL | {"genre_uid": "ge-x"})
    isp.sync()
    assert isp.quarantine() == {("channel", "ch-x1"): "genre_without_name (received: 'ge-x')"}


def test_two_active_channels_with_one_number_are_both_set_aside(isp: Isp) -> None:
    isp.add("channels", **GOOD_CHANNEL)
    isp.add("channels", **GOOD_CHANNEL | {"uid": "ch-x2", "number": "9100"})
    isp.add("channels", **GOOD_CHANNEL | {"uid": "ch-x3", "active": False})
    isp.sync()
    assert set(isp.quarantine()) == {("channel", "ch-x1"), ("channel", "ch-x2")}
    assert "number_is_taken (number: 9100, received: 9100)" in isp.quarantine()["channel", "ch-x1"]
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
    assert isp.quarantine() == {("package_channel", "svc-hbo"): "channel_not_listed (channel_uid: ch-nada)"}
    assert isp.channels_of("svc-hbo") == HBO


def test_a_link_to_a_channel_that_vanished_stays_as_long_as_the_service_names_it(isp: Isp) -> None:
    isp.sync()
    isp.remove("channels", "ch-hb2")
    isp.sync()
    assert isp.quarantine() == {("package_channel", "svc-hbo"): "channel_not_listed (channel_uid: ch-hb2)"}
    assert isp.channels_of("svc-hbo") == HBO
    isp.edit("services", "svc-hbo", channel_uids=sorted(HBO - {"ch-hb2"}))
    isp.sync()
    assert isp.channels_of("svc-hbo") == HBO - {"ch-hb2"}


def test_a_link_to_a_channel_in_quarantine_that_was_never_here_is_set_aside(isp: Isp) -> None:
    isp.add("channels", **GOOD_CHANNEL | {"name": ""})
    isp.edit("services", "svc-hbo", channel_uids=[*sorted(HBO), "ch-x1", "ch-x1", "ch-hbo"])
    isp.sync()
    expected = "channel_in_quarantine (channel_uid: ch-x1)"
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
        ("channel", None): "uid_not_storable (received: 'ch-\\x00'); name_is_blank (received: '\\ud83d')",
        ("channel", "ch-x3"): "name_is_blank (received: '\\x00\\ud83d')",
        ("package_channel", "svc-x"): "channel_not_listed (channel_uid: ch-hbo)",
    }


def test_the_row_is_kept_as_it_came(isp: Isp) -> None:
    row = GOOD_CHANNEL | {"number": 0, "extra": {"deep": [1, "ã"]}}
    isp.add("channels", **row)
    isp.sync()
    assert isp.run("select content from tv.quarantine")[0][0] == row


def test_the_report_lists_what_is_in_quarantine(isp: Isp) -> None:
    isp.add("channels", **GOOD_CHANNEL | {"name": "", "number": "a|b"})
    report = unpadded(catalog_report(isp.engine, isp.sync().sync, TODAY))
    assert "| Canal | ch-x1 | o nome está em branco; o número do canal não é um número inteiro |" in report
    assert "| Canal | inclusão | 102 |" in report
    assert "; em quarentena: 1." in report


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("A  B\n", "A B"),
        ("\ufeffTV", "TV"),
        ("\u00a0", None),
        ("", None),
        (None, None),
        (5, None),
        ("a\u0301", "á"),
        ("\u200d \U000e007f", None),
        (JOINED, JOINED),
        (f"\u200b{JOINED}\u00ad ", JOINED),
    ],
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
