"""The pages of the screens, as often as somebody asks for them: the slowest twentieth against what a page may take.

PLANS=<file> writes down how PostgreSQL ran each statement that was measured.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import takewhile
from pathlib import Path
from statistics import median
from typing import Any, cast

import psycopg
from sqlalchemy import URL, Engine, event, text

from include.local import postgres
from include.local.postgres import Server
from include.sandbox.population.seed import seed
from multitv.billing import preview, tv
from multitv.billing.due_date import due_dates
from multitv.billing.standard import bill_plans
from multitv.database.engine import engine_for, shared_engine_for
from multitv.database.migrate import migrate
from multitv.reports import dashboard
from multitv.settings import get_settings
from multitv.web.billing import export
from multitv.web.billing import queries as billing
from multitv.web.clients import queries as clients
from multitv.web.clients.pages import AHEAD, SPAN
from multitv.web.core.paging import CursorPage
from multitv.web.dashboard import revenue_assurance
from multitv.web.dashboard.queries import figures
from multitv.web.offer import queries as offer
from multitv.web.open_items import queries as open_items
from tests.bench import sql
from tests.bench.harness import TURNS, exists, in_turns, seconds, show
from tests.support.settings import SETTINGS

TODAY = date(2026, 11, 26)
DUE = date(2026, 12, 10)
OPEN_MONTH = date(2026, 10, 1)
# What a page may take, in seconds, of which the database's part is measured here.
PAGE_SECONDS = 0.1
ASKED = 40
# Of a plan; a page of events has a node for each partition that it looks into.
SHOWN_LINES = 40


@dataclass
class Plans:
    """How PostgreSQL ran what was asked, the first time of each page."""

    path: Path | None
    lines: list[str] = field(default_factory=list)

    @contextmanager
    def watching(self, engine: Engine, name: str) -> Iterator[None]:
        if self.path is None:
            yield
            return
        asked: list[tuple[str, Any]] = []

        def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
            asked.append((statement, parameters))

        event.listen(engine, "before_cursor_execute", note)
        try:
            yield
        finally:
            event.remove(engine, "before_cursor_execute", note)
        for statement, parameters in asked:
            with engine.connect() as connection:
                explained = connection.exec_driver_sql(f"explain (analyze, buffers, costs off) {statement}", parameters)
                lines = list(explained.scalars())
            comment = "".join(takewhile(lambda line: line.startswith("-- "), statement.splitlines(keepends=True)))
            self.lines += [f"## {name}", "", comment.replace("-- ", ""), "```", *lines[:SHOWN_LINES]]
            if len(lines) > SHOWN_LINES + 2:
                self.lines += [f"... and {len(lines) - SHOWN_LINES - 2} lines more, of other partitions"]
            self.lines += [*lines[max(SHOWN_LINES, len(lines) - 2) :], "```", ""]

    def write(self, rows: int) -> None:
        if self.path is not None:
            head = f"# How PostgreSQL runs the pages' queries, with {rows:,} clients\n\nMade by `make plans`."
            self.path.write_text("\n".join([head, "", *self.lines]), encoding="utf-8")


def bench(server: Server, rows: int) -> None:
    """Print how long the pages of an ISP with `rows` clients take; a ratio of one is a tenth of a second."""
    engine = shared_engine_for(engine_for(population(server, rows)).url)
    plans = Plans(Path(os.environ["PLANS"]) if os.environ.get("PLANS") else None)
    for name, ask in _pages(engine, random.Random(7), rows).items():
        with plans.watching(engine, name):
            ask()
        taken = sorted(seconds(ask) for _ in range(ASKED))
        slow = taken[int(ASKED * 0.95) - 1]
        show(f"page: {name}, the slowest of twenty", slow / PAGE_SECONDS, 1.0, rows, slow, PAGE_SECONDS)
    plans.write(rows)
    _exports(engine)
    engine.dispose()


def _exports(engine: Engine) -> None:
    """Print what a list takes as CSV beside a bare COPY of its lines, and as XLSX beside its CSV: to compare."""
    shown = billing.require_preview(engine, DUE)
    bare = f"copy (select * from billing.preview_line where preview_id = {shown.id}) to stdout with csv"  # noqa: S608

    def copy() -> None:
        with engine.connect() as connection:
            driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
            with driver.cursor() as cursor, cursor.copy(bare) as rows:
                for _ in rows:
                    pass

    def csv() -> None:
        for _ in export.csv(engine, shown.id):
            pass

    pairs = [in_turns(turn, csv, copy) for turn in range(TURNS)]
    ours, floor = (median(column) for column in zip(*pairs, strict=True))
    show("export: CSV against COPY of its lines", ours / floor, None, shown.candidates, ours, floor)
    if shown.candidates <= export.XLSX_ROWS:
        taken = seconds(lambda: export.xlsx(engine, shown.id).close())
        show("export: XLSX against CSV", taken / ours, None, shown.candidates, taken, ours)


def population(server: Server, rows: int) -> URL:
    """Return the address of a database with half a year's billing of a demo ISP, made on the first call."""
    name = f"screens_{rows}"
    known = exists(server, name)
    url = postgres.database(server, name)
    if not known:
        engine = engine_for(url)
        migrate(engine)
        seed(engine, rows, TODAY)
        settings = get_settings()
        # As many partitions as a page of a client's events looks into.
        for due in takewhile(lambda due: due < TODAY, due_dates(settings.due_days, TODAY - SPAN)):
            tv.save(engine, due, SETTINGS, allow_voids=True)
            bill_plans(engine, due)
            tv.settle(engine, due, SETTINGS, allow_voids=True)
        preview.store(engine, DUE, SETTINGS)
        sql.run(engine, "screens_open_items", month=str(OPEN_MONTH))
        dashboard.refresh_billing(engine, TODAY)
        dashboard.refresh_contracts(engine, TODAY)
        dashboard.refresh_open_items(engine, TODAY)
        dashboard.refresh_reconciliation(engine, TODAY, settings.timezone)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("vacuum analyze"))
    return url


