"""A catalogue that is not plausible is refused as a whole, with its numbers and what to do."""

from __future__ import annotations

import pytest

from multitv.catalog.errors import CatalogRefused, EmptyCatalog, ShrunkenCatalog, TooMuchQuarantine
from multitv.errors import PermanentError
from tests.catalog.conftest import WRITTEN, Isp


def assert_untouched(isp: Isp, kind: type[CatalogRefused], message: str, **other: bool) -> None:
    before = isp.tables()
    with pytest.raises(kind, match=message) as caught:
        isp.sync(**other)
    assert isinstance(caught.value, PermanentError)
    assert isp.tables() == before


@pytest.mark.parametrize("resource", ["channels", "genres", "services"])
def test_an_empty_list_writes_nothing_at_all(isp: Isp, resource: str) -> None:
    isp.sync()
    before = isp.tables(WRITTEN)
    isp.sandbox.admin("PUT", f"/admin/catalogue/{resource}", [])
    with pytest.raises(EmptyCatalog, match=f"lists no {resource} at all. .* nothing was written"):
        isp.fetch()
    assert isp.tables(WRITTEN) == before
    with pytest.raises(EmptyCatalog):
        isp.sync(allow_shrink=True)


def test_a_shrunken_one_needs_the_word_of_a_person(isp: Isp) -> None:
    isp.sync()
    services = isp.listed("services")
    isp.sandbox.admin("PUT", "/admin/catalogue/services", services[:7])
    assert_untouched(isp, ShrunkenCatalog, r"deactivate 3 of 10 active packages, more than 20%.*'allow_shrink'")
    assert isp.sync(allow_shrink=True).changes == {("package", "deactivated"): 3}


def test_a_fifth_less_is_not_too_much(isp: Isp) -> None:
    isp.sync()
    isp.sandbox.admin("PUT", "/admin/catalogue/services", isp.listed("services")[:8])
    assert isp.sync().changes == {("package", "deactivated"): 2}


def test_other_channels_do_not_make_up_for_those_lost(isp: Isp) -> None:
    isp.sync()
    channels = [row | {"uid": f"{row['uid']}-novo"} for row in isp.listed("channels")]
    services = [
        row | {"channel_uids": [f"{uid}-novo" for uid in row["channel_uids"]]} for row in isp.listed("services")
    ]
    isp.sandbox.admin("PUT", "/admin/catalogue/channels", channels)
    isp.sandbox.admin("PUT", "/admin/catalogue/services", services)
    assert_untouched(isp, ShrunkenCatalog, "deactivate 102 of 102 active channels")


def test_too_many_bad_rows_are_refused_and_kept_for_a_person(isp: Isp) -> None:
    isp.sync()
    isp.sandbox.admin(
        "PUT",
        "/admin/catalogue/channels",
        [row | {"name": ""} if n < 12 else row for n, row in enumerate(isp.listed("channels"))],
    )
    assert_untouched(isp, TooMuchQuarantine, "12 of 112 rows are in quarantine, more than 10%", allow_shrink=True)
    assert len(isp.quarantine()) == 12


def test_too_many_broken_links_are_refused(isp: Isp) -> None:
    isp.edit("services", "svc-premiere", channel_uids=[f"ch-nada-{n}" for n in range(40)])
    assert_untouched(isp, TooMuchQuarantine, "40 of 190 links of packages to channels are in quarantine")
