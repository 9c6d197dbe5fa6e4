"""The diff as users of other libraries would write it: diffsync, pandas and dictionaries, on the same tables."""

from __future__ import annotations

import logging
from typing import Any, ClassVar

import structlog
from diffsync import Adapter, DiffSyncModel
from sqlalchemy import Engine

from include.local.postgres import Server
from tests.bench import reconciliation
from tests.bench.harness import copy_of, seconds, show

ROWS = 20_000
FIELDS = ("first_name", "last_name", "status", "services", "devices")
SIDES = ("staging.desired_subscriber", "staging.subscriber")
READ = {side: f"select client_plan_id, {', '.join(FIELDS)} from {side}" for side in SIDES}  # noqa: S608, of constants
# One in a thousand differs, and every peer has to find these.
DIFFERENT = ROWS // 1000


class Subscriber(DiffSyncModel):
    _modelname = "subscriber"
    _identifiers = ("client_plan_id",)
    _attributes = FIELDS
    client_plan_id: int
    first_name: str
    last_name: str
    status: str
    services: list[str]
    devices: dict[str, Any]


class Side(Adapter):
    subscriber = Subscriber
    top_level: ClassVar[list[str]] = ["subscriber"]


def bench(server: Server, rows: int) -> None:
    """Print how much longer each of them takes than our diff with its stored change set."""
    del rows
    with copy_of(server, reconciliation.sides(server, ROWS)) as engine:
        ours = seconds(lambda: reconciliation.diff(engine))
        for name, find in (("diffsync", by_diffsync), ("pandas", by_pandas), ("dictionaries", by_dictionaries)):
            found: list[int] = []
            taken = seconds(lambda: found.append(find(engine)))  # noqa: B023
            assert found == [DIFFERENT], (name, found)
            show(f"reconciliation: diff by {name} against ours", taken / ours, None, ROWS, taken, ours)


def by_diffsync(engine: Engine) -> int:
    # It tells of its progress where the results go.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    sides = []
    for side in SIDES:
        adapter = Side()
        for row in read(engine, side):
            adapter.add(Subscriber(**row))
        sides.append(adapter)
    return sides[0].diff_to(sides[1]).summary()["update"]


def by_pandas(engine: Engine) -> int:
    import pandas as pd

    wanted, there = (pd.DataFrame(read(engine, side)) for side in SIDES)
    both = wanted.merge(there, on="client_plan_id", how="outer", suffixes=("", "_there"), indicator=True)
    differs = both["_merge"] != "both"
    for field in FIELDS:
        differs |= both[field].map(str) != both[f"{field}_there"].map(str)
    return int(differs.sum())


def by_dictionaries(engine: Engine) -> int:
    wanted, there = ({row["client_plan_id"]: row for row in read(engine, side)} for side in SIDES)
    return sum(wanted.get(key) != there.get(key) for key in wanted.keys() | there.keys())


def read(engine: Engine, side: str) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        return [dict(row) for row in connection.exec_driver_sql(READ[side]).mappings()]
