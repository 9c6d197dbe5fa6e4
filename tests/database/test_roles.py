"""What each role can do with the ISP's database, path by path, over a database with something of everything in it."""

# ruff: noqa: S608, the statements are what is tested

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from include.local import postgres
from include.local.postgres import Server
from multitv.billing import tv
from multitv.billing.correction import correct
from multitv.database.engine import engine_for
from multitv.database.migrate import migrate
from multitv.database.roles import PIPELINE, READER, ROLES, SCREENS, RolesMissing
from multitv.extra_fields import PIN_FIELD
from tests.support.databases import Database, as_owner, as_pipeline, as_role, as_screens, own_database, own_server
from tests.support.isp import DUE, Isp
from tests.support.settings import SETTINGS

LATER = date(2027, 1, 10)
# SQLSTATE: no privilege; refused by a trigger of ours.
NO_RIGHT = "42501"
REFUSED = "23001"

CONTENT = f"""
    insert into tv.client_point (client_plan_id, mac, serial, device_type, label, added_on)
    values (3, 'a4:5e:60:00:00:01', 'SN1', 'stb', 'Sala', '2026-06-01');
    insert into tv.promotion (client_package_id, price, since, until) values (1, 0, '2027-01-01', '2027-03-01');
    insert into tv.client_extra_field values (3, '{PIN_FIELD}', 'sealed'), (3, 'ID Assinante Beenius', 'sub-3');
    insert into tv.contract_change (author, action, client_plan_id, after) values ('ana', 'add_package', 3, '{{}}');
    insert into tv.pin_reveal (author, client_plan_id) values ('ana', 3);
    insert into tv.catalog_sync (id, status, merged_at) values (1, 'merged', now());
    insert into billing.review (
        due_date, digest, candidates, charges, amount, concerns, decision, decided_by, decided_at
    ) values ('2026-12-10', 'd', 1, 1, 1, '[]', 'approved', 'ana', now()),
    ('2027-01-10', 'e', 1, 1, 1, '[]', null, null, null);
    insert into billing.preview (id, due_date, digest, candidates, charges, amount, concerns)
    values (1, '2027-01-10', 'e', 1, 1, 1, '[]');
    insert into reconciliation.snapshot (subscribers, hash) values (1, '0');
    insert into reconciliation.change_set (snapshot_id, snapshot_hash, today, status, decided_by, decided_at)
    values (1, '0', '2026-11-23', 'applied', 'ana', now()), (1, '0', '2026-11-23', 'planned', null, null);
    insert into reconciliation.operation (change_set_id, client_plan_id, number, action, reason, status, done_at)
    values (1, 3, 1, 'create', 'subscriber_is_missing', 'applied', now()),
    (2, 3, 1, 'update', 'name_differs', 'planned', null);
    insert into quality.offender (check_name, offender) values ('x', 'y');
    insert into billing.open_month values (3, 1, '2026-11-01', 10, 0), (3, 0, '2026-11-01', 10, 0);
    insert into billing.waiver (client_plan_id, package_id, reference_month, waived, owed, charged, reason, author)
    values (3, 2, '2026-11-01', true, 10, 0, 'x', 'ana');
"""


@pytest.fixture(scope="module")
def isp(server: Server, migrated: str) -> Iterator[Isp]:
    """A due date that is settled, with a reversed charge and a voided one, and a later one that is pending."""
    with own_database(server, migrated) as engine:
        isp = Isp(engine)
        isp.offer_plans()
        package = isp.package("10.00")
        for price in (None, None, "0.00"):
            isp.sell(isp.client_plan(), package, price)
        isp.bill()
        [(first,)] = isp.run("select min(id) from billing.event")
        correct(engine, first, "reverse", reason="engano", author="ana")
        tv.save(engine, LATER, SETTINGS)
        [(voided,)] = isp.run("select min(id) from billing.event where due_date = :due", due=LATER)
        correct(engine, voided, "void", reason="engano", author="ana")
        isp.run(CONTENT)
        yield isp


def refusal(engine: Engine, statement: str) -> str | None:
    """Run a statement up to its commit, take it back, and return the SQLSTATE that refused it."""
    with engine.connect() as connection, connection.begin() as transaction:
        try:
            done = connection.exec_driver_sql(statement)
            rows = -1 if done.returns_rows else done.rowcount
            connection.exec_driver_sql("set constraints all immediate")
        except DBAPIError as error:
            return str(getattr(error.orig, "sqlstate", None))
        finally:
            transaction.rollback()
    assert rows != 0, "it changed nothing"
    return None


