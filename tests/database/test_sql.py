"""The SQL files and what uses them agree."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from multitv.database import replaceable
from multitv.database.sql import SQL_FOLDER


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
    spelled = {name: {name, name.split("/")[1], name.split("/")[1].removeprefix("gate_")} for name in names()}
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
