"""A database and a platform as 0.2.0 left them in the middle of its work, migrated and gone on with by today's code."""

from __future__ import annotations

import gzip
import sqlite3
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

from include.local import postgres
from include.local.postgres import Server
from include.sandbox.process import Sandbox
from include.sandbox.store import FILE
from multitv.billing import correction, open_months, sweep, tv
from multitv.billing.review import ApprovalRequest, decide
from multitv.billing.standard import bill_plans
from multitv.database.engine import SchemaMissing
from multitv.database.migrate import migrate
from multitv.database.wait import wait
from multitv.quality import books
from multitv.reconciliation.change_set import read_change_set
from multitv.reconciliation.guard import assess
from multitv.reconciliation.verify import verify_change_set
from multitv.settings import Settings
from tests.support.databases import Database, as_pipeline, own_database
from tests.support.house import House
from tests.support.settings import SETTINGS, TODAY

LEFT = Path(__file__).parent / "release_0_2_0"
# Of made-up clients, in a file that everybody has.
KEY = urlsafe_b64encode(b"only for the test of the upgrade").decode()
SETTLED, SAVED, ASKED = date(2026, 12, 29), date(2026, 12, 25), date(2026, 12, 5)
CHANGE_SET, REVIEW = 2, 3
EVENTS = (
    "select id, client_plan_id, client_package_id, due_date, reference_month, kind, amount, status, reversed "
    "from billing.event"
)
INVOICES = "select id, client_plan_id, due_date, status from finance.invoice"
POSTINGS = "select id, invoice_id, kind, amount, billing_event_id, reverses_posting_id from finance.posting"
BOOKS = (EVENTS, INVOICES, POSTINGS)
# What a release must not change, whatever it does to the tables.
FIGURES = (
    *BOOKS,
    "select kind, due_date, status from billing.run",
    "select run_id, client_package_id, reason from billing.exclusion",
    "select id, action, event_id, reversal_event_id, author, reason from billing.correction",
    "select id, due_date, decision, digest, charges, amount from billing.review",
    "select id, client_plan_id, package_id, price, added_on, cancelled_on from tv.client_package",
    "select id, client_plan_id, mac, added_on, removed_on from tv.client_point",
    "select client_plan_id, name, value from tv.client_extra_field",
    "select id, status, decided_by from reconciliation.change_set",
    "select change_set_id, client_plan_id, number, action, target, status from reconciliation.operation",
)


def figures(database: Database, statements: Sequence[str] = FIGURES) -> list[list[str]]:
    return [sorted(map(repr, database.run(statement))) for statement in statements]


def restore(engine: Engine) -> None:
    """Put back what 0.2.0 left, and have its change set made just now: one of long ago is not applied any more."""
    with psycopg.connect(postgres.plain(engine.url), autocommit=True) as connection:
        connection.execute(gzip.decompress((LEFT / "isp.sql.gz").read_bytes()))
    Database(engine).run("update reconciliation.change_set set created_at = now(), decided_at = now()")


@pytest.fixture(scope="module")
def left(server: Server) -> Iterator[Engine]:
    """The database as 0.2.0 left it."""
    with own_database(server) as engine:
        restore(engine)
        yield engine


@pytest.fixture(scope="module")
def migrated_from_0_2_0(server: Server, left: Engine) -> Iterator[str]:
    """The name of a database that was migrated, to make copies of."""
    with own_database(server, str(left.url.database)) as engine:
        migrate(engine)
        yield str(engine.url.database)


@pytest.fixture
def upgraded(server: Server, migrated_from_0_2_0: str) -> Iterator[Database]:
    """The migrated database, as tasks connect to it."""
    with own_database(server, migrated_from_0_2_0) as engine:
        yield Database(as_pipeline(engine))


@pytest.fixture
def house(upgraded: Database, tmp_path: Path) -> Iterator[House]:
    """The migrated database, and the platform of the same moment."""
    with closing(sqlite3.connect(tmp_path / FILE)) as state:
        state.executescript(gzip.decompress((LEFT / "platform.sql.gz").read_bytes()).decode())
    sandbox = Sandbox(tmp_path)
    sandbox.start()
    try:
        settings = Settings(pin_keys=SecretStr(KEY), beenius_requests_per_second=100_000)
        yield House(upgraded.engine, sandbox, settings)
    finally:
        sandbox.kill()


def check_books(database: Database) -> None:
    for due_date in (SETTLED, SAVED, ASKED):
        books.check(database.engine, books.BOOKS + books.ONE_FEE, due_date)


def total(database: Database, due_date: date, status: str) -> tuple[int, Decimal]:
    statement = "select count(*), sum(amount) from billing.event where due_date = :due_date and status = :status"
    [[count, amount]] = database.run(statement, due_date=due_date, status=status)
    return count, amount


def test_a_migration_changes_no_figure_and_loses_no_row(server: Server, left: Engine) -> None:
    before = figures(Database(left))
    assert min(map(len, before)) > 0
    with own_database(server, str(left.url.database)) as engine:
        with pytest.raises(SchemaMissing, match="its schema is at 0004"):
            wait(engine, timeout=0)
        migrate(engine)
        wait(as_pipeline(engine), timeout=0)
        assert figures(Database(engine)) == before
        migrate(engine)
        assert figures(Database(engine)) == before


