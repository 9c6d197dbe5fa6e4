"""Deletes what is older than the settings keep it, a limited number of rows in each transaction.

docs/billing.md says what is kept for ever.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from sqlalchemy import Connection, Engine

from multitv.database.engine import explained
from multitv.database.locks import try_session_lock
from multitv.database.sql import named
from multitv.labels import label, number
from multitv.markdown import table
from multitv.settings import Settings

log = logging.getLogger(__name__)

LOCK = "retention"
ROWS_AT_A_TIME = 20_000


@dataclass(frozen=True)
class Deleted:
    """What was deleted of one kind, or would be: how many rows, and for how many days they are kept."""

    kind: str
    days: int
    rows: int


@dataclass(frozen=True)
class _Retention:
    """For how many days a kind of row is kept, and the statements that count and delete what is older."""

    kind: str
    days: int
    count: str
    delete: str


def delete_old(engine: Engine, settings: Settings, *, dry_run: bool) -> list[Deleted]:
    """Delete what is older than the settings say, and log a report in Portuguese. With `dry_run` only count it.

    May be killed and repeated at any time. If another one is at work, nothing is done. Raises DatabaseUnavailable.
    """
    with explained(engine.url), try_session_lock(engine, LOCK) as connection:
        if connection is None:
            log.warning("# Limpeza\n\nOutra limpeza está em andamento: esta não fez nada.")
            return []
        act = _count if dry_run else _delete
        deleted = [Deleted(each.kind, each.days, act(connection, each)) for each in _retentions(settings)]
    log.info("%s", _report(deleted, dry_run=dry_run))
    return deleted


def _retentions(settings: Settings) -> tuple[_Retention, ...]:
    return (
        _Retention(
            "previews", settings.keep_previews_days, "maintenance/count_previews", "maintenance/delete_previews"
        ),
        _Retention(
            "change_sets",
            settings.keep_change_sets_days,
            "maintenance/count_change_sets",
            "maintenance/delete_change_sets",
        ),
        _Retention(
            "exclusions", settings.keep_exclusions_days, "maintenance/count_exclusions", "maintenance/delete_exclusions"
        ),
        _Retention(
            "offenders", settings.keep_offenders_days, "maintenance/count_offenders", "maintenance/delete_offenders"
        ),
        _Retention(
            "catalog_syncs",
            settings.keep_catalog_syncs_days,
            "maintenance/count_catalog_syncs",
            "maintenance/delete_catalog_syncs",
        ),
        _Retention(
            "late_changes",
            settings.keep_late_changes_days,
            "maintenance/count_late_changes",
            "maintenance/delete_late_changes",
        ),
        _Retention("alerts", settings.keep_alerts_days, "maintenance/count_alerts", "maintenance/delete_alerts"),
    )


def _count(connection: Connection, retention: _Retention) -> int:
    with connection.begin():
        return int(connection.execute(named(retention.count), {"days": retention.days}).scalar_one())


def _delete(connection: Connection, retention: _Retention) -> int:
    parameters = {"days": retention.days, "at_most": ROWS_AT_A_TIME}
    rows = 0
    while True:
        with connection.begin():
            batch = int(connection.execute(named(retention.delete), parameters).scalar_one())
        rows += batch
        if not batch:
            return rows


def _report(deleted: list[Deleted], *, dry_run: bool) -> str:
    head = ["o quê", "guardado por", "linhas a apagar" if dry_run else "linhas apagadas"]
    rows = [[label(item.kind), f"{number(item.days)} dias", number(item.rows)] for item in deleted]
    title = f"# Limpeza{' (simulação: nada foi apagado)' if dry_run else ''}"
    return "\n".join([title, "", *table(head, rows)])
