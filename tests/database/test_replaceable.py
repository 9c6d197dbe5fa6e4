"""Each file of functions, views and triggers defines what its name says, and all of it."""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import Engine

from multitv.database import replaceable
from multitv.database.sql import SQL_FOLDER
from tests.database.conftest import Release


def lies(engine: Engine, folder: Path = SQL_FOLDER) -> set[str]:
    """Apply each file by itself and return those that define anything but what they are called after, and all of it."""
    found = set()
    with engine.begin() as connection:
        for path in replaceable.files(replaceable.DEFINING):
            before = replaceable.written(connection)
            # With check_function_bodies on: the bodies are right as well.
            connection.exec_driver_sql(path.read_text(), None, {"no_parameters": True})
            after = replaceable.written(connection)
            changed = sorted(name for name, _ in after - before)
            name = path.stem
            if path.relative_to(folder).parts[0] == "triggers":
                called = [known for known, _ in after if re.fullmatch(rf"trigger \w+ on (table|view) {name}", known)]
            else:
                called = [
                    known for known in changed if known == f"view {name}" or known.startswith(f"function {name}(")
                ]
                called = called[:1]
            if not changed or changed != sorted(called):
                found.add(str(path.relative_to(folder)))
    return found


def test_every_file_defines_what_its_name_says_and_all_of_it(engine: Engine) -> None:
    assert lies(engine) == set()


def test_a_file_that_does_not_is_found(engine: Engine, release: Release) -> None:
    functions, triggers = release.sql / "functions" / "billing", release.sql / "triggers" / "billing"
    (functions / "billing.prorated.sql").rename(functions / "billing.share.sql")
    overload = "create or replace function tv.cell(a integer) returns integer language sql as 'select 1';\n"
    release.edit("functions/web/tv.cell.sql", "$$;\n", f"$$;\n{overload}")
    (triggers / "billing.run.sql").rename(triggers / "billing.runs.sql")
    release.edit(
        "triggers/billing/billing.review.sql", "review_never_deleted before delete", "review_kept before delete"
    )
    (functions / "billing.nothing.sql").write_text("-- Nothing.\nselect 1;\n")
    assert lies(engine, release.sql) == {
        "functions/billing/billing.share.sql",
        "functions/web/tv.cell.sql",
        "triggers/billing/billing.runs.sql",
        "triggers/billing/billing.review.sql",
        "functions/billing/billing.nothing.sql",
    }


def test_each_file_is_in_a_room_of_the_house_and_there_once(repository: Path) -> None:
    there = [(path.relative_to(SQL_FOLDER).parts[0], path.name) for path in replaceable.files()]
    assert len(there) == len(set(there)) > 50
    for path in replaceable.files():
        assert (repository / "plugins" / "multitv" / path.parent.name).is_dir(), path


def test_every_schema_that_migrations_make_is_ours_but_the_one_of_the_erp(engine: Engine) -> None:
    statement = "select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'"
    with engine.connect() as connection:
        made = set(connection.exec_driver_sql(statement).scalars())
    assert made - {"erp", "public"} == set(replaceable.SCHEMAS)


def test_what_indexes_and_columns_are_made_of_is_made_by_migrations_and_nothing_else_is(engine: Engine) -> None:
    # What a migration makes in pg_temp is gone when its session ends.
    kinds = "function|procedure|view|trigger"
    defined = re.compile(rf"^create (?:or replace )?(?:{kinds}) (?!pg_temp\.)([\w.]+)", re.MULTILINE)
    made = {name for path in (SQL_FOLDER / "schema").rglob("*.sql") for name in defined.findall(path.read_text())}
    dropped = re.compile(r"^drop function ([\w.]+)", re.MULTILINE)
    made -= {name for path in (SQL_FOLDER / "schema").rglob("*.sql") for name in dropped.findall(path.read_text())}
    statement = """
        select distinct used.refobjid::regproc::text
        from pg_depend as used
        inner join pg_proc as routine on used.refobjid = routine.oid
        where
            used.refclassid = 'pg_proc'::regclass
            and used.classid not in ('pg_proc'::regclass, 'pg_rewrite'::regclass, 'pg_trigger'::regclass)
            and routine.pronamespace::regnamespace::text = any(%(schemas)s)
    """
    with engine.connect() as connection:
        used = set(connection.exec_driver_sql(statement, {"schemas": list(replaceable.SCHEMAS)}).scalars())
    assert made == used == {"tv.document_key", "tv.person", "tv.plain", "tv.words"}
