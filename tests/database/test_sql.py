"""The SQL files and what uses them agree."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from multitv.database import replaceable
from multitv.database.sql import SQL_FOLDER

_WRITES = re.compile(
    r"\b(?:insert into|(?<!do )(?<!for )update|delete from|merge into|truncate(?: table)?|copy|analyze"
    r"|(?:create|alter|drop) table)\s+(?:if (?:not )?exists\s+)?(?:only\s+)?([\w.]+)"
)


def written(statements: str) -> set[str]:
    """Return the tables that statements write to, without the temporary ones that they make."""
    said = re.sub(r"--.*", "", statements)
    return set(_WRITES.findall(said)) - set(re.findall(r"\bcreate temporary table (\w+)", said))


def names() -> set[str]:
    files = (path.relative_to(SQL_FOLDER) for path in SQL_FOLDER.rglob("*.sql"))
    return {str(path.with_suffix("")) for path in files if path.parts[0] not in ("schema", *replaceable.FOLDERS)}


def test_no_sql_file_lies_about_unused(repository: Path) -> None:
    python = "\n".join(
        path.read_text()
        for folder in ("plugins", "dags", "include/local")
        for path in (repository / folder).rglob("*.py")
    )
    # By its whole name, or by the part of it that tells it from its like.
    spelled = {
        name: {name, short, short.removeprefix("gate_"), short.removeprefix("measure_")}
        for name in names()
        for short in [name.split("/")[1]]
    }
    unused = {name for name, ways in spelled.items() if not any(f'"{way}"' in python for way in ways)}
    assert unused == set()


def test_every_sql_file_opens_with_what_it_takes_or_gives() -> None:
    for path in SQL_FOLDER.rglob("*.sql"):
        assert path.read_text().startswith("-- "), path


def test_no_sql_hides_in_python(repository: Path) -> None:
    statement = re.compile(r"\s*(select|insert into|update|delete from|with|create|alter|copy)\s.*\s", re.I | re.S)
    clause = re.compile(r"\b(from|set|values|table|where)\b")
    for folder in ("plugins", "dags"):
        for path in (repository / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and statement.match(node.value):
                    assert len(node.value) < 60 or not clause.search(node.value), (path, node.value)


def test_reports_write_only_their_own_schema(repository: Path) -> None:
    files = [
        *(repository / "plugins" / "multitv" / "reports").glob("*.py"),
        *(path for folder in (".", *replaceable.FOLDERS) for path in (SQL_FOLDER / folder / "reports").glob("*.sql")),
    ]
    tables = written("\n".join(path.read_text() for path in files))
    assert len(tables) > 9
    assert {table for table in tables if not table.startswith("reports.")} == set()


def test_every_way_to_write_a_table_is_seen() -> None:
    statements = """
        with gone as (delete from a.deleted) -- delete from a.comment
        insert into a.inserted (x) select a.f(y) from a.read on conflict (x) do update
            set x = 1;
        update
            only a.updated set x = 1; select 1 from a.locked for update of locked;
        merge into a.merged using a.read on true; truncate a.truncated; truncate table only a.emptied;
        copy a.copied from stdin; analyze a.analysed; drop table if exists a.dropped;
        create temporary table mine on commit drop as select 1; analyze mine; insert into unqualified values (1)
    """
    names = {"deleted", "inserted", "updated", "merged", "truncated", "emptied", "copied", "analysed", "dropped"}
    assert written(statements) == {f"a.{name}" for name in names} | {"unqualified"}
