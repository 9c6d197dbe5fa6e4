"""Sentences that an earlier release stored become codes with their text beside them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine

from multitv.database.migrate import migrate
from tests.database.conftest import Release

STORED = """
insert into reconciliation.snapshot (hash) values ('0');
insert into reconciliation.change_set (snapshot_id, snapshot_hash, today, concerns)
values (1, '0', '2026-11-23', '{}'), (1, '0', '2026-11-23', '{"51 would lose.", "Is it complete?"}');
insert into reconciliation.operation (change_set_id, client_plan_id, number, action, reason, status, outcome, done_at)
values
(1, 7, 1, 'create', 'sold, but not on the platform', 'rejected', 'NO: it is refused (request 1)', now()),
(1, 7, 2, 'update', 'the name differs', 'planned', null, null),
(1, 7, 3, 'deactivate', 'the plan has no TV any more', 'applied', null, now()),
(1, 7, 4, 'update', 'the name differs', 'superseded', 'recomputed', now()),
(1, 7, 5, 'update', 'the name differs', 'rejected', 'VERSION_CONFLICT: it is at version 3 (request 2)', now()),
(1, 7, 6, 'update', 'the name differs', 'rejected',
'VERSION_CONFLICT: somebody else keeps changing this subscriber', now());
insert into reconciliation.difference (change_set_id, client_plan_id, action, rejected_because)
values (1, 7, 'create', 'NO: it is refused (request 1)'), (1, 7, 'update', null);
insert into staging.desired_subscriber (client_plan_id, status, because, services, surplus_services, devices, has_pin)
values (7, 'ACTIVE', 'the contract is active', '{}', '{}', '{}', false);
insert into tv.catalog_sync (status) values ('staged');
insert into tv.quarantine (catalog_sync_id, entity, reason, content) values (1, 'channel', 'name is blank', '{}');
insert into billing.run (kind, due_date, status, reason) values ('standard', '2026-12-10', 'failed', 'ERP away'),
('tv', '2026-12-10', 'open', null);
"""


def test_what_was_stored_as_text_is_a_code_and_keeps_its_text(empty: Engine, release: Release) -> None:
    with release.before("0003"):
        migrate(empty)

    def run(statement: str) -> Any:
        with empty.begin() as connection:
            result = connection.exec_driver_sql(statement)
            return [tuple(row) for row in result] if result.returns_rows else None

    run(STORED)
    migrate(empty)
    assert run("select reason, outcome_code, outcome from reconciliation.operation order by number") == [
        ("subscriber_is_missing", "see_detail", "NO: it is refused (request 1)"),
        ("name_differs", None, None),
        ("plan_lost_tv", None, None),
        ("name_differs", "recomputed", None),
        ("name_differs", "version_conflict", "VERSION_CONFLICT: it is at version 3 (request 2)"),
        ("name_differs", "keeps_changing", "VERSION_CONFLICT: somebody else keeps changing this subscriber"),
    ]
    assert run("select rejected_because, rejected_detail from reconciliation.difference order by action") == [
        ("see_detail", "NO: it is refused (request 1)"),
        (None, None),
    ]
    assert run("select because from staging.desired_subscriber") == [("contract_is_active",)]
    kept = [{"code": "see_detail", "parameters": {"text": said}} for said in ("51 would lose.", "Is it complete?")]
    assert run("select concerns from reconciliation.change_set order by id") == [([],), (kept,)]
    assert run("select reasons from tv.quarantine") == [
        ([{"code": "see_detail", "parameters": {"text": "name is blank"}}],)
    ]
    assert run("select reason_code, reason from billing.run order by kind") == [
        ("see_detail", "ERP away"),
        (None, None),
    ]
