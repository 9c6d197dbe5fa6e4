"""Which connection the screens use."""

from __future__ import annotations

import asyncio

import pytest

from multitv.web.core import database


@pytest.fixture
def without_screens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_ISP_DB", "postgres://multitv_pipeline@db/isp")
    database._warn_once.cache_clear()


def logins(times: int) -> list[str | None]:
    async def look() -> list[str | None]:
        return [(await database.web_engine()).url.username for _ in range(times)]

    return asyncio.run(look())


@pytest.mark.usefixtures("without_screens")
def test_the_screens_have_a_login_of_their_own(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_ISP_DB_SCREENS", "postgres://multitv_screens@db/isp")
    assert logins(2) == ["multitv_screens"] * 2
    assert caplog.messages == []


@pytest.mark.usefixtures("without_screens")
def test_without_one_they_use_that_of_the_tasks_and_the_log_says_so_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(database, "has_connection", lambda _: False)
    assert logins(3) == ["multitv_pipeline"] * 3
    [message] = caplog.messages
    assert "isp_db_screens" in message
    assert "multitv_screens" in message
