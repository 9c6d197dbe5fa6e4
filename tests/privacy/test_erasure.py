"""A client's personal data is erased, what the law wants kept is not, and no later run brings it back."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from multitv.billing import tv
from multitv.billing.standard import bill_plans
from multitv.changes.errors import InvalidValue
from multitv.contracts.points import add_point, edit_point, remove_point
from multitv.database.engine import DatabaseRefused, DatabaseUnavailable
from multitv.database.replaceable import STAGING
from multitv.erp.facts import ErpEmpty
from multitv.extra_fields import PIN_FIELD
from multitv.privacy import __main__ as command
from multitv.privacy.erasure import erase, foretell
from multitv.privacy.errors import PrivacyRefused
from multitv.privacy.export import NoPrivacyFolder, export, find_clients
from multitv.web.clients import queries as pages
from tests.support.databases import Database, as_owner, as_pipeline, as_screens
from tests.support.house import House
from tests.support.isp import DUE
from tests.support.settings import SETTINGS, TODAY
from tests.support.shop import Shop

NAME, DOCUMENT, MAC, LABEL = "Quitéria Zuleica Xavantina", "529.982.247-25", "a4:5e:60:0f:0f:0f", "Sala da Quitéria"
PERSONAL = (NAME, "Quitéria", "Zuleica", DOCUMENT, MAC, "SN-QUITERIA")
LATER = TODAY + timedelta(days=3)


def everything(database: Database) -> str:
    """All rows of all tables, as text."""
    tables = database.run(
        "select relation.oid::regclass::text as name from pg_class as relation where relation.relkind in ('r', 'p') "
        "and not relation.relispartition and relation.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'"
    )
    rows = [database.run(f"select to_jsonb(t)::text as row from {table.name} as t") for table in tables]  # noqa: S608
    return "\n".join(row.row for table in rows for row in table)


def traces(database: Database) -> list[str]:
    """What of the person is still somewhere in the database."""
    held = everything(database)
    return [value for value in PERSONAL if value.lower() in held.lower()]


@dataclass
class Person:
    """A client who was served, whose contract has ended, and whose TV has been taken away."""

    house: House
    client: int
    plan: int
    pin: str

    def erase(self, today: date = LATER) -> Any:
        return erase(self.house.engine, self.client, "ana", today)


@pytest.fixture
def person(house: House) -> Person:
    plan = house.served()[0]
    [(client,)] = house.run("select client_id from erp.client_plan where id = :plan", plan=plan)
    house.run("update erp.client set name = :name, document = :doc where id = :id", name=NAME, doc=DOCUMENT, id=client)
    house.run("update erp.client_plan set status = 'cancelled' where client_id = :id and id <> :p", id=client, p=plan)
    house.run("select history.record(:today)", today=TODAY - timedelta(days=30))
    screens = as_screens(house.engine)
    house.run("update tv.package set point_limit = null")
    device = {"serial": "SN-QUITERIA", "device_type": "stb", "label": LABEL}
    point = add_point(screens, "ana", plan, mac=MAC, today=TODAY, **device)
    house.reconcile()
    edit_point(screens, "ana", point.id, label="Quarto da Quitéria")
    house.run("update erp.client set name = :name where id = :id", name=f"{NAME} Souza", id=client)
    house.reconcile()
    pin = house.pins()[plan]
    remove_point(screens, "ana", point.id, today=TODAY)
    house.run("update erp.client_plan set status = 'cancelled', cancelled_on = :day where id = :id", day=TODAY, id=plan)
    house.reconcile(today=TODAY + timedelta(days=1))
    return Person(house, client, plan, pin)


@pytest.mark.parametrize("replaced", [False, True])
def test_nothing_personal_is_left_and_the_next_sync_does_not_bring_it_back(person: Person, *, replaced: bool) -> None:
    house = person.house
    if replaced:
        house.run("update tv.client_extra_field set client_id = 0 where name like 'Auth%'")
    assert set(traces(house)) == set(PERSONAL)
    erased = person.erase()
    assert erased.removed["erased_client"] == erased.removed["erased_pins"] == 1
    assert erased.removed["erased_points"] >= 1
    assert erased.removed["erased_operations"] > 0
    assert erased.removed["erased_contract_changes"] == 3
    assert traces(house) == []
    assert person.plan not in house.pins()
    # The ERP still names the person: a sync writes the row again, by every way there is.
    for statement in (
        "update erp.client set name = :name, document = :doc where id = :id",
        "insert into erp.client (id, name, document) values (:id, :name, :doc) "
        "on conflict (id) do update set name = excluded.name, document = excluded.document",
        "merge into erp.client as c using (select 1) as s on c.id = :id "
        "when matched then update set name = :name, document = :doc",
    ):
        house.run(statement, name=NAME, doc=DOCUMENT, id=person.client)
        assert traces(house) == []
    house.run("delete from erp.client where id = :id", id=person.client)
    house.run("insert into erp.client values (:id, :n, :d, 'active')", id=person.client, n=NAME, d=DOCUMENT)
    assert house.run("select name, document from erp.client where id = :id", id=person.client) == [
        ("Titular removido", "")
    ]
    # The platform is told, and what tells it does not keep the name that it forgets.
    assert house.subscriber(person.plan).first_name == "Quitéria"
    house.reconcile(today=LATER)
    assert (house.subscriber(person.plan).first_name, house.subscriber(person.plan).last_name) == (
        "Titular",
        "removido",
    )
    assert [value for value in traces(house) if value not in ("Quitéria", "Zuleica", NAME)] == []
    house.reconcile(today=LATER)
    assert traces(house) == []
    assert house.reconcile(today=LATER)["applied"] == 0


def test_nothing_personal_is_left_in_any_staging(person: Person) -> None:
    columns = "client_plan_id, external_id, uid, first_name, last_name, status, services, devices, version"
    for schema in set(STAGING) - {"staging"}:
        copied = person.house.run(
            f"insert into {schema}.subscriber ({columns}) "  # noqa: S608
            f"select {columns} from staging.subscriber where client_plan_id = :plan",
            plan=person.plan,
        )
        assert copied == 1
    person.erase()
    assert traces(person.house) == []


def test_what_is_kept_is_said_and_is_there(person: Person) -> None:
    house = person.house
    before = house.run("select count(*) from tv.client_package where client_plan_id = :p", p=person.plan)
    said = person.erase().report()
    assert "dados pessoais eliminados" in said
    assert "Mantido: identificador do assinante" in said
    assert "Na plataforma de TV o nome é trocado pela próxima reconciliação completa." in said
    assert not [value for value in PERSONAL if value.lower() in said.lower()]
    assert house.run("select count(*) from tv.client_package where client_plan_id = :p", p=person.plan) == before
    [record] = house.run("select client_id, author, erased_on, removed, kept from privacy.erasure")
    assert record[:3] == (person.client, "ana", LATER)
    with pytest.raises(Exception, match="append-only"):
        house.run("update privacy.erasure set author = 'rui'")
    # What is final stays final for everybody else.
    with pytest.raises(Exception, match="append-only"):
        house.run("update tv.contract_change set author = 'rui'")
    with pytest.raises(Exception, match="what is final stays"):
        house.run("update reconciliation.operation set after = null where status = 'applied'")


def test_a_second_time_changes_nothing_and_what_came_back_goes(person: Person) -> None:
    person.erase()
    before = everything(person.house)
    again = person.erase()
    assert (again.already, set(again.removed.values())) == (True, {0})
    assert "já tinham sido eliminados; nada mudou" in again.report()
    assert everything(person.house) == before
    person.house.run(
        "insert into reconciliation.stored_otherwise (client_plan_id, action, target, sent, stored, change_set_id) "
        "values (:p, 'update', '', '{}', :stored, 1)",
        p=person.plan,
        stored=json.dumps({"first_name": NAME}),
    )
    assert person.erase().removed["erased_stored_otherwise"] == 1
    assert traces(person.house) == []
    assert len(person.house.run("select from privacy.erasure")) == 2


def test_two_at_once_make_one_record(person: Person) -> None:
    with ThreadPoolExecutor(4) as crowd:
        done = list(crowd.map(lambda _: person.erase(), range(4)))
    assert sum(each.already for each in done) == 3
    assert len(person.house.run("select from privacy.erasure")) == 1
    assert traces(person.house) == []


def test_one_that_is_killed_in_the_middle_changed_nothing(person: Person) -> None:
    before = everything(person.house)
    # It waits for the staging when it has its other locks, or for this row when it has removed much already.
    for lock in (
        "select pg_advisory_xact_lock(hashtextextended('reconciliation staging', 0))",
        f"select from reconciliation.operation where client_plan_id = {person.plan} for update",
    ):
        with as_owner(person.house.engine).begin() as connection, ThreadPoolExecutor(1) as other:
            connection.exec_driver_sql(lock)
            running = other.submit(person.erase)
            while not (
                waiting := person.house.run(
                    "select pid from pg_stat_activity where wait_event_type = 'Lock' and query like '%erase_client%'"
                )
            ):
                assert not running.done()
            person.house.run("select pg_terminate_backend(:pid)", pid=waiting[0].pid)
            with pytest.raises(DatabaseUnavailable):
                running.result()
        assert everything(person.house) == before
    person.erase()
    assert traces(person.house) == []


def test_screens_and_searches_do_not_show_what_a_view_of_the_erp_still_has(person: Person) -> None:
    house = person.house
    house.run("alter table erp.client rename to client_of_the_erp")
    house.run("create view erp.client as select * from erp.client_of_the_erp")
    house.run("grant select on erp.client to multitv_pipeline, multitv_screens, multitv_reader")
    house.run("drop trigger client_changed_stays_erased on erp.client_of_the_erp")
    screens = as_screens(house.engine)
    assert [found.name for found in pages.find(screens, DOCUMENT).rows] == [f"{NAME} Souza"]
    erased = person.erase()
    assert erased.erp_names
    assert "O ERP ainda tem o nome ou o documento: elimine-os lá." in erased.report()
    for search in (DOCUMENT, "quiteria zuleica", "zuleica"):
        assert pages.find(screens, search).rows == []
    assert [found.name for found in pages.find(screens, str(person.plan)).rows][:1] == ["Titular removido"]
    shown = pages.client_plan(screens, person.plan)
    assert (shown.client, shown.document) == ("Titular removido", "")
    house.reconcile(today=LATER)
    assert house.subscriber(person.plan).last_name == "removido"


def test_a_client_who_comes_back_has_a_name_again(person: Person) -> None:
    person.erase()
    back = LATER + timedelta(days=10)
    person.house.run(
        "insert into erp.client_plan select 99999, client_id, service_plan_id, 'active', due_day, :day, null "
        "from erp.client_plan where id = :id",
        day=back,
        id=person.plan,
    )
    person.house.run(
        "update erp.client set name = :n, document = :d where id = :id", n=NAME, d=DOCUMENT, id=person.client
    )
    assert pages.client_plan(as_screens(person.house.engine), 99999).client == NAME
    with pytest.raises(PrivacyRefused, match="O contrato 99999 não está encerrado"):
        person.erase(back)
    person.house.run("update erp.client_plan set status = 'cancelled', cancelled_on = :d where id = 99999", d=back)
    person.house.run("delete from reconciliation.pending_change")
    assert person.erase(back).removed["erased_client"] == 1
    assert person.house.run("select name from erp.client where id = :id", id=person.client) == [("Titular removido",)]


def test_who_came_back_stays_named_when_the_new_contract_ends_and_when_the_erp_drops_it(person: Person) -> None:
    house, back = person.house, LATER + timedelta(days=10)
    person.erase()
    house.run(
        "insert into erp.client_plan select 99999, client_id, service_plan_id, 'active', due_day, :day, null "
        "from erp.client_plan where id = :id",
        day=back,
        id=person.plan,
    )
    house.run("update erp.client set name = :n where id = :id", n=NAME, id=person.client)
    house.run("update erp.client_plan set status = 'cancelled', cancelled_on = :d where id = 99999", d=back)
    assert house.run("select privacy.is_erased(:id)", id=person.client) == [(False,)]
    house.run("select history.record(:today)", today=back)
    house.run("delete from erp.client_plan where id = 99999")
    house.run("update erp.client set name = :n where id = :id", n=f"{NAME} Neta", id=person.client)
    assert house.run("select name from erp.client where id = :id", id=person.client) == [(f"{NAME} Neta",)]
    with pytest.raises(Exception, match="append-only"):
        house.run("delete from privacy.came_back")
    # Only another erasure erases again.
    house.run("delete from reconciliation.pending_change")
    assert person.erase(back + timedelta(days=1)).removed["erased_client"] == 1
    assert house.run("select privacy.is_erased(:id)", id=person.client) == [(True,)]


def test_who_is_served_again_by_an_old_contract_is_named_for_good(person: Person) -> None:
    house, erased = person.house, "select privacy.is_erased(:id)"
    # A sale that was called off before it began brings nobody back.
    house.run(
        "insert into erp.client_plan select 99999, client_id, service_plan_id, 'cancelled', due_day, :day, null "
        "from erp.client_plan where id = :id",
        day=LATER + timedelta(days=5),
        id=person.plan,
    )
    person.erase()
    assert house.run(erased, id=person.client) == [(True,)]
    house.run("select history.record(:today)", today=LATER)
    house.run("update erp.client_plan set status = 'suspended', cancelled_on = null where id = :p", p=person.plan)
    assert house.run(erased, id=person.client) == [(False,)]
    house.run("select history.record(:today)", today=LATER)
    house.run(
        "update erp.client_plan set status = 'cancelled', cancelled_on = :d where id = :p", d=TODAY, p=person.plan
    )
    assert house.run(erased, id=person.client) == [(False,)]


@pytest.mark.parametrize("gone", ["erp.client", "erp.client_plan"])
def test_the_platform_forgets_the_name_of_one_whom_the_erp_has_deleted(person: Person, gone: str) -> None:
    house = person.house
    column = "id" if gone == "erp.client" else "client_id"
    house.run(f"delete from {gone} where {column} = :id", id=person.client)  # noqa: S608
    said = person.erase().report()
    house.reconcile(today=LATER)
    if gone == "erp.client":
        assert house.subscriber(person.plan).last_name == "removido"
        house.reconcile(today=LATER)
        assert traces(house) == []
    else:
        # Nothing touches a contract that is gone: a person has to.
        assert house.subscriber(person.plan).first_name == "Quitéria"
    assert (f"Menos no contrato {person.plan}," in said) == (gone == "erp.client_plan")


def test_an_erasure_leaves_a_line_in_the_log_with_the_number_only(
    person: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    person.erase()
    assert f"The personal data of client {person.client} was erased." in caplog.messages
    assert not [value for value in PERSONAL if value.lower() in caplog.text.lower()]


def test_neither_of_two_holders_is_given_what_is_the_others_of_the_day_of_the_handover(
    person: Person, tmp_path: Path
) -> None:
    house, day = person.house, LATER + timedelta(days=20)
    house.run("insert into erp.client values (77777, 'Herdeira Nova', '1', 'active')")
    house.run("update erp.client_plan set client_id = 77777, status = 'active' where id = :id", id=person.plan)
    house.run("select history.record(:today)", today=day)
    zone = ZoneInfo("America/Sao_Paulo")
    # In the evening, when it is the next day in UTC.
    evening = {before: datetime.combine(day - timedelta(days=before), time(22), zone) for before in (0, 1)}
    old, new = {"first_name": "Quitéria", "mac": MAC}, {"first_name": "Herdeira", "mac": "a4:5e:60:bb:bb:bb"}
    with as_owner(house.engine).begin() as connection:
        connection.exec_driver_sql("set local session_replication_role = replica")
        for change_set, before, after, author in ((9001, 1, {"label": LABEL}, "velha"), (9002, 0, new, "nova")):
            values = {
                "at": evening[before], "p": person.plan, "b": json.dumps(old), "a": json.dumps(after), "by": author,
                "id": change_set, "due": day - timedelta(days=before), "target": MAC,
            }  # fmt: skip
            for statement in (
                "insert into tv.contract_change (author, action, client_plan_id, before, after, changed_at) "
                "values (:by, 'edit_point', :p, :b, :a, :at)",
                "insert into reconciliation.change_set (id, snapshot_id, snapshot_hash, today, status, created_at) "
                "overriding system value "
                "select :id, max(snapshot_id), '', :due, 'verified', :at from reconciliation.change_set",
                "insert into reconciliation.operation (change_set_id, client_plan_id, number, action, target, before, "
                "after, reason, status, done_at) "
                "values (:id, :p, 1, 'remove_device', :target, :b, :a, 'device_removed', 'applied', :at)",
                "insert into billing.run (id, due_date, kind, status, closed_at) overriding system value "
                "values (:id, :due, 'tv', 'closed', :at)",
                "insert into billing.exclusion (run_id, client_plan_id, client_package_id, service_plan_id, reason, "
                "reference_month) values (:id, :p, :id, 1, 'free', date_trunc('month', cast(:due as date)))",
            ):
                connection.execute(text(statement), values)

    def exported(client: int) -> tuple[str, dict[str, Any]]:
        content = export(house.engine, client, tmp_path, datetime.now(zone)).path.read_text()
        return content, {section["Tabela"]: section["Registros"] for section in json.loads(content)["Dados"]}

    of_new, new_rows = exported(77777)
    assert not [value for value in (*PERSONAL, LABEL) if value.lower() in of_new.lower()]
    assert "a4:5e:60:bb:bb:bb" in of_new
    of_old, old_rows = exported(person.client)
    assert "Herdeira" not in of_old
    assert "a4:5e:60:bb:bb:bb" not in of_old
    assert LABEL in of_old
    assert "velha" in of_old
    for name in ("tv.contract_change", "reconciliation.operation", "billing.exclusion", "history.client_plan_term"):
        assert len(new_rows[name]) == 1, name
    assert len(old_rows["billing.exclusion"]) == 1
    assert old_rows["history.client_plan_term"] != new_rows["history.client_plan_term"]
    kept = dict(house.run("select * from privacy.kept(77777)"))
    # By the server's days, of which the evening before is this one already.
    assert kept["kept_audit"] == 2
    assert kept["kept_contracts"] == 1


def test_what_the_next_holder_of_a_contract_has_is_left_alone(person: Person) -> None:
    house = person.house
    # What the reconciliation did is dated by the clock.
    handed_over = datetime.now(UTC).date() + timedelta(days=2)
    house.run("insert into erp.client values (77777, 'Herdeira Nova', '1', 'active')")
    house.run(
        "update erp.client_plan set client_id = 77777, status = 'active', cancelled_on = null where id = :id",
        id=person.plan,
    )
    house.run("select history.record(:today)", today=handed_over)
    house.run(
        "insert into tv.client_point (client_plan_id, mac, serial, device_type, label, added_on) "
        "values (:p, 'a4:5e:60:aa:aa:aa', 'SN-NOVA', 'stb', 'Sala nova', :day)",
        p=person.plan,
        day=handed_over,
    )
    erase(house.engine, person.client, "ana", handed_over + timedelta(days=1))
    assert traces(house) == []
    held = everything(house)
    assert "Herdeira Nova" in held
    assert "SN-NOVA" in held


@pytest.mark.proof
@pytest.mark.parametrize("cause", ["contract", "change", "planned", "parked", "credit", "payout", "month", "invoice"])
def test_what_is_not_over_keeps_it_from_being_erased(person: Person, cause: str) -> None:
    statement, reason = {
        "contract": ("update erp.client_plan set status = 'suspended', cancelled_on = null where id = :p", "encerrado"),
        "change": (
            "insert into reconciliation.pending_change (client_plan_id, reason) values (:p, 'erp')",
            "alteração",
        ),
        "planned": (
            "insert into reconciliation.operation (change_set_id, client_plan_id, number, action, reason) "
            "select max(id), :p, 99, 'update', 'name_differs' from reconciliation.change_set",
            "espera a resposta",
        ),
        "parked": (
            "insert into reconciliation.parked_subscriber (change_set_id, client_plan_id, reasons) "
            "values (1, :p, '[]')",
            "quarentena",
        ),
        "credit": (
            "insert into billing.credit (event_id, due_date, client_plan_id, charge_id, amount, kind, client_id, rest) "
            "values (1, '2026-11-10', :p, 1, -5, 'reversal', :c, 5)",
            "crédito",
        ),
        "payout": (
            "insert into billing.payout (event_id, due_date, client_plan_id, client_id, amount) "
            "values (1, '2026-11-10', :p, :c, 5)",
            "valor a devolver",
        ),
        "month": (
            "insert into billing.open_month (client_plan_id, package_id, reference_month, owed, charged) "
            "values (:p, 0, '2026-11-01', 10, 0)",
            "mês em aberto",
        ),
        "invoice": (
            "insert into finance.invoice (client_plan_id, due_date, status) values (:p, '2026-12-10', 'open')",
            "fatura aberta",
        ),
    }[cause]
    with as_owner(person.house.engine).begin() as connection:
        connection.exec_driver_sql("set local session_replication_role = replica")
        statement = re.sub(":p\\b", str(person.plan), re.sub(":c\\b", str(person.client), statement))
        connection.exec_driver_sql(statement)
    before = everything(person.house)
    with pytest.raises(PrivacyRefused, match=reason):
        person.erase()
    assert reason in foretell(person.house.engine, person.client, LATER)
    assert everything(person.house) == before


def test_a_pending_charge_keeps_it_from_being_erased_and_a_settled_one_is_kept(shop: Shop) -> None:
    isp = shop.isp
    isp.sell(shop.plan, shop.extra)
    [(client,)] = isp.run("select client_id from erp.client_plan where id = :id", id=shop.plan)
    tv.save(isp.engine, DUE, SETTINGS)
    isp.run("update erp.client_plan set status = 'cancelled', cancelled_on = '2026-12-01' where id = :i", i=shop.plan)
    isp.run("insert into erp.client_plan select 900, 900, 1, 'active', 10, '2026-01-01', null")
    with pytest.raises(PrivacyRefused, match="tem cobrança pendente"):
        erase(isp.engine, client, "ana", DUE)
    isp.run("update erp.client_plan set status = 'active', cancelled_on = null where id = :id", id=shop.plan)
    bill_plans(isp.engine, DUE)
    tv.settle(isp.engine, DUE, SETTINGS)
    isp.run("update finance.invoice set status = 'paid'")
    isp.run("update erp.client_plan set status = 'cancelled', cancelled_on = '2026-12-11' where id = :id", id=shop.plan)
    money = {name: isp.run(f"select * from {name} order by 1") for name in ("billing.event", "finance.posting")}  # noqa: S608
    erased = erase(isp.engine, client, "ana", date(2026, 12, 12))
    assert erased.kept["kept_events"] == 1
    assert erased.kept["kept_postings"] == 2
    assert "1 evento de faturamento, por obrigação fiscal, 5 anos" in erased.report()
    for name, rows in money.items():
        assert isp.run(f"select * from {name} order by 1") == rows  # noqa: S608


def test_nobody_unknown_and_nobody_by_nobody(person: Person) -> None:
    engine = person.house.engine
    for act in (lambda: erase(engine, 10**9, "ana", LATER), lambda: foretell(engine, 10**9, LATER)):
        with pytest.raises(PrivacyRefused, match="conhecem o cliente 1000000000"):
            act()
    with pytest.raises(InvalidValue):
        erase(engine, person.client, " ", LATER)
    # Only tasks may: the screens have no such right.
    with pytest.raises(DatabaseRefused):
        erase(as_screens(engine), person.client, "ana", LATER)
    person.house.run("delete from erp.client_plan")
    with pytest.raises(ErpEmpty):
        person.erase()


def test_a_role_cannot_say_that_it_erases(person: Person) -> None:
    for engine in (as_pipeline(person.house.engine), as_screens(person.house.engine)):
        with engine.begin() as connection, pytest.raises(ProgrammingError, match="permission denied"):
            connection.exec_driver_sql("insert into privacy.erasing default values")


def test_the_command_prints_no_personal_data(
    person: Person, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = person.house.settings.model_copy(update={"privacy_folder": tmp_path})
    monkeypatch.setattr(command, "task_engine", lambda: person.house.engine)
    monkeypatch.setattr(command, "get_settings", lambda: settings)
    monkeypatch.setattr("sys.stdin", StringIO("529982247-25\n"))
    assert command.main(["find"]) == 0
    assert capsys.readouterr().out.strip() == str(person.client)
    assert command.main(["export", str(person.client)]) == 0
    told = capsys.readouterr()
    [file] = tmp_path.iterdir()
    assert told.out.strip() == str(file)
    content = file.read_text()
    assert all(value in content for value in (NAME, DOCUMENT, MAC, "SN-QUITERIA"))
    assert person.pin not in content
    assert "guardado cifrado; não é exportado" in content
    [(sealed,)] = person.house.run(
        "select value from tv.client_extra_field where client_plan_id = :p and name = :n", p=person.plan, n=PIN_FIELD
    )
    assert sealed not in content
    for action in ("check", "erase", "erase"):
        assert command.main([action, str(person.client)]) == 0
        told = capsys.readouterr()
        assert not [value for value in PERSONAL if value.lower() in (told.out + told.err).lower()]
    assert command.main(["erase", "1000000000"]) == 1
    assert "confira o número" in capsys.readouterr().err


def test_without_a_folder_nothing_is_exported(person: Person, tmp_path: Path) -> None:
    engine, now = person.house.engine, datetime(2026, 11, 23, 10, tzinfo=UTC)
    with pytest.raises(NoPrivacyFolder, match="MULTITV_PRIVACY_FOLDER is not set"):
        export(engine, person.client, None, now)
    (tmp_path / "file").write_text("")
    with pytest.raises(NoPrivacyFolder, match="cannot be written"):
        export(engine, person.client, tmp_path / "file", now)
    assert find_clients(engine, "") == []
