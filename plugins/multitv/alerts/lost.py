"""Failures that no callback recorded: no process could run it, or it died, or its answer was lost.

Only Airflow's own database knows of them, which tasks cannot read. The api-server can, and looks when tv_alerts asks.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine

from multitv.alerts import failures
from multitv.alerts.failures import Failure
from multitv.database.engine import transaction
from multitv.database.sql import named

# Beneath the address of the screens: whoever posts to what follows has the lost failures recorded.
FAILURES_PATH = "/failures"
LOST_PATH = f"{FAILURES_PATH}/lost"
# A callback may still be on its way: it has a minute at most, and may wait for the DAG processor.
GRACE = timedelta(minutes=3)
# For as long tv_alerts may be down without a failure being lost. Well below what MULTITV_KEEP_ALERTS_DAYS allows, for
# a failure that is deleted is no longer known to be recorded.
LOOK_BACK = timedelta(days=7)
# A look records so many, the newest first, and the next one the others.
AT_MOST = 200


@dataclass(frozen=True)
class FailedTask:
    """A task that Airflow says has failed for good. `id` is that of the try."""

    id: str
    dag_id: str
    task_id: str
    run_id: str
    map_index: int
    ended_at: datetime


def record_lost(
    engine: Engine,
    now: datetime,
    failed_between: Callable[[datetime, datetime], Sequence[FailedTask]],
    describe: Callable[[Collection[str]], Sequence[Failure]],
) -> int:
    """Record the failed tasks that nobody recorded, and return how many of them are news.

    `failed_between` names the tasks that failed between two times, and `describe` tells of those with these ids what
    people see; one that is no news is over, so that nobody looks at it again. Raises DatabaseUnavailable.
    """
    with transaction(engine) as connection:
        since = connection.execute(named("alerts/watched_since")).scalar_one()
    found = failed_between(max(since or now, now - LOOK_BACK), now - GRACE)
    if not found:
        return 0
    given = {"found": json.dumps([asdict(task) for task in found], default=str), "at_most": AT_MOST}
    with transaction(engine) as connection:
        unrecorded = connection.execute(named("alerts/unrecorded_failures"), given).scalars().all()
    lost = describe(unrecorded) if unrecorded else ()
    failures.record(engine, *(failure for failure in lost if failure.is_over))
    return failures.record(engine, *(failure for failure in lost if not failure.is_over))
