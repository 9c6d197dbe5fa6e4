"""Billing a due date on which everybody is charged: saving, settling, doing it again; and what memory it takes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, cast

from sqlalchemy import Engine, MetaData, Table
from sqlalchemy.orm import Session, declarative_base

from include.local import postgres
from include.local.postgres import Server
from multitv.billing import preview, tv
from multitv.billing.standard import bill_plans
from multitv.database.engine import engine_for
from multitv.database.migrate import migrate
from tests.bench import sql
from tests.bench.harness import TURNS, Scores, checkpoint, copy_of, exists, in_turns, memory, seconds, show
from tests.support.settings import SETTINGS

DUE = date(2026, 12, 10)
NOVEMBER = date(2026, 11, 10)
JANUARY = date(2027, 1, 10)
SMALL = 10_000
PEERS = 20_000
MEMORY = (
    "import sys; from datetime import date; from multitv.billing import tv; from multitv.settings import Settings; "
    "from multitv.billing.standard import bill_plans; from multitv.database.engine import engine_for; "
    "engine, due, settings = engine_for(sys.argv[1]), date(2026, 12, 10), Settings(); "
    "tv.summarise_due_date(engine, due); tv.save(engine, due, settings); bill_plans(engine, due); "
    "tv.settle(engine, due, settings)"
)


def bench(server: Server, rows: int) -> None:
    """Print the ratios of billing `rows` events, and of the memory at `rows` and at 10,000."""
    scores = _scored(server, population(server, rows), rows, _turn)
    scores.show("billing: load and save against INSERT ... SELECT with the same keys", 0.9)
    scores.show("billing: settle against UPDATE and INSERT of the same rows", 0.35)
    scores.show("billing: a whole second run against the first", 0.35)
    scores.show("billing: load, save and settle against INSERT ... SELECT with two keys", 3.5)
    plans(server, rows)
    previews(server, rows)
    peers(server)
    large, small = (taken(server, population(server, size)) for size in (rows, SMALL))
    show("billing: memory of a task (MB) against 10,000 events", large / small, 1.1, rows, large, small)


def plans(server: Server, rows: int) -> None:
    """Print the ratios of the standard billing, of the first due date of a month and of one that is not."""
    scores = _scored(server, population(server, rows), rows, _turn_of_plans)
    scores.show("billing: bill the plans against INSERT ... SELECT with the same keys", 1.3)
    scores.show("billing: bill the plans of a later due date of the month against the same", None)
    scores.show("billing: bill the plans a second time against the first", None)


def previews(server: Server, rows: int) -> None:
    """Print the ratios of keeping a list for the screen, with a month before to compare it with and one to replace."""
    scores = _scored(server, billed(server, rows), rows, _turn_of_previews)
    scores.show("billing: keep a preview against INSERT ... SELECT with the same keys", 1.5)
    scores.show("billing: keep a preview against the same, unlogged", None)


def peers(server: Server) -> None:
    """Print how much longer it takes to write as many events as a user of a library would, in one transaction each."""
    import pandas as pd

    with copy_of(server, population(server, PEERS)) as engine:
        sql.run(engine, "billing_floors")
        ours = seconds(lambda: (tv.summarise_due_date(engine, DUE), tv.save(engine, DUE, SETTINGS)))
        rows = pd.read_sql("select * from bench_row", engine)
        table = Table("bench_event", MetaData(), autoload_with=engine)
        Row = type("Row", (declarative_base(),), {"__table__": table})  # noqa: N806
        empty = "truncate bench_event"

        def with_pandas() -> None:
            with engine.begin() as connection:
                rows.to_sql("bench_event", connection, if_exists="append", index=False)

        def with_orm() -> None:
            with Session(engine) as session:
                for row in cast("list[dict[str, Any]]", rows.to_dict("records")):
                    session.add(Row(**row))
                    session.flush()
                session.commit()

        for name, write in (("pandas to_sql", with_pandas), ("an ORM loop", with_orm)):
            taken_by = seconds(write)
            show(f"billing: events by {name} against ours", taken_by / ours, None, PEERS, taken_by, ours)
            with engine.begin() as connection:
                connection.exec_driver_sql(empty)


def population(server: Server, rows: int) -> str:
    """Return the name of a database with an ISP of this size, made on the first call."""
    name = f"billing_{rows}"
    if not exists(server, name):
        engine = engine_for(postgres.database(server, name))
        migrate(engine)
        sql.run(engine, "billing_population", rows=rows)
    return name


def billed(server: Server, rows: int) -> str:
    """Return the name of a database as by `population` whose month before is billed, made on the first call."""
    name = f"billed_{rows}"
    if not exists(server, name):
        engine = engine_for(postgres.database(server, name, template=population(server, rows)))
        tv.save(engine, NOVEMBER, SETTINGS)
        bill_plans(engine, NOVEMBER)
        tv.settle(engine, NOVEMBER, SETTINGS)
    return name


def taken(server: Server, template: str) -> float:
    """Return the memory, in MB, of billing the whole due date."""
    with copy_of(server, template) as engine:
        return memory(MEMORY, engine.url.render_as_string(hide_password=False))


def _scored(server: Server, template: str, rows: int, play: Callable[[Engine, int, Scores], None]) -> Scores:
    """Return the scores of all turns, each played on a copy of its own."""
    scores = Scores(rows)
    for turn in range(TURNS):
        with copy_of(server, template) as engine:
            play(engine, turn, scores)
    return scores


def _turn(engine: Engine, turn: int, scores: Scores) -> None:
    sql.run(engine, "billing_floors")

    def save() -> None:
        tv.summarise_due_date(engine, DUE)
        tv.save(engine, DUE, SETTINGS)

    columns = (
        "id, run_id, client_plan_id, service_plan_id, client_package_id, package_id, due_date, reference_month, kind, "
        "amount, price, price_source, policy_id"
    )
    rows = f"({columns}) select {columns} from bench_row"  # noqa: S608, of constants
    saved, saved_floor = in_turns(turn, save, lambda: _run(engine, f"insert into bench_event {rows}"))
    scores.add("billing: load and save against INSERT ... SELECT with the same keys", saved, saved_floor)
    bill_plans(engine, DUE)
    checkpoint(engine)
    settled, settled_floor = in_turns(
        turn,
        lambda: tv.settle(engine, DUE, SETTINGS),
        lambda: _run(
            engine,
            "update bench_event set status = 'processed', processed_at = now(); "
            "insert into bench_posting (id, invoice_id, kind, amount, billing_event_id, event_due_date) "
            "select event.id, invoice.id, 'tv_package', event.amount, event.id, event.due_date "
            "from bench_event as event join finance.invoice as invoice using (client_plan_id, due_date)",
        ),
    )
    scores.add("billing: settle against UPDATE and INSERT of the same rows", settled, settled_floor)
    whole = saved + settled
    checkpoint(engine)
    scores.add(
        "billing: load, save and settle against INSERT ... SELECT with two keys",
        whole,
        seconds(lambda: _run(engine, f"insert into bench_plain {rows}")),
    )
    scores.add(
        "billing: a whole second run against the first",
        seconds(save) + seconds(lambda: tv.settle(engine, DUE, SETTINGS)),
        whole,
    )


def _turn_of_plans(engine: Engine, turn: int, scores: Scores) -> None:
    sql.run(engine, "billing_plans_floor")
    checkpoint(engine)

    def floor() -> None:
        fee = "id, invoice_id, kind, amount, fee_client_plan_id, fee_month, created_at"
        fees = f"insert into bench_fee ({fee}) select {fee} from bench_fee_row"  # noqa: S608, of constants
        invoice = "id, client_plan_id, due_date, status, created_at, made_here"
        _run(engine, f"insert into bench_invoice ({invoice}) select {invoice} from bench_invoice_row")  # noqa: S608, of constants
        _run(engine, fees)

    billed, floor_seconds = in_turns(turn, lambda: bill_plans(engine, DUE), floor)
    scores.add("billing: bill the plans against INSERT ... SELECT with the same keys", billed, floor_seconds)
    again = seconds(lambda: bill_plans(engine, DUE))
    scores.add("billing: bill the plans a second time against the first", again, billed)
    _run(engine, "truncate bench_invoice, bench_fee")
    checkpoint(engine)
    later, floor_seconds = in_turns(turn, lambda: bill_plans(engine, JANUARY), floor)
    scores.add("billing: bill the plans of a later due date of the month against the same", later, floor_seconds)


def _turn_of_previews(engine: Engine, turn: int, scores: Scores) -> None:
    preview.store(engine, DUE, SETTINGS)
    sql.run(engine, "billing_preview_floor")
    checkpoint(engine)
    kept, floor = in_turns(
        turn,
        lambda: preview.store(engine, DUE, SETTINGS),
        lambda: _run(engine, "insert into bench_line select * from bench_listed"),
    )
    scores.add("billing: keep a preview against INSERT ... SELECT with the same keys", kept, floor)
    checkpoint(engine)
    unlogged = seconds(lambda: _run(engine, "insert into bench_unlogged_line select * from bench_listed"))
    scores.add("billing: keep a preview against the same, unlogged", kept, unlogged)


def _run(engine: Engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)
