"""What is done to a restored database before anything runs on it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from multitv.backup.restore import finish
from multitv.reconciliation.apply import list_batches
from multitv.reconciliation.errors import NotApproved, StagingMissing
from multitv.reconciliation.guard import record_decision, start_question
from tests.support.databases import Database, as_owner, as_pipeline
from tests.support.settings import SETTINGS

NOW = datetime(2026, 11, 27, tzinfo=UTC)
CHANGE_SET = (
    "insert into reconciliation.change_set (snapshot_id, snapshot_hash, today, status, decided_by, decided_at, "
    "split_from, asked_at, waiting_since) "
    "values (1, '0', '2026-11-23', :status, :by, :at, :split_from, :asked, :asked) returning id"
)


@pytest.fixture
def half_way(engine: Engine) -> tuple[Database, dict[str, int]]:
    """A change set that was being applied, with a change that it took; one that is done; a question that is open."""
    database = Database(as_pipeline(engine))
    database.run("insert into reconciliation.snapshot (hash) values ('0')")
    made: dict[str, int] = {}
    for name, status, by in (
        ("done", "verified", "guard"),
        ("applying", "approved", "guard"),
        ("asked", "planned", None),
    ):
        asked = NOW if by is None else None
        [[made[name]]] = database.run(
            CHANGE_SET, status=status, by=by, at=by and NOW, split_from=None if by else made["applying"], asked=asked
        )
    for name in ("done", "applying"):
        database.run(
            "insert into reconciliation.pending_change (client_plan_id, reason, taken_at, announced_at, change_set_id) "
            "values (7, 'contract', :now, :now, :id)", now=NOW, id=made[name],
        )  # fmt: skip
    return database, made


def test_what_was_unfinished_waits_again_and_what_was_done_stays(half_way: tuple[Database, dict[str, int]]) -> None:
    database, made = half_way
    done = finish(as_owner(database.engine))
    assert (done.change_sets, done.changes) == (2, 1)
    assert database.run(
        "select change_set_id, announced_at is null from reconciliation.pending_change order by id"
    ) == [
        (made["done"], False),
        (None, True),
    ]
    with pytest.raises(NotApproved, match="is superseded.*Nothing was sent"):
        list_batches(database.engine, made["applying"], SETTINGS, "rest")
    again = finish(as_owner(database.engine))
    assert (again.change_sets, again.changes) == (0, 0)


def test_a_question_of_before_the_restore_cannot_be_answered_any_more(
    half_way: tuple[Database, dict[str, int]],
) -> None:
    database, made = half_way
    finish(as_owner(database.engine))
    with pytest.raises(NotApproved, match="is superseded"):
        record_decision(database.engine, made["asked"], approved=True, by="Ana", at=NOW)
    # Its run, which Airflow still has, ends by itself.
    assert start_question(database.engine, made["asked"]) is None


def test_a_number_that_only_airflow_knows_is_refused_by_every_step(half_way: tuple[Database, dict[str, int]]) -> None:
    """It was given out after the backup, and the sequences make sure that nothing else ever gets it."""
    database, made = half_way
    lost = made["asked"] + 1
    finish(as_owner(database.engine))
    assert start_question(database.engine, lost) is None
    with pytest.raises(StagingMissing, match=f"There is no change set {lost}: trigger a new run"):
        list_batches(database.engine, lost, SETTINGS, "release")
    with pytest.raises(StagingMissing, match=f"There is no change set {lost}: trigger a new run"):
        record_decision(database.engine, lost, approved=True, by="Ana", at=NOW)
    [[new]] = database.run(CHANGE_SET, status="planned", by=None, at=None, split_from=None, asked=None)
    assert new > lost + 1_000_000
