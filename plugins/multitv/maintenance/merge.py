"""Merges the partitions of closed due dates: those of a month that is over, then those of a year.

A copy is built beside the partitions, compared with them, and takes their place, each in a transaction of its own.
The functions of the database check each step by themselves (include/sql/functions/maintenance).
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from multitv.database.engine import DatabaseBusy, explained
from multitv.database.locks import try_session_lock
from multitv.database.rows import read_as
from multitv.database.sql import named
from multitv.labels import Reason, label, number, size
from multitv.markdown import table
from multitv.settings import Settings

log = logging.getLogger(__name__)

LOCK = "maintenance"
# Each try waits for a quarter of a second at most, during which others wait behind it.
TRIES = 5
PAUSE_SECONDS = 2.0
# SQLSTATE: a run was opened again since the partitions were listed; something depends on a partition.
_LEFT = {"23001": "merge_overtaken", "2BP01": "merge_depended_on"}


@dataclass(frozen=True)
class Merge:
    """Partitions of a table that become one. `period`: the first day of their month, or of their year."""

    parent: str
    period: date
    whole_year: bool
    partitions: tuple[int, ...]
    dates: int
    size: int

    @property
    def place(self) -> list[str]:
        """Table and period in Portuguese."""
        return [label(self.parent), f"{self.period:{'%Y' if self.whole_year else '%m/%Y'}}"]


@dataclass(frozen=True)
class Merged:
    """What became of a merge. `left` says why it was left for the next night, None if it was done."""

    merge: Merge
    left: Reason | None = None


@dataclass(frozen=True)
class Open:
    """Dates that are over, in a partition that is not merged because they are not closed."""

    parent: str
    dates: tuple[date, ...]


@dataclass(frozen=True)
class Plan:
    """What there is to merge, and what cannot be merged yet."""

    merges: tuple[Merge, ...]
    open: tuple[Open, ...]


@dataclass(frozen=True)
class _Partition:
    parent: str
    partition: int
    dates: list[date]
    whole_year: bool
    period: date
    open_dates: list[date]
    size: int


def plan(connection: Connection, today: date, year_months: int) -> Plan:
    """Return what there is to merge, months before years of the same table; a period with one partition is done."""
    rows = connection.execute(named("maintenance/list_partitions"), {"today": today, "year_months": year_months}).all()
    groups: dict[tuple[str, bool, date], list[_Partition]] = defaultdict(list)
    waiting = []
    for row in rows:
        part = read_as(_Partition, row)
        if part.open_dates:
            waiting.append(Open(part.parent, tuple(part.open_dates)))
        else:
            groups[part.parent, part.whole_year, part.period].append(part)
    merges = [
        Merge(
            parent,
            period,
            whole_year,
            tuple(part.partition for part in parts),
            sum(len(part.dates) for part in parts),
            sum(part.size for part in parts),
        )
        for (parent, whole_year, period), parts in sorted(groups.items())
        if len(parts) > 1
    ]
    return Plan(tuple(merges), tuple(waiting))


def merge_partitions(engine: Engine, settings: Settings, today: date, *, dry_run: bool) -> list[Merged]:
    """Merge what there is to merge, and log a report in Portuguese. `today` is the ISP's business date.

    What others hold locked, or change meanwhile, is left for the next night. What an earlier maintenance that was
    killed left behind is dropped first. If another one is at work, nothing is done. With `dry_run` nothing changes.
    Raises DatabaseUnavailable.
    """
    with explained(engine.url), try_session_lock(engine, LOCK) as connection:
        if connection is None:
            log.warning("# Manutenção\n\nOutra manutenção está em andamento: esta não fez nada.")
            return []
        if not dry_run:
            _discard(connection)
        with connection.begin():
            to_do = plan(connection, today, settings.merge_year_after_months)
        done = [Merged(merge) if dry_run else _merge(connection, merge) for merge in to_do.merges]
    log.info("%s", _report(done, to_do.open, dry_run=dry_run))
    return done


def _merge(connection: Connection, merge: Merge) -> Merged:
    started = time.monotonic()
    try:
        of_merge = {
            "merge": _tried(
                connection, "maintenance/build_merge", {"parent": merge.parent, "partitions": list(merge.partitions)}
            )
        }
        for step in ("maintenance/compare_merge", "maintenance/swap_merge"):
            if not _tried(connection, step, of_merge):
                return Merged(merge, Reason("merge_overtaken"))
    except DatabaseBusy as error:
        log.warning("%s", error)
        _discard(connection)
        return Merged(merge, Reason("merge_blocked"))
    except DBAPIError as error:
        if (reason := _LEFT.get(getattr(error.orig, "sqlstate", None) or "")) is None:
            raise
        log.warning("%s", error.orig)
        _discard(connection)
        return Merged(merge, Reason(reason))
    log.info("%s of %s: merged in %.1f s.", merge.parent, merge.period, time.monotonic() - started)
    return Merged(merge)


def _tried(connection: Connection, step: str, parameters: Mapping[str, object]) -> int:
    """Return the result of a step, in a transaction of its own. Raises DatabaseBusy if no try gets its locks."""
    tries = 0
    while True:
        tries += 1
        try:
            with explained(connection.engine.url), connection.begin():
                return int(connection.execute(named(step), parameters).scalar_one())
        except DatabaseBusy:
            if tries == TRIES:
                raise
            time.sleep(PAUSE_SECONDS)


def _discard(connection: Connection) -> None:
    """Drop what was built. If somebody reads even that, the next maintenance drops it."""
    try:
        with explained(connection.engine.url), connection.begin():
            connection.execute(named("maintenance/discard_merges"))
    except DatabaseBusy as error:
        log.warning("%s", error)


def _report(done: Sequence[Merged], still_open: Sequence[Open], *, dry_run: bool) -> str:
    merged = [item.merge for item in done if item.left is None]
    lines = [f"# Junção de partições{' (simulação: nada foi mudado)' if dry_run else ''}", ""]
    if merged:
        lines += table(
            ["tabela", "período", "partições", "datas", "tamanho"],
            [[*merge.place, number(len(merge.partitions)), number(merge.dates), size(merge.size)] for merge in merged],
        )
    else:
        lines.append("Nada foi juntado.")
    if left := [[*item.merge.place, item.left.sentence] for item in done if item.left]:
        lines += ["", "## Ficou para a próxima noite", "", *table(["tabela", "período", "motivo"], left)]
    if still_open:
        lines += [
            "",
            "## Não pode ser juntado: há faturamento que não está fechado",
            "",
            *table(
                ["tabela", "datas não fechadas"],
                [[label(item.parent), ", ".join(f"{day:%d/%m/%Y}" for day in item.dates)] for item in still_open],
            ),
        ]
    return "\n".join(lines)
