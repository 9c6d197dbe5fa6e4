"""Each kind of alert appears with what is wrong, is kept up to date, and ends with it; docs/runbook.md has its text."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import multitv.billing.operators
import multitv.billing.sensors
import multitv.billing.sweep
import multitv.catalog.errors
import multitv.check
import multitv.privacy.export
import multitv.quality.books
import multitv.quality.gate
import multitv.reconciliation.errors
from multitv.alerts.callbacks import _code
from multitv.alerts.kinds import KINDS
from multitv.alerts.messages import CAUSES, WORDS, Alert, message
from multitv.alerts.tell import _look
from multitv.errors import MultiTVError, Refusal
from multitv.labels import SENTENCES
from tests.alerts.scenarios import BASE_URL, NOW, SCENARIOS, SETTINGS
from tests.support.databases import Database

# So that their errors are known.
ROOMS = (
    multitv.billing.operators,
    multitv.billing.sensors,
    multitv.billing.sweep,
    multitv.catalog.errors,
    multitv.check,
    multitv.privacy.export,
    multitv.quality.books,
    multitv.quality.gate,
    multitv.reconciliation.errors,
)


def look(database: Database, later: timedelta = timedelta()) -> None:
    with database.engine.connect() as connection:
        assert _look(connection, SETTINGS, NOW + later) == []


def found(database: Database, kind: str) -> list[Any]:
    rows: list[Any] = database.run("select * from alerts.alert where kind = :kind order by id", kind=kind)
    return rows


def as_alert(row: Any) -> Alert:
    return Alert(row.id, row.kind, row.parameters, row.client_plans, row.amount, row.opened_at, row.over_at)


def texts(row: Any) -> str:
    alert = as_alert(row)
    _, new = message([alert], [], [], base_url=BASE_URL, timezone=SETTINGS.timezone)
    _, over = message([], [alert], [], base_url=BASE_URL, timezone=SETTINGS.timezone)
    return f"{new}\n\n{over}"


def test_there_is_a_scenario_words_and_a_link_for_each_kind() -> None:
    assert list(KINDS) == list(WORDS) == list(SCENARIOS)


def test_where_nothing_is_wrong_nothing_is_told(database: Database) -> None:
    look(database)
    assert database.run("select kind from alerts.alert") == []


@pytest.mark.parametrize("kind", SCENARIOS)
def test_an_alert_appears_is_kept_up_to_date_and_ends(database: Database, kind: str, repository: Path) -> None:
    scenario = SCENARIOS[kind]
    scenario.set_up(database)
    look(database)
    [row] = found(database, kind)
    assert (row.key, row.client_plans, row.amount, row.over_at) == (scenario.key, *scenario.first, None)
    others = {other.kind for other in database.run("select kind from alerts.alert")} - {kind}
    assert not others

    told = texts(row)
    assert "—" not in told.replace("— ", "")
    section = re.search(
        rf"^## `{kind}`.*?```text\n(.*?)\n```", (repository / "docs/runbook.md").read_text(), re.DOTALL | re.MULTILINE
    )
    assert section, f"docs/runbook.md needs a section `{kind}` with:\n{told}"
    assert section[1] == told

    database.run(scenario.grows)
    look(database)
    [grown] = found(database, kind)
    assert (grown.id, grown.client_plans, grown.amount, grown.over_at) == (row.id, *scenario.then, None)
    assert grown.parameters != row.parameters or scenario.first != scenario.then

    if scenario.ends:
        database.run(scenario.ends)
    look(database, timedelta(hours=24) if not scenario.ends else timedelta())
    [ended] = found(database, kind)
    assert ended.id == row.id
    assert ended.over_at is not None


def every(kind: type[MultiTVError]) -> set[type[MultiTVError]]:
    return {kind}.union(*(every(below) for below in kind.__subclasses__()))


def test_every_error_of_a_task_has_words() -> None:
    # Those of commands and screens, and those that only have subclasses.
    elsewhere = ("multitv.backup", "multitv.web", "multitv.release", "multitv.errors", "include", "tests")
    abstract = {"catalog_refused", "unanswered"}
    codes = {
        _code(error.__new__(error))
        for error in every(MultiTVError)
        if not issubclass(error, Refusal) and not error.__module__.startswith(elsewhere)
    }
    assert {"platform_unavailable", "unfinished_runs", "pool_missing", "erp_incomplete"} <= codes
    assert {code for code in codes - abstract if code not in CAUSES and code not in SENTENCES} == set()


def test_a_hundred_causes_make_one_message_that_a_person_can_read(database: Database) -> None:
    for number in range(100):
        database.run(
            "insert into alerts.failure (dag_id, dag_name, task_id, task_name, run_id, map_index, code, link) "
            "values ('d', 'Faturamento TV', 't', 'Conferir', 'r', -1, :code, 'https://tv.isp.example/x')",
            code=f"code_{number}",
        )
    look(database)
    alerts = [as_alert(row) for row in found(database, "task_failed")]
    title, body = message(alerts, [], [], base_url=BASE_URL, timezone=SETTINGS.timezone)
    assert title == "Multi TV: 100 alertas novos"
    assert len(body) < 4_000
    assert re.search(r"… e \d+ alertas mais", body.splitlines()[-1])