SETTLED = "(select id from billing.run where kind = 'tv' and due_date = '2026-12-10')"
PENDING = "(select id from billing.run where kind = 'tv' and due_date = '2027-01-10')"
PROCESSED = "where due_date = '2026-12-10' and kind = 'charge' and not reversed"
OPEN = "where due_date = '2027-01-10' and cancelled_at is null"

# A trigger on a table of one's own, whose column's cast would run as the owner of the function.
OWN_TRIGGER = """
    create type pg_temp.number as (value integer);
    create function pg_temp.seen(pg_temp.number) returns bigint language sql as 'select 1';
    create cast (pg_temp.number as bigint) with function pg_temp.seen(pg_temp.number) as implicit;
    create temporary table mine (id pg_temp.number, added_on date);
    insert into mine values (row(1), '2026-12-10');
    create trigger own before delete on mine for each row execute function billing.refuse_billed();
    delete from mine
"""
# The catalogue's names in the schema that PostgreSQL looks into first.
SHADOWED = """
    create temporary table pg_class (oid oid, relowner oid);
    insert into pg_class select 'tv.contract_change'::regclass, role.oid from pg_roles as role
    where role.rolname = current_user;
"""

PIPELINE_HAS_NO_RIGHT = [
    OWN_TRIGGER,
    f"update billing.exclusion set run_id = {SETTLED}",
    f"update billing.expectation set run_id = {SETTLED}",
    # What is posted stays.
    "update finance.invoice set status = 'paid'",
    "delete from finance.invoice",
    "truncate finance.invoice",
    "update finance.posting set amount = 1",
    "delete from finance.posting",
    "truncate finance.posting",
    "update finance.posting_of_plans set amount = 1",
    "delete from finance.posting_of_plans",
    "truncate finance.posting_of_plans",
    # So do events, but for what is pending of them.
    "delete from billing.event_record",
    "truncate billing.event_record",
    "update billing.event_record set run_id = 1",
    "update billing.event_record set due_date = '2026-11-10'",
    "update billing.event_record set kind = 'reversal'",
    "update billing.event_record set client_package_id = 1",
    "update billing.event_record set package_id = 1",
    "update billing.event_record set reference_month = '2026-01-01'",
    "update billing.event_record set created_at = now()",
    "update billing.event set amount = 1",
    "delete from billing.event",
    # By the partitions neither.
    "select from billing.event_record_2027_01_10",
    "update billing.event_record_2027_01_10 set amount = 1",
    "delete from billing.event_record_2027_01_10",
    "truncate billing.event_record_2027_01_10",
    "insert into finance.posting_2026_12_10 select * from finance.posting where event_due_date = '2026-12-10'",
    "update finance.posting_2026_12_10 set amount = 1",
    "truncate finance.posting_of_plans_2026_12",
    # The schema is the owner's.
    "alter table billing.event_record detach partition billing.event_record_2026_12_10",
    "alter table finance.posting detach partition finance.posting_2026_12_10",
    "drop table finance.posting_2026_12_10",
    "drop table finance.invoice cascade",
    "drop index billing.event_live_charge",
    "drop schema finance cascade",
    "alter table finance.posting disable trigger user",
    "alter table finance.posting_2026_12_10 disable trigger all",
    "alter table billing.event_record drop constraint event_amount",
    "drop trigger posting_immutable on finance.posting",
    "create trigger mine before insert on finance.posting for each row execute function billing.refuse_change()",
    "create table billing.mine (id bigint)",
    "create table public.mine (id bigint)",
    "create or replace function billing.refuse_change() returns trigger language plpgsql as 'begin return new; end'",
    "alter function billing.post_credits() security invoker",
    "alter table tv.client_extra_field disable row level security",
    "drop policy no_pin on tv.client_extra_field",
    "set session_replication_role = replica",
    "set session authorization postgres",
    "set role postgres",
    "grant multitv_screens to multitv_pipeline",
    "alter role multitv_pipeline superuser",
    "create role mine",
    "select lo_import('/etc/passwd')",
    "copy finance.invoice to program 'cat'",
    "update schema_digest set digest = ''",
    "delete from schema_migration",
    # Runs, reviews and corrections.
    "update billing.run set kind = 'standard'",
    "update billing.run set due_date = '2026-11-10'",
    "update billing.run set created_at = now()",
    "delete from billing.run",
    "truncate billing.run cascade",
    "update billing.review set digest = 'x'",
    "update billing.review set amount = 0",
    "delete from billing.review",
    "truncate billing.review",
    "insert into billing.correction (event_id, event_due_date, action, reason, author, rebill) "
    "values (1, '2026-12-10', 'void', 'x', 'x', true)",
    "update billing.correction set author = 'x'",
    "delete from billing.correction",
    "update billing.credit set rest = 0",
    "delete from billing.credit",
    "truncate billing.credit cascade",
    "insert into billing.credit_posting values (1, 1, '2026-12-10', 1, -1, now())",
    "update billing.credit_posting set amount = -1",
    "delete from billing.credit_posting",
    "insert into billing.payout (event_id, due_date, client_plan_id, amount) values (1, '2026-12-10', 2, 1)",
    "update billing.payout set paid_at = now(), paid_by = 'x'",
    "delete from billing.payout",
    "insert into billing.waiver (client_plan_id, package_id, reference_month, waived, owed, charged, reason, author) "
    "values (3, 1, '2026-11-01', true, 10, 0, 'x', 'x')",
    "update billing.waiver set author = 'x'",
    "delete from billing.waiver",
    "truncate billing.waiver",
    "update billing.carried_charge set invoice_id = 1",
    "delete from billing.carried_charge",
    "update finance.invoice set erp_total = 0",
    f"insert into billing.exclusion values ({SETTLED}, 9, 9, 1, 'free', '2026-12-01')",
    "alter table billing.exclusion disable row level security",
    "truncate billing.exclusion",
    "truncate billing.expectation",
    "update billing.exclusion_reason set at_settlement = 'keep'",
    "update billing.preview set amount = 0",
    # Prices, the offer and the contracts are people's.
    "update tv.package set price = 1",
    "update tv.package set extra = false",
    "update tv.package set point_limit = 9",
    "insert into tv.package (platform_uid, name, service_type, extra, price, active) "
    "values ('x', 'x', 'BASIC_SERVICE', true, 1, true)",
    "delete from tv.package",
    "update tv.client_package set price = 1",
    "update tv.client_package set cancelled_on = '2026-12-01'",
    "insert into tv.client_package (client_plan_id, package_id, added_on) values (3, 1, '2027-06-01')",
    "delete from tv.client_package",
    "update tv.client_point set mac = 'a4:5e:60:00:00:02'",
    "delete from tv.client_point",
    "update tv.service_plan_setting set allows_tv = false",
    "insert into billing.policy (author) values ('x')",
    "insert into tv.promotion (client_package_id, price, since, until) values (1, 0, '2027-01-01', '2027-02-01')",
    "update tv.promotion set until = '2027-02-01'",
    "delete from tv.promotion",
    "update billing.policy set minimum_amount = 9",
    "insert into tv.contract_change (author, action, package_id, after) values ('x', 'change_offer', 1, '{}')",
    "update tv.contract_change set author = 'x'",
    "delete from tv.contract_change",
    "delete from tv.pin_reveal",
    "delete from tv.client_extra_field",
    "update tv.catalog_change set change = 'added'",
    "update erp.client_plan set status = 'cancelled'",
    "delete from erp.service_plan",
    # What the reconciliation decided and did.
    "update reconciliation.change_set set today = '2026-01-01'",
    "update reconciliation.change_set set snapshot_hash = 'x'",
    "delete from reconciliation.change_set",
    "truncate reconciliation.change_set cascade",
    "update reconciliation.operation set action = 'deactivate'",
    "update reconciliation.operation set after = '{}'",
    "delete from reconciliation.operation",
    "truncate reconciliation.operation",
]

