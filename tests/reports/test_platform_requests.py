"""What tasks ask of the platform is counted once for each client, by its answer and its duration."""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import Engine

from include.sandbox.process import Sandbox
from multitv.beenius.errors import PlatformUnavailable
from multitv.beenius.tally import BOUNDS, RequestTally
from multitv.database.engine import engine_for
from multitv.reports import platform_requests
from multitv.reports.platform_requests import counted
from tests.support.concurrency import at_once
from tests.support.databases import Database, as_pipeline
from tests.support.ports import free_ports
from tests.support.sandbox import HURRY, client_of, switch_on


@pytest.fixture
def database(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Database:
    pipeline = as_pipeline(engine)
    monkeypatch.setattr(platform_requests, "task_engine", lambda: pipeline)
    return Database(pipeline)


def by_code(database: Database) -> dict[str, int]:
    rows = database.run("select code, sum(requests) as requests from reports.platform_request group by code")
    return {row.code: int(row.requests) for row in rows}


def test_each_try_counts_by_its_answer_and_clients_add_up(database: Database, sandbox: Sandbox) -> None:
    for _ in range(2):
        with counted(client_of(sandbox)) as client:
            client.count_subscribers()
    # Each of the two asked for a token first.
    assert by_code(database) == {"200": 4}
    switch_on(sandbox, "server-error", status=503, times=1)
    with counted(client_of(sandbox)) as client:
        client.count_subscribers()
    assert by_code(database).keys() == {"200", "503"}
    [row] = database.run("select * from reports.platform_request where code = '503'")
    assert row.requests == 1
    assert row.bound in BOUNDS
    assert 0 < row.seconds <= row.bound


def test_a_platform_that_does_not_answer_is_counted_too(database: Database, sandbox: Sandbox) -> None:
    [closed] = free_ports(1)
    away = client_of(sandbox, host=f"http://127.0.0.1:{closed}", retry_policy=replace(HURRY, tries=2))
    with counted(away) as client, pytest.raises(PlatformUnavailable):
        client.count_subscribers()
    assert by_code(database) == {"none": 2}


def test_an_odd_status_counts_by_its_hundred_so_that_codes_are_few() -> None:
    tally = RequestTally()
    for status in range(100, 600):
        tally.add(status, 0.01)
    codes = {code for code, *_ in tally.take()}
    assert codes >= {"200", "404", "1xx", "2xx", "5xx"}
    assert len(codes) < 25
    assert tally.take() == []


def test_tasks_that_end_at_the_same_moment_lose_nothing(database: Database) -> None:
    tallies = [RequestTally() for _ in range(8)]
    for number, tally in enumerate(tallies):
        for status in (200, 404, 500)[:: (-1) ** number]:
            tally.add(status, 0.01)
            tally.add(status, 20.0)
    at_once(*(partial(platform_requests._record, tally) for tally in tallies))
    assert by_code(database) == {"200": 16, "404": 16, "500": 16}


def test_a_count_that_cannot_be_written_fails_no_task(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    [closed] = free_ports(1)
    nowhere = engine_for(f"postgresql+psycopg://nobody@127.0.0.1:{closed}/none")
    monkeypatch.setattr(platform_requests, "task_engine", lambda: nowhere)
    with caplog.at_level(logging.WARNING), counted(client_of(sandbox)) as client:
        assert client.count_subscribers().rows >= 0
    assert "not counted in the metrics" in caplog.text
