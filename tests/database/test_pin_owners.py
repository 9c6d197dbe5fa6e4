"""A PIN that was made before a contract changed its client belongs to the client of then, as the history has it."""

from __future__ import annotations

from sqlalchemy import Engine

from multitv.database.migrate import migrate
from tests.database.conftest import Release
from tests.support.databases import Database

BEFORE = (
    "insert into reconciliation.snapshot (hash) values ('0')",
    "insert into reconciliation.change_set (snapshot_id, snapshot_hash, today) values (1, '0', '2026-01-01')",
    "insert into reconciliation.operation (change_set_id, client_plan_id, number, action, reason, status, done_at) "
    "values (1, 1, 1, 'create', 'subscriber_is_missing', 'applied', '2026-03-01 12:00Z'), "
    "(1, 2, 1, 'create', 'subscriber_is_missing', 'applied', '2026-03-01 12:00Z'), "
    "(1, 2, 2, 'recover_pin', 'pin_is_unknown', 'applied', '2026-06-01 12:00Z'), "
    "(1, 3, 1, 'create', 'subscriber_is_missing', 'applied', '2026-03-01 12:00Z')",
    "insert into history.client_plan (client_plan_id, client_id, service_plan_id, status, due_day, since, until) "
    "values (1, 10, 1, 'active', 10, '-infinity', '2026-05-01'), (1, 11, 1, 'active', 10, '2026-05-01', 'infinity'), "
    "(2, 20, 1, 'active', 10, '-infinity', '2026-05-01'), (2, 21, 1, 'active', 10, '2026-05-01', 'infinity')",
    "insert into tv.client_extra_field (client_plan_id, name, value) select plan, name, 'x' from generate_series(1, 3) "
    "as plan, (values ('ID Assinante Beenius'), ('Auth Pin Assinante Beenius')) as field (name)",
)


def test_a_pin_is_of_the_client_for_whom_it_was_made(empty: Engine, release: Release) -> None:
    with release.before("0018"):
        migrate(empty)
    database = Database(empty)
    for statement in BEFORE:
        database.run(statement)
    migrate(empty)
    rows = database.run(
        "select client_plan_id, client_id from tv.client_extra_field where name like 'Auth%' order by 1"
    )
    assert [tuple(row) for row in rows] == [(1, 10), (2, 21), (3, None)]
    assert database.run("select count(client_id) from tv.client_extra_field where name like 'ID%'") == [(0,)]
