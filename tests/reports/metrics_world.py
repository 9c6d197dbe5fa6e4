"""A database in which each metric has something to tell, of sixty made-up clients."""

from __future__ import annotations

from datetime import date
from math import inf

from sqlalchemy import Engine

from include.sandbox.population.seed import seed
from multitv.billing import tv
from multitv.reports import dashboard
from tests.support.databases import Database, as_pipeline
from tests.support.isp import Isp
from tests.support.settings import SETTINGS, TODAY

SETTLED, OVERDUE, COMING = date(2026, 11, 5), date(2026, 11, 20), date(2026, 11, 25)
# Since the fixtures say now(), and not when a test runs.
_ROWS = """
insert into reconciliation.snapshot (subscribers, taken_at, complete_at) values (60, now(), now());
insert into reconciliation.change_set (snapshot_id, snapshot_hash, today, status, verified_at, lane)
values (1, 'x', '2026-11-23', 'verified', now(), 'full'), (1, 'x', '2026-11-23', 'verified', now(), 'changes');
insert into reconciliation.change_set (snapshot_id, snapshot_hash, today, split_from, waiting_since, asked_at)
values (1, 'x', '2026-11-23', 1, now(), now());
insert into reconciliation.operation
(change_set_id, client_plan_id, number, action, reason, status, outcome_code, done_at)
select 1, n, 1, 'suspend', 'x', case when n <= 2 then 'rejected' else 'applied' end, 'x', now()
from generate_series(1, 5) as n;
insert into reconciliation.difference (change_set_id, client_plan_id, action, rejected_because)
values (1, 1, 'suspend', 'x'), (1, 2, 'suspend', 'x'), (1, 3, 'create', null);
insert into reconciliation.pending_change (client_plan_id, reason, created_at, change_set_id, taken_at)
select n, 'contract', now() - make_interval(secs => n), 2, now() from generate_series(1, 20) as n;
insert into reconciliation.pending_change (client_plan_id, reason) values (1, 'contract'), (2, 'erp'), (3, 'erp');
insert into reconciliation.parked_client_plan (change_set_id, client_plan_id, reason) values (1, 7, 'x');
insert into reconciliation.parked_subscriber (change_set_id, subscriber_uid, reasons)
values (1, 'u', '[]'), (1, 'v', '[]');
insert into tv.catalog_sync (status, merged_at, quarantined) values ('merged', now(), 3);
insert into reports.discrepancy_measured (change_set_id, seen_at) values (1, now());
insert into reports.discrepancy (change_set_id, kind, client_plan_id, package_id, amount, reason)
values (1, 'sold_not_active', 1, 1, 29.90, 'x');
insert into billing.review (due_date, digest, candidates, charges, amount, concerns)
values ('2026-11-25', 'x', 1, 1, 1, '[]');
"""


def furnish(engine: Engine) -> None:
    """Fill the database. What the dashboard computes is computed, the rest is made up."""
    seed(engine, 60, TODAY)
    isp = Isp(as_pipeline(engine))
    isp.bill(SETTLED)
    for due_date in (OVERDUE, COMING):
        tv.save(as_pipeline(engine), due_date, SETTINGS)
    database = Database(engine)
    for statement in _ROWS.split(";\n"):
        if statement.strip():
            database.run(statement)
    for code, bound, requests in (
        ("200", 0.05, 90),
        ("200", inf, 10),
        ("503", 2.5, 4),
        ("429", 0.05, 1),
        ("none", 30.0, 2),
    ):
        database.run(
            "insert into reports.platform_request values (:code, :bound, :requests, 1.5)",
            code=code, bound=bound, requests=requests,
        )  # fmt: skip
    dashboard.refresh_billing(isp.engine, TODAY)
    dashboard.refresh_open_items(isp.engine, TODAY)
    dashboard.refresh_reconciliation(isp.engine, TODAY, SETTINGS.timezone)