def test_a_migration_that_fails_in_the_middle_leaves_everything_as_it_was(server: Server, left: Engine) -> None:
    with own_database(server, str(left.url.database)) as engine:
        before = figures(Database(engine))
        # No file of ours has it, which is found after the last migration.
        Database(engine).run("create function tv.novelty() returns void language sql as ''")
        with pytest.raises(Exception, match=r"tv\.novelty"):
            migrate(engine)
        with pytest.raises(SchemaMissing, match="its schema is at 0004"):
            wait(engine, timeout=0)
        assert figures(Database(engine)) == before


def test_a_billing_run_that_waits_settles_what_was_saved_before(upgraded: Database) -> None:
    engine = upgraded.engine
    count, amount = total(upgraded, SAVED, "pending")
    assert count > 0
    bill_plans(engine, SAVED)
    settled = tv.settle(engine, SAVED, SETTINGS)
    assert (settled.posted.count, settled.posted.amount) == (count, amount)
    assert settled.voided.count == 0
    assert total(upgraded, SAVED, "processed") == (count, amount)
    check_books(upgraded)
    before = figures(upgraded, BOOKS)
    tv.save(engine, SAVED, SETTINGS)
    bill_plans(engine, SAVED)
    assert tv.settle(engine, SAVED, SETTINGS).posted.count == 0
    assert figures(upgraded, BOOKS) == before


def test_a_due_date_that_was_settled_before_is_not_charged_again(upgraded: Database) -> None:
    engine, before = upgraded.engine, figures(upgraded, BOOKS)
    saved = tv.save(engine, SETTLED, SETTINGS)
    assert isinstance(saved, tv.Saved)
    assert (saved.added, saved.repriced, saved.voided.count) == (0, 0, 0)
    bill_plans(engine, SETTLED)
    tv.settle(engine, SETTLED, SETTINGS)
    open_months.compare(engine, SETTINGS, TODAY, sweep.recent_due_dates(engine, TODAY))
    assert upgraded.run("select from billing.open_month where reference_month < '2026-12-01'") == []
    assert figures(upgraded, BOOKS) == before
    check_books(upgraded)


def test_the_answer_to_a_list_that_was_shown_before_is_understood(upgraded: Database) -> None:
    engine = upgraded.engine
    # 0.2.0 kept the review's number, and not the digest of its list.
    decide(engine, REVIEW, None, approved=True, by="ana", at=datetime.now(UTC))
    saved = tv.save(engine, ASKED, SETTINGS, approval="always")
    assert not isinstance(saved, ApprovalRequest)
    assert saved.added == 5
    bill_plans(engine, ASKED)
    tv.settle(engine, ASKED, SETTINGS)
    check_books(upgraded)


def test_a_correction_that_was_made_before_can_be_taken_back(upgraded: Database) -> None:
    [[event]] = upgraded.run("select event_id from billing.correction where action = 'reverse'")
    correction.correct(upgraded.engine, event, "take_back", reason="era devido", author="ana")
    check_books(upgraded)


def test_a_change_set_that_was_applied_by_half_goes_on_and_nothing_is_sent_twice(house: House) -> None:
    before = Counter(house.writes())
    planned = "select count(*) from reconciliation.operation where change_set_id = :id and status = 'planned'"
    [[left_over]] = house.run(planned, id=CHANGE_SET)
    assert left_over > 5
    # The run gets the task `guard`, which 0.2.0 did not have; a person's decision stays.
    assert assess(house.engine, CHANGE_SET, house.settings).questions == ()
    assert read_change_set(house.engine, CHANGE_SET).decided_by == "ana"
    assert house.apply(CHANGE_SET)["applied"] == left_over
    verify_change_set(house.engine, house.client(), CHANGE_SET)
    sent = Counter(house.writes()) - before
    assert sent.total() == left_over
    assert max(sent.values()) == 1
    assert ("POST", "") not in sent
    assert house.apply(CHANGE_SET)["applied"] == 0
    again = house.make_change_set()
    assert house.operations(again) == []
    assert assess(house.engine, again, house.settings).concerns == ()
    assert Counter(house.writes()) - before == sent
    pins = house.pins()
    assert len(pins) == len(house.served())
    for client_plan, pin in pins.items():
        path = f"/admin/subscribers/{house.subscriber(client_plan).uid}/pin-check"
        assert house.sandbox.admin("POST", path, {"auth_pin": pin}) == {"matches": True}


def test_a_question_of_before_is_asked_anew_by_a_run_of_its_own(upgraded: Database) -> None:
    # As 0.2.0 left it while a person was asked: planned, and nobody had decided.
    for statement in (
        "alter table reconciliation.change_set disable trigger user",
        "update reconciliation.change_set set status = 'planned', decided_by = null, decided_at = null where id = :id",
        "alter table reconciliation.change_set enable trigger user",
    ):
        upgraded.run(statement, **({"id": CHANGE_SET} if ":id" in statement else {}))
    strict = SETTINGS.model_copy(update={"reconciliation_max_removals": 0})
    [question] = assess(upgraded.engine, CHANGE_SET, strict).questions
    assert question > CHANGE_SET
    assert read_change_set(upgraded.engine, question).status == "planned"
