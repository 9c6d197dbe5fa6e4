"""Any task of a sync run again, run twice at once, or killed."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy.exc import NoResultFound

from multitv.catalog.errors import StagedCatalogMissing
from multitv.catalog.report import catalog_report
from multitv.quality.catalog import check_catalog
from tests.catalog.conftest import WRITTEN, Isp
from tests.support.concurrency import at_once
from tests.support.report_text import assert_readable
from tests.support.settings import SETTINGS, TODAY


def test_a_sync_killed_before_its_merge_is_merged_by_a_rerun(isp: Isp) -> None:
    sync = isp.fetch()
    assert isp.tables() == {"tv.channel": [], "tv.package": [], "tv.package_channel": []}
    check_catalog(isp.engine, sync, SETTINGS)
    assert isp.merge(sync).changes["channel", "added"] == 102


def test_merging_a_sync_again_tells_the_same_and_changes_nothing(isp: Isp) -> None:
    first = isp.sync()
    before = isp.tables(WRITTEN)
    assert isp.merge(first.sync) == first
    assert isp.tables(WRITTEN) == before
    check_catalog(isp.engine, first.sync, SETTINGS)


def test_fetching_again_leaves_the_first_snapshot_unused(isp: Isp) -> None:
    lost = isp.fetch()
    isp.edit("channels", "ch-hbo", name="HBO Novo")
    outcome = isp.sync()
    assert isp.channel("ch-hbo")[0] == "HBO Novo"
    before = isp.tables()
    assert isp.merge(lost).status == "superseded"
    assert isp.tables() == before
    report = catalog_report(isp.engine, lost, TODAY)
    assert "Outra sincronização, mais nova, terminou antes: esta não mudou nada." in report
    assert_readable(report, isp.engine)
    isp.fetch()
    assert isp.run("select distinct catalog_sync_id from staging.channel") == [(outcome.sync + 1,)]


def test_an_older_snapshot_never_overwrites_a_newer_one_even_if_it_was_staged_later(isp: Isp) -> None:
    slow = isp.run("select nextval(pg_get_serial_sequence('tv.catalog_sync', 'id'))")[0][0]
    isp.sync()
    isp.run("insert into tv.catalog_sync (id, status) values (:slow, 'staged')", slow=slow)
    assert isp.merge(slow).status == "superseded"


def test_two_syncs_at_once_end_as_one(isp: Isp) -> None:
    outcomes = at_once(*[isp.sync] * 8)
    assert sum(outcome.changes.get(("channel", "added"), 0) for outcome in outcomes) == 102
    assert {len(rows) for rows in isp.tables().values()} == {102, 10, 151}


def test_one_sync_merged_by_many_is_merged_once(isp: Isp) -> None:
    sync = isp.fetch()
    outcomes = at_once(*[partial(isp.merge, sync)] * 8)
    assert len({str(outcome) for outcome in outcomes}) == 1
    assert isp.run("select count(*) from tv.catalog_change where entity = 'channel'") == [(102,)]


def test_a_merge_that_dies_in_the_middle_leaves_nothing_behind(isp: Isp) -> None:
    isp.run("alter table tv.package_channel add constraint dies check (package_id < 5)")
    sync = isp.fetch()
    before = isp.tables(WRITTEN)
    with pytest.raises(Exception, match="dies"):
        isp.merge(sync)
    assert isp.tables(WRITTEN) == before
    isp.run("alter table tv.package_channel drop constraint dies")
    assert isp.merge(sync).changes["package", "added"] == 10


def test_staged_rows_that_a_crash_took_are_missed(isp: Isp) -> None:
    sync = isp.fetch()
    isp.run("truncate staging.package_channel")
    with pytest.raises(StagedCatalogMissing, match=r"of which 102, 10 and 0 are left.*Clear `fetch`"):
        isp.merge(sync)


def test_a_sync_that_does_not_exist_is_named(isp: Isp) -> None:
    with pytest.raises(StagedCatalogMissing, match="There is no catalogue sync 77"):
        isp.merge(77)
    with pytest.raises(NoResultFound):
        catalog_report(isp.engine, 77, TODAY)
