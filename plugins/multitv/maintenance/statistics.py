"""Refreshes the planner's statistics where autovacuum does not, and reports the sizes of our tables."""

from __future__ import annotations

import logging

from sqlalchemy import Engine

from multitv.database.engine import DatabaseBusy, reading, transaction
from multitv.database.replaceable import SCHEMAS
from multitv.database.sql import named
from multitv.labels import label, number, size
from multitv.markdown import table

log = logging.getLogger(__name__)


def analyze_tables(engine: Engine, *, dry_run: bool) -> list[str]:
    """Analyse partitioned tables, and others that changed much; log a report in Portuguese.

    Return their names. Each has a transaction of its own; nobody waits for it. A table that is being altered is left
    out. With `dry_run` nothing is analysed. Raises DatabaseUnavailable.
    """
    with reading(engine) as connection:
        stale = connection.execute(named("maintenance/list_stale_tables"), {"schemas": list(SCHEMAS)}).all()
    analyzed = []
    for row in stale:
        if not dry_run:
            try:
                with transaction(engine) as connection:
                    connection.exec_driver_sql("set local lock_timeout = '250ms'")
                    connection.exec_driver_sql(f"analyze {'only ' if row.partitioned else ''}{row.name}")
            except DatabaseBusy as error:
                log.warning("%s", error)
                continue
        analyzed.append(row.name)
    with reading(engine) as connection:
        sizes = connection.execute(named("maintenance/list_sizes"), {"schemas": list(SCHEMAS)}).all()
    title = f"# Estatísticas{' (simulação: nada foi atualizado)' if dry_run else ''}"
    done = number(0 if dry_run else len(analyzed))
    lines = [
        title,
        "",
        f"Tabelas a atualizar: {number(len(stale))}; atualizadas: {done}.",
        "",
        "## Tamanho",
        "",
    ]
    rows = [
        [label(f"schema.{row.schema}"), size(row.size), number(row.partitions) if row.partitions else "—"]
        for row in sizes
    ]
    log.info("%s", "\n".join([*lines, *table(["área", "tamanho", "partições"], rows)]))
    return analyzed
