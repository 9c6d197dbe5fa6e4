"""The benches' own SQL: populations and floors, a file each, several statements in one."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine


def run(engine: Engine, name: str, **values: object) -> None:
    """Run tests/bench/<name>.sql in one transaction, {values} filled in."""
    script = (Path(__file__).parent / f"{name}.sql").read_text(encoding="utf-8").format(**values)
    with engine.begin() as connection:
        connection.exec_driver_sql(script)