PIPELINE_IS_REFUSED = [
    f"{SHADOWED} update billing.expectation set charges = 0 where run_id = {SETTLED}",
    f"{SHADOWED} update billing.run set status = 'open', closed_at = null where kind = 'standard'",
    f"update billing.event_record set amount = 1 {PROCESSED}",
    f"update billing.event_record set reversed = true, amount = 1 {PROCESSED}",
    f"update billing.event_record set cancelled_at = now(), cancel_reason = 'x' {PROCESSED}",
    "update billing.event_record set reversed = false where reversed",
    f"update billing.event_record set reversed = true {OPEN}",
    "update billing.event_record set cancelled_at = null, cancel_reason = null where cancelled_at is not null",
    "update billing.event_record set cancel_reason = 'x' where cancelled_at is not null",
    f"update billing.exclusion set reason = 'not_due' where run_id = {SETTLED}",
    f"delete from billing.exclusion where run_id = {SETTLED}",
    f"insert into billing.expectation values ({SETTLED}, 9, 1, 1, 1)",
    f"update billing.expectation set amount = amount - 1 where run_id = {SETTLED}",
    f"delete from billing.expectation where run_id = {SETTLED}",
    "update billing.run set status = 'open', closed_at = null where kind = 'standard'",
    "update billing.run set status = 'failed', closed_at = null, reason = 'x' where kind = 'standard'",
    "update billing.review set decided_by = 'x' where decision is not null",
    "update billing.review set decision = 'rejected' where decision is not null",
    "update reconciliation.change_set set decided_by = 'x' where status = 'applied'",
    "update reconciliation.change_set set decided_by = null, decided_at = null where status = 'applied'",
    "update reconciliation.change_set set status = 'planned' where status = 'applied'",
    "update reconciliation.change_set set status = 'rejected' where status = 'applied'",
    "update reconciliation.change_set set removals = 0, operations = 9 where status = 'applied'",
    "update reconciliation.change_set set concerns = '[{}]' where status = 'applied'",
    "update reconciliation.operation set outcome_code = 'x' where status = 'applied'",
    "update reconciliation.operation set status = 'planned', done_at = null where status = 'applied'",
    "update reconciliation.operation set status = 'rejected', outcome_code = 'x' where status = 'applied'",
    "select billing.record_correction(id, due_date, 'void', 'x', 'x', true, null) from billing.event_record "
    "where cancelled_at is null",
    "select billing.record_correction(id, due_date, 'reverse', 'x', 'x', true, id) from billing.event_record "
    f"{PROCESSED}",
    "select billing.take_back(0, 'x', 'x')",
    "select billing.decide_again(0, 'x', 'x', true)",
    "select billing.mark_paid_out(0, 'x', '2026-12-10', 'x')",
    "insert into billing.credit (event_id, due_date, client_plan_id, charge_id, amount, rest) "
    f"select id, due_date, client_plan_id, id, -amount - 1, amount + 1 from billing.event {PROCESSED}",
]