def _pages(engine: Engine, chance: random.Random, rows: int) -> dict[str, Callable[[], object]]:
    words = ["maria", "jose", "silva", "maria silva", "ana bea", "oliveira so", "thais xavier", "zilda", "j", "padaria"]
    with engine.connect() as connection:
        plans: list[int] = list(connection.execute(text("select id from erp.client_plan where id % 97 = 0")).scalars())
        documents = list(connection.execute(text("select document from erp.client where id % 997 = 0")).scalars())
        last = connection.execute(text("select max(due_date) from billing.run where kind = 'tv'")).scalar_one()
    settled = open_items.Filter(due_date=last)
    list_id = billing.require_preview(engine, DUE).id
    by_name = iter(_walk(lambda cursor: clients.find(engine, "", cursor)))
    by_word = iter(_walk(lambda cursor: clients.find(engine, "silva", cursor)))
    lines = iter(_walk(lambda cursor: billing.lines(engine, list_id, None, cursor)))
    refused = iter(_walk(lambda cursor: billing.lines(engine, list_id, "package_cancelled", cursor)))
    span = TODAY - SPAN, TODAY + AHEAD
    whole, month = open_items.Filter(), open_items.Filter(month=OPEN_MONTH)
    overdue = iter(_walk(lambda cursor: open_items.page(engine, "overdue_charges", settled, cursor)))
    open_months = iter(_walk(lambda cursor: open_items.page(engine, "open_months", whole, cursor)))
    excess = iter(_walk(lambda cursor: open_items.page(engine, "excess_charges", whole, cursor)))

    def plan() -> int:
        return chance.choice(plans)

    return {
        "clients, by name, page after page": lambda: next(by_name),
        "clients found by words": lambda: clients.find(engine, chance.choice(words)),
        "clients found by a common word, page after page": lambda: next(by_word),
        "clients found by document": lambda: clients.find(
            engine, chance.choice(documents)[: chance.choice([4, 7, 11])]
        ),
        "clients found by contract": lambda: clients.find(engine, str(plan())),
        "client plan": lambda: clients.client_plan(engine, plan()),
        "client plan: packages": lambda: clients.packages(engine, plan(), TODAY),
        "client plan: points": lambda: clients.points(engine, plan()),
        "client plan: billing events": lambda: clients.events(engine, plan(), *span),
        "client plan: invoices": lambda: clients.invoices(engine, plan(), *span),
        "client plan: operations": lambda: clients.operations(engine, plan()),
        "client plan: changes": lambda: clients.changes(engine, plan()),
        "billing: a list in numbers": lambda: billing.preview(engine, DUE),
        "billing: a list, page after page": lambda: next(lines),
        "billing: an outcome, page after page": lambda: next(refused),
        "billing: recent due dates": lambda: billing.recent(engine, TODAY),
        "service plans": lambda: offer.service_plans(engine),
        "packages": lambda: offer.packages(engine),
        "channels": lambda: offer.channels(engine),
        "open items: pending charges of a due date, page after page": lambda: next(overdue),
        "open items: open months, page after page": lambda: next(open_months),
        "open items: open months of a month": lambda: open_items.page(engine, "open_months", month),
        "open items: waived months": lambda: open_items.page(engine, "waived_months", whole),
        "open items: excess, page after page": lambda: next(excess),
        "open items: credits without an invoice": lambda: open_items.page(engine, "waiting_credits", whole),
        "open items: charges that wait for a later invoice": lambda: open_items.page(engine, "carried_charges", whole),
        "open items: payouts": lambda: open_items.page(engine, "payouts", whole),
        "dashboard": lambda: figures(engine, TODAY),
        "revenue assurance, the first page": lambda: revenue_assurance.page(engine, "active_not_billed"),
    }


def _walk(read: Callable[[str | None], CursorPage[Any]]) -> Iterator[CursorPage[Any]]:
    """Yield the pages of a list from the first to the last, over and over."""
    cursor: str | None = None
    while True:
        page = read(cursor)
        cursor = page.next
        yield page
