"""No step and no page reads more partitions because more years were billed: each names those that it reads."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile

import pytest

from include.local import summary
from include.local.postgres import Server
from multitv.billing import preview, review, standard, sweep, tv, waivers
from multitv.billing.correction import add_adjustments, correct, post_credits, question
from multitv.billing.due_date import due_dates
from multitv.billing.open_months import find_excess, find_open_months
from multitv.billing.report import standard_report, tv_report
from multitv.billing.review import ApprovalRequest
from multitv.changes.errors import AlreadyBilled
from multitv.contracts.packages import add_package, cancel_package, delete_package
from multitv.database.engine import bulk_transaction, transaction
from multitv.database.sql import SQL_FOLDER, named, source
from multitv.offer.billing_policy import Policy, set_policy
from multitv.quality import books
from multitv.reconciliation.change_set import make_change_set
from multitv.reports import dashboard, revenue_assurance
from multitv.web.billing import queries as billing_pages
from multitv.web.clients import queries as client_pages
from multitv.web.clients.pages import AHEAD, SPAN
from multitv.web.dashboard.queries import figures
from multitv.web.open_items import queries as open_items
from tests.support.databases import own_database
from tests.support.isp import DUE, Isp
from tests.support.partitions import Watched, watching
from tests.support.settings import SETTINGS

pytestmark = pytest.mark.slow

TODAY = date(2026, 12, 11)
LATER = date(2026, 12, 20)
LAST = date(2026, 11, 10)
# Billed in both histories, long before what any step looks at.
OLD = date(2025, 6, 10)
FIRST_OF_OLD = 2025061000000001
SHORT, LONG = 20, 40
PART = re.compile(r"\b(billing\.event|billing\.event_record|finance\.posting|finance\.posting_of_plans)\b")
READS = re.compile(
    r"\b(from|join|update|into) (billing\.event|billing\.event_record|finance\.posting|finance\.posting_of_plans|"
    r"billing\.\w+_charge\(|billing\.\w*event\w*\(|finance\.posting_on\()"
)
ROOMS = ("billing", "contracts", "quality", "reports", "web")


@dataclass
class Years(Isp):
    """An ISP with a monthly due date, billed for so many months until November 2026."""

    def open(self, months: int) -> None:
        self.offer_plans()
        self.extra, self.other = self.package(), self.package("9.90")
        since = date(2020, 1, 1)
        self.plans = [self.client_plan(activated_on=since) for _ in range(3)]
        self.empty = self.client_plan(activated_on=since)
        self.moving, self.staying = (self.client_plan(activated_on=since, due_day=20) for _ in range(2))
        for plan in (*self.plans, self.moving, self.staying):
            self.sell(plan, self.extra, added_on=since)
        self.sell(self.plans[0], self.other, added_on=since, cancelled_on=date(2026, 11, 20))
        self.lately = self.sell(self.plans[1], self.other, added_on=date(2026, 11, 1))
        for due in self.history(months):
            self.bill(due)
        self.run("update finance.invoice set status = 'closed' where due_date < :due", due=LAST)
        dashboard.refresh_billing(self.engine, TODAY)

    @staticmethod
    def history(months: int) -> list[date]:
        """The last due dates before December 2026."""
        billed = takewhile(lambda due: due < DUE, due_dates([10], date(2023, 1, 1)))
        return list(billed)[-months:]

    def event(self, due: date, plan: int, kind: str = "charge") -> int:
        """The newest event of a client plan on a due date."""
        found: int = self.run(
            "select max(id) from billing.event where due_date = :due and client_plan_id = :plan and kind = :kind",
            due=due,
            plan=plan,
            kind=kind,
        )[0][0]
        return found

    def stage_platform(self) -> int:
        """Have the platform serve nobody, and return a change set of it."""
        taken = self.run("insert into reconciliation.snapshot (subscribers, hash) values (0, '') returning id")[0][0]
        self.run("insert into staging.subscriber_snapshot values (:taken)", taken=taken)
        return make_change_set(self.engine, taken, TODAY)


@dataclass(frozen=True)
class Step:
    """What is done, and the due dates (and fee months) that it may read: from `since` until before `until`."""

    run: Callable[[Years], object]
    since: date = date(2026, 11, 1)
    until: date = date(2027, 2, 1)


def _asked(years: Years) -> None:
    request = tv.save(years.engine, DUE, SETTINGS, approval="always")
    assert isinstance(request, ApprovalRequest)
    review.decide(years.engine, request.review, request.digest, approved=True, by="ana", at=datetime.now(UTC))


def _settled_later(years: Years) -> None:
    """A due date with a client whose invoice is paid already: its charge stays pending."""
    standard.bill_plans(years.engine, LATER)
    years.run("update finance.invoice set status = 'paid' where due_date = :due", due=LATER)
    assert tv.settle(years.engine, LATER, SETTINGS).pending


def _gate(years: Years) -> None:
    with bulk_transaction(years.engine) as connection:
        for name in ("gate_charges", "gate_mismatched_sales"):
            connection.execute(named(f"billing/{name}"), {"due_date": DUE}).all()


def _books(years: Years) -> None:
    books.check(years.engine, books.BOOKS, DUE)
    books.warn_of(years.engine, books.PARKED + books.PRICES + books.FEES, DUE)
    books.warn(years.engine, books.NEVER_BILLED, [10, 20])


def _corrected(years: Years, due: date, *, rebill: bool) -> None:
    event = years.event(due, years.plans[0])
    done = correct(years.engine, event, "reverse", reason="erro", author="ana", rebill=rebill)
    assert done.reversal_event is not None


def _taken_back(years: Years) -> None:
    """A reversal that is posted, so that it is charged again by a new event."""
    event = years.event(DUE, years.plans[1])
    correct(years.engine, event, "reverse", reason="erro", author="ana")
    question(years.engine, event, "take_back", reason="estava certo", rebill=False)
    done = correct(years.engine, event, "take_back", reason="estava certo", author="ana")
    assert done.charge_event is not None
    correct(years.engine, done.charge_event, "reverse", reason="erro", author="ana")
    correct(years.engine, done.charge_event, "reverse", reason="erro", author="ana", rebill=True)


def _adjusted(years: Years) -> None:
    with transaction(years.engine) as connection:
        connection.exec_driver_sql(
            "create temporary table adjustment (charge_id bigint, due_date date, amount numeric(12, 2), days integer) "
            "on commit drop"
        )
        connection.exec_driver_sql(
            "insert into adjustment values (%s, %s, 1.00, null)", (years.event(DUE, years.plans[2]), DUE)
        )
        assert add_adjustments(connection, DUE, DUE).count == 1
        post_credits(connection)


def _pages_of_client(years: Years) -> None:
    span = TODAY - SPAN, TODAY + AHEAD
    assert client_pages.events(years.engine, years.plans[0], *span)
    assert client_pages.invoices(years.engine, years.plans[0], *span)


def _event_by_number(years: Years) -> None:
    with transaction(years.engine) as connection:
        for name in ("event_due_date", "event_to_correct", "explain_event"):
            connection.execute(named(f"billing/{name}"), {"event": FIRST_OF_OLD}).one()


def _pages_of_billing(years: Years) -> None:
    listed = billing_pages.require_preview(years.engine, DUE)
    assert billing_pages.lines(years.engine, listed.id, None)
    billing_pages.runs(years.engine, DUE)
    billing_pages.recent(years.engine, TODAY)
    figures(years.engine, TODAY)


def _deleted(years: Years) -> None:
    sold = add_package(years.engine, "ana", years.empty, years.other, today=TODAY)
    delete_package(years.engine, "ana", sold.id)
    with pytest.raises(AlreadyBilled):
        delete_package(years.engine, "ana", years.lately)


def _ended(years: Years) -> None:
    cancel_package(years.engine, "ana", years.lately, today=TODAY)


def _invoice_deleted(years: Years) -> None:
    years.run("insert into finance.invoice (client_plan_id, due_date) values (:plan, :due)", plan=999, due=DUE)
    years.run("delete from finance.invoice where client_plan_id = 999")


def _single_event(years: Years) -> None:
    """An event written through the view, as a person does."""
    years.run(
        "update billing.event set amount = amount - 1 where due_date = :due and id = :event",
        due=LATER,
        event=years.event(LATER, years.staying),
    )


def _in_arrears(years: Years) -> None:
    """A due date whose list looks at the month before."""
    set_policy(years.engine, "ana", Policy(timing="arrears"))
    years.bill(date(2027, 1, 10))


def _adjusted_by_policy(years: Years) -> None:
    set_policy(years.engine, "ana", Policy(adjusts=True))
    tv.save(years.engine, DUE, SETTINGS)


def _moved(years: Years) -> None:
    tv.save(years.engine, LATER, SETTINGS)
    years.run("update erp.client_plan set due_day = 10 where id = :plan", plan=years.moving)


def _open_fee(years: Years) -> None:
    set_policy(years.engine, "ana", Policy(bills_open_months=True))
    years.run(
        "insert into billing.open_month (client_plan_id, package_id, reference_month, owed, charged, service_plan_id) "
        "select id, 0, '2026-11-01', 10.00, 0, service_plan_id from erp.client_plan where due_day = 10"
    )
    standard.bill_plans(years.engine, DUE)


def _waived(years: Years) -> None:
    rows = years.run("select client_plan_id, package_id, reference_month from billing.open_month where package_id <> 0")
    month = waivers.Month(*min(map(tuple, rows)))
    assert waivers.decide(years.engine, "ana", "waive_month", month, reason="cortesia")
    assert waivers.decide(years.engine, "ana", "take_back_waiver", month, reason="engano")


def _excess(years: Years) -> None:
    years.run("update tv.client_package set cancelled_on = '2026-12-01' where id = :id", id=years.lately)
    find_excess(years.engine, [LAST, DUE])


def _open_items(years: Years) -> None:
    dashboard.refresh_open_items(years.engine, date(2027, 1, 31))
    kinds: tuple[open_items.Kind, ...] = ("overdue_charges", "carried_charges")
    for kind in kinds:
        assert open_items.page(years.engine, kind, open_items.Filter(due_date=LATER)).rows


STEPS = {
    "save a due date that a client plan leaves": Step(_moved),
    "load": Step(lambda years: tv.summarise_due_date(years.engine, DUE)),
    "store the list": Step(lambda years: preview.store(years.engine, DUE, SETTINGS)),
    "review": Step(_asked),
    "save": Step(lambda years: tv.save(years.engine, DUE, SETTINGS)),
    "gate": Step(_gate),
    "report before settlement": Step(lambda years: tv_report(years.engine, DUE)),
    "sweep": Step(
        lambda years: (
            sweep.unfinished(years.engine, SETTINGS, TODAY),
            sweep.waiting(years.engine),
            sweep.recent_due_dates(years.engine, TODAY),
        )
    ),
    "record a failure": Step(lambda years: tv.record_failure(years.engine, DUE, "see_detail", "erro")),
    "bill the plans": Step(lambda years: standard.bill_plans(years.engine, DUE)),
    "settle": Step(lambda years: tv.settle(years.engine, DUE, SETTINGS)),
    "settle with an invoice that is paid": Step(_settled_later),
    "pages of what is pending": Step(_open_items),
    "check the books": Step(_books, since=date(2025, 12, 1), until=date(2028, 1, 1)),
    "report": Step(lambda years: tv_report(years.engine, DUE)),
    "report of the standard billing": Step(lambda years: standard_report(years.engine, DUE)),
    "load again": Step(lambda years: tv.summarise_due_date(years.engine, DUE)),
    "save again": Step(lambda years: tv.save(years.engine, DUE, SETTINGS)),
    "settle again": Step(lambda years: tv.settle(years.engine, DUE, SETTINGS)),
    "write an event": Step(_single_event),
    "void": Step(
        lambda years: correct(years.engine, years.event(LATER, years.staying), "void", reason="erro", author="ana")
    ),
    "reverse": Step(lambda years: _corrected(years, DUE, rebill=True)),
    # The credit goes on the first invoice that is open, of November 2026, as far as its total allows.
    "reverse a charge of long ago": Step(
        lambda years: _corrected(years, OLD, rebill=False), since=OLD.replace(day=1), until=date(2026, 12, 1)
    ),
    "take back": Step(_taken_back),
    "adjust": Step(_adjusted),
    "charge again what was reversed": Step(lambda years: years.bill(DUE)),
    "check the books of what was reversed": Step(_books, since=date(2025, 12, 1), until=date(2028, 1, 1)),
    # What was corrected is summed again.
    "dashboard": Step(lambda years: dashboard.refresh_billing(years.engine, TODAY), since=OLD),
    "revenue assurance": Step(lambda years: revenue_assurance.measure(years.engine, years.stage_platform(), TODAY)),
    "pages of a client": Step(_pages_of_client, since=(TODAY - SPAN).replace(day=1), until=TODAY + AHEAD),
    "an event by its number": Step(_event_by_number, since=OLD, until=OLD + timedelta(1)),
    "pages of billing": Step(_pages_of_billing),
    "delete a package": Step(_deleted),
    "cancel a package": Step(_ended),
    "delete an invoice": Step(_invoice_deleted),
    "summary of the demo": Step(lambda years: summary.summary(years.engine, DUE)),
    "charge in arrears": Step(_in_arrears, until=date(2027, 3, 1)),
    # With the due dates of the months that are looked back at, and what people took back in them.
    "adjust by the policy": Step(_adjusted_by_policy, since=date(2026, 9, 1), until=date(2027, 3, 1)),
    "bill the plans with the fee of an open month": Step(_open_fee),
    "find open months": Step(
        lambda years: find_open_months(years.engine, SETTINGS, TODAY), since=date(2026, 9, 1), until=date(2027, 4, 1)
    ),
    "waive an open month": Step(_waived, since=date(2026, 11, 1), until=date(2027, 4, 1)),
    "find what was charged beyond what is owed": Step(_excess, since=date(2026, 9, 1), until=date(2027, 6, 1)),
    "save with open months": Step(
        lambda years: tv.save(years.engine, DUE, SETTINGS), since=date(2026, 9, 1), until=date(2027, 3, 1)
    ),
}


@dataclass(frozen=True)
class Seen:
    """A step after a short and after a long history."""

    step: Step
    short: Watched
    long: Watched


@pytest.fixture(scope="module")
def seen(server: Server, migrated: str) -> dict[str, Seen]:
    """All steps, done in order after both histories."""
    histories = []
    for months in (SHORT, LONG):
        with own_database(server, migrated) as engine:
            years = Years(engine)
            years.open(months)
            histories.append({name: _watched(years, step) for name, step in STEPS.items()})
    return {name: Seen(step, *(history[name] for history in histories)) for name, step in STEPS.items()}


def _watched(years: Years, step: Step) -> Watched:
    with watching(years.engine) as watched:
        step.run(years)
    return watched


@pytest.mark.parametrize("name", STEPS)
def test_a_step_reads_the_partitions_around_its_due_date_and_no_more_after_more_years(
    seen: dict[str, Seen], name: str
) -> None:
    of = seen[name]
    read = of.long.partitions
    assert {part.name: by for part, by in read.items() if part not in of.short.partitions} == {}
    outside = [part for part in read if not any(of.step.since <= day < of.step.until for day in part.dates)]
    assert {part.name: read[part] for part in outside} == {}


def test_the_histories_differ_and_locks_are_seen(server: Server, migrated: str, seen: dict[str, Seen]) -> None:
    with own_database(server, migrated) as engine:
        years = Years(engine)
        years.open(SHORT)
        with watching(engine) as watched:
            years.run("select count(*) from billing.event")
    assert watched.most == 3 * SHORT
    assert seen["settle"].long.most > 2


def test_every_statement_that_reads_events_or_postings_is_among_the_steps(seen: dict[str, Seen]) -> None:
    executed = {name for of in seen.values() for name in of.long.statements}
    assert _readers() - executed == set()


def test_functions_that_read_events_or_postings_are_planned_for_their_due_date() -> None:
    """PostgreSQL inlines those in SQL; it plans the others by themselves, after a while for any due date."""
    unplanned = {
        name
        for name, body in _functions().items()
        if "language plpgsql" in body
        and READS.search(_without_comments(body))
        and "set plan_cache_mode = force_custom_plan" not in body
    }
    assert unplanned == set()


def _functions() -> dict[str, str]:
    return {file.stem: file.read_text(encoding="utf-8") for file in (SQL_FOLDER / "functions").glob("*/*.sql")}


def _readers() -> set[str]:
    """The files of the rooms' statements that name events or postings, or call a function that does."""
    functions = _functions()
    reading: set[str] = set()
    while more := {name for name, body in functions.items() if _names_parts(body, reading)} - reading:
        reading |= more
    names = {f"{room}/{file.stem}" for room in ROOMS for file in (SQL_FOLDER / room).glob("*.sql")}
    return {name for name in names if _names_parts(source(name), reading)}


def _names_parts(body: str, functions: set[str]) -> bool:
    statement = _without_comments(body)
    return bool(PART.search(statement)) or any(
        re.search(rf"\b{re.escape(name)}\b\s*\(", statement) for name in functions
    )


def _without_comments(body: str) -> str:
    return "\n".join(line for line in body.splitlines() if not line.lstrip().startswith("--"))