PIPELINE_MAY = [
    "select from billing.event",
    "select from erp.client_plan",
    "insert into billing.run (kind, due_date, status) values ('tv', '2027-02-10', 'open')",
    f"update billing.run set status = 'closed', closed_at = now() where id = {PENDING}",
    f"update billing.run set status = 'saved', closed_at = null where id = {SETTLED}",
    f"update billing.run set reason_code = 'x', reason = 'x' where id = {PENDING}",
    f"update billing.event_record set amount = 9, price = 9 {OPEN}",
    f"update billing.event_record set cancelled_at = now(), cancel_reason = 'not_due' {OPEN}",
    f"update billing.event_record set reversed = true {PROCESSED}",
    f"insert into billing.exclusion values ({PENDING}, 9, 9, 1, 'free', '2026-12-01')",
    f"update billing.exclusion set reason = 'not_due' where run_id = {PENDING}",
    f"delete from billing.exclusion where run_id = {PENDING}",
    f"update billing.expectation set amount = amount + 1 where run_id = {PENDING}",
    f"delete from billing.expectation where run_id = {PENDING}",
    "insert into billing.review (due_date, digest, candidates, charges, amount, concerns) "
    "values ('2027-02-10', 'd', 1, 1, 1, '[]')",
    "update billing.review set decision = 'approved', decided_by = 'ana', decided_at = now() where decision is null",
    "delete from billing.preview",
    "insert into finance.invoice (client_plan_id, due_date) values (3, '2027-02-10')",
    "select * from billing.post_credits()",
    "select * from billing.post_carried('2026-12-10', '2026-12-10')",
    "select * from billing.list_payouts('2026-12-10')",
    "insert into tv.package (platform_uid, name, service_type, extra, point_limit, active) "
    "values ('x', 'x', 'BASIC_SERVICE', false, 2, true)",
    "update tv.package set name = 'x', active = false, changed_at = now()",
    "insert into tv.client_extra_field values (3, 'x', '') on conflict (client_plan_id, name) do update set value = ''",
    "update tv.client_extra_field set value = 'sealed anew'",
    "select nextval(pg_get_serial_sequence('tv.catalog_sync', 'id'))",
    "update reconciliation.change_set set status = 'approved', decided_by = 'ana', decided_at = now() "
    "where status = 'planned'",
    "update reconciliation.change_set set status = 'superseded' where status = 'applied'",
    "update reconciliation.change_set set status = 'verified', verified_at = now() where status = 'applied'",
    "update reconciliation.operation set status = 'applied', outcome = 'x', done_at = now() where status = 'planned'",
    "select reconciliation.delete_old_refusals(2)",
    "truncate staging.subscriber, staging.subscriber_snapshot, staging.desired_subscriber",
    "analyze staging.subscriber, reconciliation.operation, reports.discrepancy",
    "insert into reports.refresh (figure) values ('x')",
    "delete from quality.offender",
    "create temporary table mine on commit drop as select 1 as one",
    f"select from tv.client_extra_field where name = '{PIN_FIELD}'",
]

