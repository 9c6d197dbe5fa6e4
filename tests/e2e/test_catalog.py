"""The catalogue sync on a real Airflow: refused, repaired, and what those who depend on it hear of it."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.e2e.conftest import RunningStack

ACTIVE = "select (select count(*) from tv.channel where active), (select count(*) from tv.package where active)"


def active(stack: RunningStack) -> tuple[int, int]:
    with stack.engine.connect() as connection:
        channels, packages = connection.execute(text(ACTIVE)).one()
    return channels, packages


@pytest.mark.proof
def test_an_empty_catalogue_is_refused_at_once_and_a_repaired_platform_completes_the_same_run(
    stack: RunningStack,
) -> None:
    run = stack.trigger("tv_catalog_sync")
    assert stack.wait_for_run("tv_catalog_sync", run) == "success"
    before = active(stack)
    assert before[0] == 102

    stack.sandbox.admin("POST", "/admin/faults", {"kind": "empty-list", "path": "/channels"})
    try:
        run = stack.trigger("tv_catalog_sync")
        assert stack.wait_for_run("tv_catalog_sync", run) == "failed"
    finally:
        stack.sandbox.admin("DELETE", "/admin/faults")
    assert "EmptyCatalog: Beenius at http://127.0.0.1" in stack.task_log("tv_catalog_sync", run, "fetch", 1)
    assert active(stack) == before

    stack.api.clear("tv_catalog_sync", run, "fetch")
    assert stack.wait_for_run("tv_catalog_sync", run) == "success"
    assert "Nada mudou" in stack.task_log("tv_catalog_sync", run, "report")
    assert active(stack) == before
    [newest, *_] = stack.api.asset_events("tv_catalog_sync")
    assert (newest["source_run_id"], newest["extra"]["status"], newest["extra"]["changed"]) == (run, "merged", 0)
