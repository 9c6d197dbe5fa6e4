"""The gate of the catalogue finds each kind of corrupt staging, put in by hand."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

import pytest
from sqlalchemy import URL, Engine, text

from multitv.catalog.fetch import stage
from multitv.catalog.normalise import normalise
from multitv.database.engine import engine_for, task_engine
from multitv.quality.catalog import check_catalog
from multitv.quality.gate import GateFailed, _connection_string
from tests.support.settings import SETTINGS

pytestmark = pytest.mark.slow

SYNC = 7
GENRES = [{"uid": "ge-1", "name": "Filmes"}]
CHANNELS = [
    {"uid": f"ch-{n}", "name": f"Canal {n}", "number": n, "genre_uid": "ge-1", "active": True} for n in range(1, 6)
]
SERVICES = [
    {"uid": "svc-b", "name": "Básico", "type": "BASIC_SERVICE", "active": True, "max_devices": 2},
    {"uid": "svc-e", "name": "Extra", "type": "EXTENDED_SERVICE", "active": True, "max_devices": 2},
]


@pytest.fixture
def staged(engine: Engine) -> Engine:
    """A small sound catalogue, staged as sync 7, beside the ruins of an earlier sync."""
    services = [service | {"channel_uids": ["ch-1", "ch-2"]} for service in SERVICES]
    stage(engine, SYNC, datetime.now(UTC), normalise(CHANNELS, GENRES, services))
    run(engine, "insert into staging.channel values (6, null, null, -1, null, null)")
    return engine


def run(engine: Engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(statement))


def test_a_sound_catalogue_passes(staged: Engine, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "multitv"):
        check_catalog(staged, SYNC, SETTINGS)
    assert "Catalogue sync 7: 27 expectations of 6 batches hold." in caplog.text


def test_every_kind_of_corruption_is_found_and_counted(staged: Engine) -> None:
    for damage in (
        "update staging.channel set name = null where platform_uid = 'ch-1'",
        "update staging.channel set name = ' ' where platform_uid = 'ch-2'",
        "update staging.channel set platform_uid = 'ch-3' where platform_uid = 'ch-4'",
        "update staging.channel set number = 3 where platform_uid = 'ch-5'",
        "insert into staging.channel values (7, null, 'X', 10000, '', null)",
        "insert into staging.package values (7, '', null, 'PREMIUM', -1, null)",
        "update staging.package set active = false where service_type = 'BASIC_SERVICE'",
        "update staging.package set max_devices = null where platform_uid = 'svc-e'",
        "insert into staging.package_channel values (7, 'svc-b', 'ch-1'), (7, 'svc-b', 'ch-9'), (7, 'svc-9', 'ch-1')",
    ):
        run(staged, damage.replace("where", "where catalog_sync_id = 7 and"))
    with pytest.raises(GateFailed) as caught:
        check_catalog(staged, SYNC, SETTINGS)
    message = str(caught.value)
    for part in (
        "channels: expect_column_values_to_not_be_null of name: 1 of 6 rows are not so",
        "channels: expect_column_values_to_match_regex of name: 1 of 6",
        "channels: expect_column_values_to_not_be_null of platform_uid: 1 of 6",
        "channels: expect_column_values_to_be_unique of platform_uid: 2 of 6",
        "channels: expect_column_values_to_be_between of number: 1 of 6",
        "channels: expect_column_values_to_match_regex of family: 1 of 6",
        "channels: expect_column_values_to_not_be_null of active: 1 of 6",
        "active_channels: expect_column_values_to_be_unique of number: 2 of 5",
        "packages: expect_column_values_to_match_regex of platform_uid: 1 of 3",
        "packages: expect_column_values_to_not_be_null of name: 1 of 3",
        "packages: expect_column_values_to_be_in_set of service_type: 1 of 3",
        "packages: expect_column_values_to_not_be_null of max_devices: 1 of 3",
        "packages: expect_column_values_to_be_between of max_devices: 1 of 3",
        "active_basic_packages: expect_table_row_count_to_be_between: 0 rows",
        "links: expect_compound_columns_to_be_unique of package_uid, channel_uid: 2 of 7",
        "dangling_links: expect_table_row_count_to_equal: 2 rows",
    ):
        assert part in message
    assert "17 of 27 expectations failed" in message
    assert "Channels and packages stay as they are. Clear `fetch`" in message
    assert "PREMIUM" not in message


@pytest.mark.parametrize(
    ("table", "batch"), [("channel", "channels"), ("package", "packages"), ("package_channel", "links")]
)
def test_staging_that_lost_its_rows_is_found(staged: Engine, table: str, batch: str) -> None:
    run(staged, f"truncate staging.{table}")
    with pytest.raises(GateFailed, match=f"{batch}: expect_table_row_count_to_be_between: 0 rows"):
        check_catalog(staged, SYNC, SETTINGS)


def test_a_link_to_a_channel_known_of_old_is_sound(staged: Engine) -> None:
    run(staged, "insert into tv.channel (platform_uid, name, number, family) values ('ch-9', 'Antigo', 9, 'Filmes')")
    run(staged, "insert into staging.package_channel values (7, 'svc-b', 'ch-9')")
    check_catalog(staged, SYNC, SETTINGS)


def test_a_sync_that_was_merged_is_not_judged_again(staged: Engine) -> None:
    run(staged, "update tv.catalog_sync set status = 'merged', merged_at = now()")
    run(staged, "truncate staging.channel")
    check_catalog(staged, SYNC, SETTINGS)


def test_a_sync_that_does_not_exist_is_named(engine: Engine) -> None:
    with pytest.raises(GateFailed, match="There is no catalogue sync 99"):
        check_catalog(engine, 99, SETTINGS)


def test_a_column_that_is_missing_is_a_failure_and_not_a_pass(staged: Engine) -> None:
    run(staged, "alter table staging.channel alter column number type text")
    with pytest.raises(GateFailed, match="expect_column_values_to_be_between of number could not be judged: "):
        check_catalog(staged, SYNC, SETTINGS)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            URL.create("postgresql+psycopg", "isp", "p${x}@", "db.example.com", 5433, "isp", {"sslmode": "require"}),
            "postgresql+psycopg://isp:p%24%7Bx%7D%40@db.example.com:5433/isp?sslmode=require",
        ),
        (
            URL.create("postgresql+psycopg", "isp", database="isp", query={"host": "/run/pg"}),
            "postgresql+psycopg://isp@localhost/isp?host=%2Frun%2Fpg",
        ),
        (
            URL.create("postgresql+psycopg", host="/run/pg", database="isp"),
            "postgresql+psycopg://somebody@localhost/isp?host=%2Frun%2Fpg",
        ),
    ],
)
def test_addresses_of_every_kind_are_passed_on(monkeypatch: pytest.MonkeyPatch, url: URL, expected: str) -> None:
    monkeypatch.setenv("PGUSER", "somebody")
    assert _connection_string(engine_for(url)) == expected


def test_the_gate_reaches_a_database_behind_an_airflow_connection(
    staged: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = {
        "conn_type": "postgres",
        "host": str(staged.url.query["host"]),
        "login": staged.url.username,
        "schema": staged.url.database,
    }
    monkeypatch.setenv("AIRFLOW_CONN_ISP_DB", json.dumps(connection))
    check_catalog(task_engine(), SYNC, SETTINGS)