AUDITED = (
    "with before as (select to_jsonb(package) - 'changed_at' as state from tv.package where id = 1), "
    "changed as (update tv.package set price = 31, changed_at = now() where id = 1 "
    "returning to_jsonb(package) - 'changed_at' as state) "
    "insert into tv.contract_change (author, action, package_id, before, after) "
    "select 'ana', 'change_offer', 1, before.state, {after} from before, changed"
)

SCREENS_HAVE_NO_RIGHT = [
    "insert into billing.waiver (client_plan_id, package_id, reference_month, waived, owed, charged, reason, author) "
    "values (3, 1, '2026-11-01', true, 10, 0, 'x', 'x')",
    "delete from billing.waiver",
    "delete from billing.open_month",
    "update billing.open_month set owed = 1",
    "update billing.payout set paid_at = now(), paid_by = 'x'",
    "delete from billing.excess_charge",
    OWN_TRIGGER,
    "insert into billing.run (kind, due_date, status) values ('tv', '2027-02-10', 'open')",
    "update billing.run set status = 'closed', closed_at = now()",
    "insert into billing.event_record select * from billing.event_record",
    "update billing.event_record set amount = 1",
    "update billing.event set amount = 1",
    "insert into finance.posting select * from finance.posting",
    "insert into finance.posting_of_plans select * from finance.posting_of_plans",
    "insert into finance.invoice (client_plan_id, due_date) values (3, '2027-02-10')",
    "update finance.invoice set status = 'paid'",
    "delete from finance.invoice",
    "truncate finance.invoice",
    "insert into billing.exclusion values (1, 9, 9, 1, 'free', '2026-12-01')",
    "delete from billing.exclusion",
    "update billing.expectation set amount = 0",
    "insert into billing.review (due_date, digest, candidates, charges, amount, concerns) "
    "values ('2027-02-10', 'd', 1, 1, 1, '[]')",
    "update billing.review set decision = 'approved', decided_by = 'x', decided_at = now() where decision is null",
    "update billing.preview set digest = 'x'",
    "select * from billing.post_credits()",
    "select * from billing.post_carried('2026-12-10', '2026-12-10')",
    "select * from billing.list_payouts('2026-12-10')",
    "select billing.record_correction(1, '2026-12-10', 'void', 'x', 'x', true, null)",
    "select reconciliation.delete_old_refusals(2)",
    "update reconciliation.change_set set status = 'approved', decided_by = 'x', decided_at = now()",
    "update reconciliation.operation set outcome = 'x'",
    "update billing.policy set minimum_amount = 9",
    "insert into billing.policy (author, created_at) values ('x', now())",
    "update tv.client_package set price = 1",
    "update tv.client_package set added_on = '2026-01-01'",
    "update tv.client_package set client_plan_id = 4",
    "truncate tv.client_package",
    "update tv.promotion set price = 1",
    "update tv.promotion set since = '2027-01-02'",
    "truncate tv.promotion",
    "delete from tv.client_point",
    "delete from tv.service_plan_setting",
    "update tv.package set name = 'x'",
    "update tv.package set active = true",
    "insert into tv.package (platform_uid, name, service_type, extra, active) "
    "values ('x', 'x', 'BASIC_SERVICE', true, true)",
    "insert into tv.contract_change (author, action, package_id, after, transaction) "
    "values ('x', 'change_offer', 1, '{}', pg_current_xact_id())",
    "insert into tv.contract_change (author, action, package_id, after, changed_at) "
    "values ('x', 'change_offer', 1, '{}', '2020-01-01')",
    "update tv.contract_change set author = 'x'",
    "delete from tv.contract_change",
    "truncate tv.contract_change",
    "update tv.pin_reveal set author = 'x'",
    "delete from tv.pin_reveal",
    "insert into tv.pin_reveal (author, client_plan_id, revealed_at) values ('x', 3, '2020-01-01')",
    "update tv.client_extra_field set value = 'x'",
    "update erp.client_plan set status = 'active'",
    "select from staging.subscriber",
    "alter table tv.package disable trigger user",
    "drop trigger package_audited on tv.package",
    "create table billing.mine (id bigint)",
    "set session_replication_role = replica",
    "set role multitv_pipeline",
]

