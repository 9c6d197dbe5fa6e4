"""Every column of the database is classified, and an export has every column about a client."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from multitv.extra_fields import PIN_FIELD
from multitv.labels import sentence
from multitv.privacy import export as exports
from multitv.privacy.inventory import TABLES, TITLES
from tests.support.databases import Database, as_pipeline

CLIENT, PLAN, SOLD, EVENT, INVOICE = 41, 4100, 51, 61, 71
# The columns by which a row is of a client, with what they hold then.
LINKS = {
    "client_id": CLIENT,
    "client_plan_id": PLAN,
    "fee_client_plan_id": PLAN,
    "client_package_id": SOLD,
    "event_id": EVENT,
    "charge_event_id": EVENT,
    "invoice_id": INVOICE,
    "change_set_id": 1,
    "run_id": 1,
}
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
IDS = {
    "erp.client": CLIENT,
    "erp.client_plan": PLAN,
    "tv.client_package": SOLD,
    "billing.event_record": EVENT,
    "finance.invoice": INVOICE,
    "reconciliation.change_set": 1,
    "billing.run": 1,
}
COLUMNS = """
select relation.relnamespace::regnamespace || '.' || relation.relname as name, attribute.attname as column,
    format_type(attribute.atttypid, attribute.atttypmod) as type, attribute.attgenerated as generated
from pg_class as relation
inner join pg_attribute as attribute on relation.oid = attribute.attrelid
where attribute.attnum > 0 and not attribute.attisdropped and relation.relkind in ('r', 'p', 'f')
and not relation.relispartition and relation.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
order by relation.oid, attribute.attnum
"""


def columns(engine: Engine) -> dict[str, dict[str, tuple[str, str]]]:
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for row in Database(engine).run(COLUMNS):
        found.setdefault(row.name, {})[row.column] = (row.type, row.generated)
    return found


def test_every_column_is_classified_and_none_that_is_gone(engine: Engine) -> None:
    there = {f"{table}.{column}" for table, known in columns(engine).items() for column in known}
    classified = {f"{name}.{column}" for name, table in TABLES.items() for column in table.columns}
    assert there - classified == set(), "say in plugins/multitv/privacy/inventory.py what these hold of people"
    assert classified - there == set()


def test_a_column_is_of_one_kind_and_has_a_title_if_an_export_shows_it() -> None:
    for name, table in TABLES.items():
        assert len(table.columns) == sum(len(each.split()) for each in (table.client, table.staff, table.other)), name
        assert bool(table.title) == bool(table.client), name
        assert set(table.exported) <= TITLES.keys(), name
        # In one record a title stands for one column.
        assert len({TITLES[column] for column in table.exported}) == len(table.exported), name


def test_the_pin_is_told_by_the_name_that_the_reconciliation_gives_it() -> None:
    field = dict.fromkeys(TABLES["tv.client_extra_field"].exported) | {"name": PIN_FIELD, "value": "segredo"}
    shown = exports._record("tv.client_extra_field", field)
    assert shown[TITLES["value"]] == sentence("privacy_pin_not_exported")
    assert "segredo" not in shown.values()


def value(table: str, column: str, kind: str, number: int) -> Any:
    """Something of this type, or what makes the row one of the client."""
    if column == "id" and table in IDS:
        return IDS[table]
    if column in LINKS:
        return LINKS[column]
    of_type: dict[str, Any] = {
        "bigint[]": [EVENT],
        "date": "2026-11-10",
        "timestamp with time zone": "2026-11-10 12:00:00+00",
        "boolean": False,
        "jsonb": f'{{"x{number}": 1}}',
        "text[]": [f"t{number}"],
        "uuid": f"00000000-0000-0000-0000-{number:012}",
        "text": f"t{number}",
        "xid8": str(number),
    }
    return of_type.get(kind, 10_000 + number)


@pytest.fixture
def filled(engine: Engine) -> Engine:
    """A row of one client in every table that may have one, every column filled in."""
    database, number = Database(engine), 0
    for row in database.run(
        "select conrelid::regclass::text as table, conname from pg_constraint where contype in ('c', 'f', 'x') "
        "and connamespace::regnamespace::text !~ '^pg_' and coninhcount = 0 and conrelid <> 0 "
        "order by contype = 'f' desc"
    ):
        database.run(f'alter table {row.table} drop constraint if exists "{row.conname}" cascade')
    for parent in ("billing.event_record", "finance.posting", "billing.preview_line"):
        database.run(f"create table {parent}_of_a_test partition of {parent} default")
    tables = columns(engine)
    with engine.begin() as connection:
        connection.execute(text("set local session_replication_role = replica"))
        for name, table in [*TABLES.items()]:
            if not table.title and name not in ("reconciliation.change_set", "billing.run"):
                continue
            chosen = {}
            for column, (kind, generated) in tables[name].items():
                number += 1
                if not generated:
                    chosen[column] = (value(name, column, kind, number), kind)
            if name == "history.client_plan":
                chosen["until"] = ("infinity", "date")
            if name in ("tv.client_package", "tv.client_point"):
                chosen["added_on"] = ("2026-11-01", "date")
            names = ", ".join(f'"{column}"' for column in chosen)
            values = ", ".join(f"cast(:{column} as {kind})" for column, (_, kind) in chosen.items())
            connection.execute(
                text(f"insert into {name} ({names}) overriding system value values ({values})"),  # noqa: S608
                {column: held for column, (held, _) in chosen.items()},
            )
    return engine


def test_an_export_has_every_column_of_every_table_about_a_client(filled: Engine, tmp_path: Path) -> None:
    written = exports.export(as_pipeline(filled), CLIENT, tmp_path / "new", NOW)
    assert (written.path.stat().st_mode & 0o777, written.path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    content = json.loads(written.path.read_text())
    sections = {section["Tabela"]: section["Registros"] for section in content["Dados"]}
    with_clients = {name: table for name, table in TABLES.items() if table.title}
    assert [name for name, records in sections.items() if len(records) != 1] == []
    assert sections.keys() == with_clients.keys()
    for name, table in with_clients.items():
        [record] = sections[name]
        assert record.keys() == {TITLES[column] for column in table.exported}
        assert [title for title, held in record.items() if held is None] == [], name
    assert written.rows == len(with_clients)
    assert [path.name for path in written.path.parent.iterdir()] == ["titular-41-2026-11-23.json"]


def test_another_client_has_nothing_of_it(filled: Engine, tmp_path: Path) -> None:
    database = Database(filled)
    database.run("insert into erp.client values (42, 'Outra Pessoa', '0', 'active')")
    written = exports.export(as_pipeline(filled), 42, tmp_path, NOW)
    assert written.rows == 1
    assert "Outra Pessoa" in written.path.read_text()
