"""What the dashboard shows: measuring the discrepancies of everybody, and working the figures out."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from include.local import postgres
from include.local.postgres import Server
from multitv.billing import tv
from multitv.billing.standard import bill_plans
from multitv.database.engine import engine_for
from multitv.reports import dashboard, revenue_assurance
from tests.bench import billing, sql
from tests.bench.harness import TURNS, Scores, checkpoint, copy_of, exists, in_turns
from tests.support.settings import SETTINGS

TODAY = date(2026, 12, 15)
MEASURE = "dashboard: measure the discrepancies against a bare full join of what is sold, live and charged"
REFRESH = "dashboard: refresh every figure against bare aggregates of the same rows"
THREE_SIDES = (
    "select count(*) from tv.client_package as sold full join (select client_plan_id, package.id as package_id from "
    "staging.subscriber cross join lateral unnest(services) as live_uid join tv.package on platform_uid = live_uid) "
    "as served using (client_plan_id, package_id) full join billing.event_record as charged "
    "using (client_plan_id, package_id) where num_nulls(sold.id, charged.id, served) > 0"
)
AGGREGATES = (
    "select due_date, reference_month, package_id, status, count(*), sum(amount) from billing.event "
    "group by 1, 2, 3, 4",
    "select package_id, count(*), sum(coalesce(sold.price, package.price)) from tv.client_package as sold "
    "join erp.client_plan as plan on plan.id = client_plan_id join tv.package on package.id = package_id group by 1",
    "select kind, count(distinct client_plan_id), sum(amount) from reports.discrepancy group by 1",
    "select change_set_id, action, status, count(*) from reconciliation.operation group by 1, 2, 3",
)


def bench(server: Server, rows: int) -> None:
    """Print the ratios of measuring the discrepancies of `rows` client plans, and of all figures of as many events."""
    scores = Scores(rows)
    with copy_of(server, sides(server, rows)) as engine:
        for turn in range(TURNS):
            checkpoint(engine)
            scores.add(
                MEASURE,
                *in_turns(turn, lambda: revenue_assurance.measure(engine, 1, TODAY), lambda: bare(engine, THREE_SIDES)),
            )
            bare(engine, "delete from reports.due_date_sum", "delete from reports.due_date")
            checkpoint(engine)
            scores.add(REFRESH, *in_turns(turn, lambda: refresh(engine), lambda: bare(engine, *AGGREGATES)))
    scores.show(MEASURE, 2.5)
    scores.show(REFRESH, 2.5)


def sides(server: Server, rows: int) -> str:
    """Return the name of a database with so many client plans, billed and served, made on the first call."""
    name = f"dashboard_{rows}"
    if not exists(server, name):
        engine = engine_for(postgres.database(server, name, template=billing.population(server, rows)))
        tv.save(engine, billing.DUE, SETTINGS)
        bill_plans(engine, billing.DUE)
        tv.settle(engine, billing.DUE, SETTINGS)
        sql.run(engine, "dashboard_sides", rows=rows)
    return name


def refresh(engine: Engine) -> None:
    """Work every figure out."""
    dashboard.refresh_billing(engine, TODAY)
    dashboard.refresh_contracts(engine, TODAY)
    dashboard.refresh_open_items(engine, TODAY)
    dashboard.refresh_reconciliation(engine, TODAY, ZoneInfo("America/Sao_Paulo"))


def bare(engine: Engine, *statements: str) -> None:
    """Run statements as they are, in one transaction."""
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
