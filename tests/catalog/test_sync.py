"""What a sync does to channels, packages and their links."""

from __future__ import annotations

from decimal import Decimal

from tests.catalog.conftest import HBO, Isp


def test_the_first_sync_brings_the_whole_lineup(isp: Isp) -> None:
    outcome = isp.sync()
    assert outcome.changes == {
        ("channel", "added"): 102,
        ("package", "added"): 10,
        ("package_channel", "added"): sum(len(service["channel_uids"]) for service in isp.listed("services")),
    }
    assert isp.channel("ch-hbo") == (
        next(row["name"] for row in isp.listed("channels") if row["uid"] == "ch-hbo"),
        next(row["number"] for row in isp.listed("channels") if row["uid"] == "ch-hbo"),
        "Filmes e Séries",
        True,
    )
    assert isp.channels_of("svc-hbo") == HBO


def test_a_new_package_gets_a_first_guess_and_no_price(isp: Isp) -> None:
    isp.sync()
    extended, basic = isp.package("svc-hbo"), isp.package("svc-familia")
    assert (extended.extra, extended.price, extended.point_limit) == (True, None, 3)
    assert (basic.extra, basic.price, basic.point_limit) == (False, None, 4)


def test_a_second_sync_changes_nothing(isp: Isp) -> None:
    isp.sync()
    before = isp.tables()
    outcome = isp.sync()
    assert isp.tables() == before
    assert (outcome.status, outcome.changed, outcome.quarantined) == ("merged", 0, 0)


def test_what_was_renamed_renumbered_or_moved_follows_and_nothing_else(isp: Isp) -> None:
    isp.sync()
    before = isp.tables()
    isp.edit("channels", "ch-hbo", name="HBO  Um", number=9001, genre_uid="ge-esportes")
    isp.edit("services", "svc-hbo", name="Max", channel_uids=sorted(HBO - {"ch-mnx"} | {"ch-tc1"}))
    outcome = isp.sync()
    assert isp.channel("ch-hbo") == ("HBO Um", 9001, "Esportes", True)
    assert isp.package("svc-hbo").name == "Max"
    assert isp.channels_of("svc-hbo") == HBO - {"ch-mnx"} | {"ch-tc1"}
    assert outcome.changes == {
        ("channel", "changed"): 1,
        ("package", "changed"): 1,
        ("package_channel", "added"): 1,
        ("package_channel", "removed"): 1,
    }
    after = isp.tables()
    assert len(set(before["tv.channel"]) - set(after["tv.channel"])) == 1
    assert len(set(before["tv.package"]) - set(after["tv.package"])) == 1


def test_what_the_isp_owns_is_never_overwritten(isp: Isp) -> None:
    isp.sync()
    isp.run(
        "update tv.package set extra = not extra, price = 12.34, point_limit = 9 "
        "where platform_uid in ('svc-hbo', 'svc-familia')"
    )
    for uid, other_type in (("svc-hbo", "BASIC_SERVICE"), ("svc-familia", "EXTENDED_SERVICE")):
        isp.edit("services", uid, name=f"Novo {uid}", type=other_type, max_devices=1, price="99.90")
    isp.sync()
    for uid, extra in (("svc-hbo", False), ("svc-familia", True)):
        package = isp.package(uid)
        assert package.name == f"Novo {uid}"
        assert (package.extra, package.price, package.point_limit) == (extra, Decimal("12.34"), 9)


class TestVanished:
    def test_it_is_deactivated_and_keeps_its_row_and_its_links(self, isp: Isp) -> None:
        isp.sync()
        row, counts = isp.package("svc-hbo"), {name: len(rows) for name, rows in isp.tables().items()}
        isp.remove("services", "svc-hbo")
        isp.remove("channels", "ch-hb2")
        isp.remove("channels", "ch-off")
        outcome = isp.sync()
        assert outcome.changes == {("channel", "deactivated"): 2, ("package", "deactivated"): 1}
        assert isp.package("svc-hbo")[:-2] == row[:-2]
        assert not isp.package("svc-hbo").active
        assert not isp.channel("ch-hb2")[3]
        assert isp.channels_of("svc-hbo") == HBO
        assert {name: len(rows) for name, rows in isp.tables().items()} == counts

    def test_what_the_platform_calls_inactive_is_inactive_here(self, isp: Isp) -> None:
        isp.sync()
        isp.edit("services", "svc-hbo", active=False)
        isp.edit("channels", "ch-hb2", active=False)
        assert isp.sync().changes == {("channel", "deactivated"): 1, ("package", "deactivated"): 1}
        assert isp.sync().changed == 0

    def test_it_comes_back_as_it_was(self, isp: Isp) -> None:
        isp.sync()
        isp.run("update tv.package set price = 34.90 where platform_uid = 'svc-hbo'")
        rows, links = isp.listed("services"), isp.tables()["tv.package_channel"]
        isp.remove("services", "svc-hbo")
        isp.sync()
        isp.sandbox.admin("PUT", "/admin/catalogue/services", rows)
        outcome = isp.sync()
        assert outcome.changes == {("package", "reactivated"): 1}
        assert isp.package("svc-hbo").active
        assert isp.package("svc-hbo").price == Decimal("34.90")
        assert isp.tables()["tv.package_channel"] == links


def test_the_event_for_those_who_depend_on_it_carries_the_numbers(isp: Isp) -> None:
    isp.sync()
    isp.remove("services", "svc-hbo")
    outcome = isp.sync()
    assert outcome.as_extra() == {
        "sync": outcome.sync,
        "status": "merged",
        "changed": 1,
        "quarantined": 0,
        "package_deactivated": 1,
    }