SCREENS_ARE_REFUSED = [
    f"{SHADOWED} update tv.package set price = 1 where id = 1",
    "update tv.package set price = 1 where id = 1",
    "update tv.package set extra = not extra",
    "update tv.package set point_limit = 9",
    AUDITED.format(after="'{}'"),
    "update tv.client_package set cancelled_on = '2027-01-01'",
    "insert into tv.client_package (client_plan_id, package_id, added_on) values (77, 1, '2027-06-01')",
    "insert into tv.promotion (client_package_id, price, since, until) values (2, 0, '2027-01-01', '2027-02-01')",
    "update tv.promotion set until = '2027-02-01'",
    "delete from tv.promotion",
    "update tv.client_point set label = 'x'",
    "update tv.client_point set removed_on = '2027-01-01'",
    "insert into tv.client_point (client_plan_id, mac, serial, device_type, label, added_on) "
    "values (3, 'a4:5e:60:00:00:02', 'x', 'stb', 'x', '2026-06-01')",
    "update tv.service_plan_setting set allows_tv = not allows_tv",
    "insert into tv.service_plan_setting values (3, true, null)",
]

SCREENS_MAY = [
    "select billing.waive_month(3, 1, '2026-11-01', 'x', 'ana')",
    "select billing.take_back_waiver(3, 2, '2026-11-01', 'x', 'ana')",
    "select from billing.event",
    "select from billing.preview_line",
    "select from erp.client",
    AUDITED.format(after="changed.state"),
    "insert into billing.policy (author, timing) values ('ana', 'arrears')",
    "insert into tv.pin_reveal (author, client_plan_id) values ('ana', 3)",
    "select billing.approve_preview(1, 'ana', now())",
    "select billing.lock_runs()",
    f"select from tv.client_extra_field where name = '{PIN_FIELD}'",
]

READER_HAS_NO_RIGHT = [
    "insert into billing.run (kind, due_date, status) values ('tv', '2027-02-10', 'open')",
    "update billing.event set amount = 1",
    "update tv.package set price = 1",
    "delete from finance.invoice",
    "truncate finance.invoice",
    "insert into tv.contract_change (author, action, package_id, after) values ('x', 'change_offer', 1, '{}')",
    "insert into tv.pin_reveal (author, client_plan_id) values ('x', 3)",
    "update tv.client_extra_field set value = 'x'",
    "delete from quality.offender",
    "update reports.refresh set figure = 'x'",
    "select from staging.subscriber",
    "select * from billing.post_credits()",
    "select * from billing.post_carried('2026-12-10', '2026-12-10')",
    "select * from billing.list_payouts('2026-12-10')",
    "select billing.approve_preview(1, 'x', now())",
    "select billing.lock_runs()",
    "select reconciliation.delete_old_refusals(2)",
    "select nextval('finance.posting_id_seq')",
    "lock table billing.run in share mode",
    "select from finance.invoice for update",
    "create table public.mine (id bigint)",
]


@pytest.mark.parametrize("statement", PIPELINE_HAS_NO_RIGHT)
def test_the_pipeline_has_no_right(isp: Isp, statement: str) -> None:
    assert refusal(as_pipeline(isp.engine), statement) == NO_RIGHT


@pytest.mark.parametrize("statement", PIPELINE_IS_REFUSED)
def test_the_pipeline_is_refused_what_no_grant_can_say(isp: Isp, statement: str) -> None:
    assert refusal(as_pipeline(isp.engine), statement) == REFUSED


@pytest.mark.parametrize("statement", PIPELINE_MAY)
def test_the_pipeline_may(isp: Isp, statement: str) -> None:
    assert refusal(as_pipeline(isp.engine), statement) is None


@pytest.mark.parametrize("statement", SCREENS_HAVE_NO_RIGHT)
def test_the_screens_have_no_right(isp: Isp, statement: str) -> None:
    assert refusal(as_screens(isp.engine), statement) == NO_RIGHT


@pytest.mark.parametrize("statement", SCREENS_ARE_REFUSED)
def test_the_screens_change_nothing_without_its_audit_row(isp: Isp, statement: str) -> None:
    assert refusal(as_screens(isp.engine), statement) == REFUSED


@pytest.mark.parametrize("statement", SCREENS_MAY)
def test_the_screens_may(isp: Isp, statement: str) -> None:
    assert refusal(as_screens(isp.engine), statement) is None


@pytest.mark.parametrize("statement", READER_HAS_NO_RIGHT)
def test_the_reader_has_no_right(isp: Isp, statement: str) -> None:
    assert refusal(as_role(READER, isp.engine), statement) == NO_RIGHT


def test_an_audit_row_of_another_transaction_covers_nothing(isp: Isp) -> None:
    screens = as_screens(isp.engine)
    statement = AUDITED.format(after="changed.state")
    with screens.begin() as connection:
        connection.exec_driver_sql(statement)
    # The same change again, with the row that the first one left.
    isp.run("update tv.package set price = 10.00")
    assert refusal(screens, "update tv.package set price = 31 where id = 1") == REFUSED


@pytest.mark.parametrize(
    "table",
    [
        "billing.run cascade", "billing.event_record", "billing.exclusion", "billing.expectation", "billing.correction",
        "billing.policy", "billing.review", "finance.invoice", "finance.posting", "finance.posting_of_plans",
        "tv.package cascade", "tv.client_package", "tv.client_point", "tv.service_plan_setting", "tv.contract_change",
        "tv.promotion", "tv.pin_reveal", "tv.catalog_sync cascade", "tv.catalog_change", "tv.quarantine",
        "reconciliation.change_set cascade", "reconciliation.operation",
    ],
)  # fmt: skip
def test_not_even_the_owner_empties_what_is_of_money_or_of_record(isp: Isp, table: str) -> None:
    assert refusal(isp.engine, f"truncate {table}") == REFUSED


def test_not_even_the_owner_deletes_an_invoice_with_postings_or_changes_a_decision(isp: Isp) -> None:
    assert refusal(isp.engine, "delete from finance.invoice") == "23503"
    for statement in PIPELINE_IS_REFUSED:
        if statement.startswith(("update billing.event", "update billing.review", "update reconciliation")):
            assert refusal(isp.engine, statement) == REFUSED, statement


def test_the_reader_reads_everything_but_the_pins(isp: Isp) -> None:
    reader = Database(isp.engine)
    shown = reader.run(
        "select oid::regclass::text from pg_class where relkind in ('r', 'p', 'v') and not relispartition "
        "and relnamespace::regnamespace::text in ('billing', 'erp', 'finance', 'quality', 'reconciliation', 'reports', "
        "'tv')"
    )
    assert len(shown) > 40
    for (table,) in shown:
        assert refusal(as_role(READER, isp.engine), f"select from {table}") is None, table
    with as_role(READER, isp.engine).connect() as connection:
        fields = connection.exec_driver_sql("select name from tv.client_extra_field").scalars().all()
    assert fields == ["ID Assinante Beenius"]
    assert len(isp.run("select from tv.client_extra_field")) == 2


def test_who_may_call_the_functions_that_run_as_the_owner(isp: Isp) -> None:
    owners = isp.run(
        "select oid::regprocedure::text, array(select role from unnest(cast(:roles as text[])) as role "
        "where has_function_privilege(role, oid, 'execute')), proconfig[1] from pg_proc "
        "where prosecdef and prorettype <> 'trigger'::regtype and pronamespace::regnamespace::text !~ '^pg_' "
        "order by 1",
        roles=[*ROLES, "pg_monitor"],
    )
    screens = {
        "billing.lock_runs()",
        "billing.approve_preview(bigint,text,timestamp with time zone)",
        "billing.waive_month(bigint,bigint,date,text,text)",
        "billing.take_back_waiver(bigint,bigint,date,text,text)",
        "billing.mark_paid_out(bigint,text,date,text)",
    }
    for name, callers, path in owners:
        assert callers == [PIPELINE, SCREENS][: 2 if name in screens else 1], name
        assert path == "search_path=pg_catalog, pg_temp", name
    assert len(owners) > 4


def test_no_role_may_put_a_trigger_of_ours_on_a_table_of_its_own(isp: Isp) -> None:
    functions = isp.run(
        "select oid::regproc::text, proconfig[1], array(select role from unnest(cast(:roles as text[])) as role "
        "where has_function_privilege(role, oid, 'execute')) from pg_proc "
        "where (prorettype = 'trigger'::regtype or oid = 'tv.is_owner'::regproc) "
        "and pronamespace::regnamespace::text in ('billing', 'finance', 'reconciliation', 'tv') order by 1",
        roles=[*ROLES, "pg_monitor"],
    )
    assert len(functions) > 15
    for name, path, callers in functions:
        assert path == "search_path=pg_catalog, pg_temp", name
        assert callers == ([*ROLES] if name == "tv.is_owner" else []), name
    assert refusal(isp.engine, OWN_TRIGGER) == REFUSED


def test_no_function_of_ours_is_for_everybody_but_those_of_the_erps_indexes(isp: Isp) -> None:
    found = isp.run(
        "select oid::regproc::text from pg_proc where has_function_privilege('pg_monitor', oid, 'execute') and "
        "pronamespace::regnamespace::text in ('billing', 'finance', 'reconciliation', 'reports', 'tv') order by 1"
    )
    assert [row[0] for row in found] == ["tv.document_key", "tv.plain", "tv.words"]


def test_the_roles_that_a_server_lacks_are_made_without_a_login() -> None:
    with own_server() as server:
        with postgres.connect(server) as connection:
            for role in ROLES:
                connection.execute(f"drop role {role}")
            connection.execute("create role landlord login; create role tenant login createrole")
            connection.execute("create database poor owner landlord")
            connection.execute("create database rich owner tenant")
        poor = engine_for(server.url("poor").set(username="landlord"))
        with pytest.raises(
            RolesMissing, match="create role multitv_pipeline nologin; create role multitv_screens nolo"
        ):
            migrate(poor)
        rich = engine_for(server.url("rich").set(username="tenant"))
        migrate(rich)
        migrate(rich)
        roles = Database(as_owner(rich)).run(
            "select rolname, rolcanlogin from pg_roles where rolname ~ '^multitv' order by 1"
        )
        assert roles == [(PIPELINE, False), (READER, False), (SCREENS, False)]
        migrate(poor)
        with poor.connect() as connection:
            granted = connection.exec_driver_sql(f"select has_table_privilege('{READER}', 'billing.run', 'select')")
            assert granted.scalar_one()


def test_an_isps_own_views_are_the_isps_to_grant(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    with own_database(server) as engine:
        database = Database(engine)
        database.run("do $$ begin if not exists (select from pg_roles where rolname = 'landlord') then "
                     "create role landlord login; create role erp_owner; end if; end $$")  # fmt: skip
        database.run("create schema erp authorization erp_owner")
        for view in ("client", "service_plan", "client_plan"):
            database.run(f"create table erp.{view}_of_another (id bigint)")
        database.run(
            "create view erp.client as select 1::bigint as id, ''::text as name, ''::text as document, "
            "''::text as status;"
            "alter view erp.client owner to erp_owner; grant usage, create on schema erp to landlord;"
            "grant usage on schema erp to landlord with grant option;"
            f"grant select on erp.client to landlord; grant create on schema public to landlord; "
            f"grant create on database {engine.url.database} to landlord"
        )
        migrate(as_role("landlord", engine))
        rights = database.run(
            "select has_table_privilege('multitv_reader', 'erp.client', 'select'), "
            "has_table_privilege('multitv_reader', 'erp.service_plan', 'select')"
        )
        assert rights == [(False, True)]
        [said] = [record.message for record in caplog.records if "may not read the ERP" in record.message]
        for grant in re.findall(r"grant .*?;", said):
            database.run(grant)
        caplog.clear()
        migrate(as_role("landlord", engine))
        assert "may not read the ERP" not in caplog.text
        assert refusal(as_role(READER, engine), "select from erp.client") is None


def test_an_erp_that_bills_its_plans_itself_needs_what_the_document_grants(isp: Isp, repository: Path) -> None:
    grants = re.findall(r"^    (grant .* erp_writer;)$", (repository / "docs/deploying.md").read_text(), re.MULTILINE)
    assert len(grants) == 3
    isp.run("create role erp_writer login")
    for grant in grants:
        isp.run(grant)
    try:
        with as_role("erp_writer", isp.engine).connect() as connection, connection.begin() as transaction:
            for statement in (
                "insert into finance.invoice (client_plan_id, due_date) values (1, '2027-02-10'), (2, '2027-02-10')",
                "insert into billing.run (kind, due_date, status) values ('standard', '2027-02-10', 'open')",
                "update billing.run set status = 'closed', closed_at = now() where due_date = '2027-02-10'",
                "update finance.invoice set status = 'paid' where due_date = '2026-12-10'",
            ):
                assert connection.exec_driver_sql(statement).rowcount > 0, statement
            transaction.rollback()
    finally:
        isp.run("drop owned by erp_writer")
        isp.run("drop role erp_writer")


def test_the_later_due_date_is_as_it_was(isp: Isp) -> None:
    assert set(isp.events(DUE)) == {1, 2}
    assert {status for status, _ in isp.events(LATER).values()} == {"pending", "cancelled"}
