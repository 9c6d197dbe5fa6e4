"""Change sets made by hand, somebody at the platform's own console, and an ERP whose views guarantee nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, text

from multitv.beenius.client import BeeniusClient
from multitv.database.sql import named
from tests.support.databases import as_owner, as_pipeline
from tests.support.house import House

QUIET = {"desired": 1000, "managed": 1000, "provisioned": 1000, "operations": 30, "client_plans": 10, "removals": 0}


def change_set(engine: Engine, **counts: Any) -> int:
    """A change set with these counts, after one that was verified with 1,000 client plans to serve."""
    with as_owner(engine).begin() as connection:
        connection.execute(
            text(
                "insert into reconciliation.snapshot (hash) values ('0'); "
                "insert into reconciliation.change_set (snapshot_id, snapshot_hash, today, status, desired, "
                "decided_by, decided_at) select max(id), '0', '2026-11-22', 'verified', 1000, 'guard', now() "
                "from reconciliation.snapshot"
            )
        )
        made = QUIET | counts
        names = ", ".join(made)
        made_as: int = connection.execute(
            text(
                f"insert into reconciliation.change_set (snapshot_id, snapshot_hash, today, {names}) "  # noqa: S608
                f"select max(id), '0', '2026-11-23', {', '.join(f':{name}' for name in made)} "
                "from reconciliation.snapshot returning id"
            ),
            made,
        ).scalar_one()
        return made_as


def lose(engine: Engine, change_set_id: int, client_plans: Iterable[int]) -> None:
    """Plan to suspend these client plans."""
    with as_owner(engine).begin() as connection:
        connection.execute(
            text(
                "insert into reconciliation.operation (change_set_id, client_plan_id, number, action, reason) "
                "select :id, plan, 1, 'suspend', 'contract_is_suspended' from unnest(cast(:plans as bigint[])) as plan"
            ),
            {"id": change_set_id, "plans": list(client_plans)},
        )
        connection.execute(named("reconciliation/count_operations"), {"change_set": change_set_id})


@pytest.fixture
def engine(engine: Engine) -> Engine:
    """As the tasks connect."""
    return as_pipeline(engine)


@pytest.fixture
def by_hand(house: House) -> Iterator[BeeniusClient]:
    client = house.client()
    yield client
    client.close()


@pytest.fixture
def with_views(provisioned: House) -> House:
    """The ERP as an ISP's views may show it: without any constraint."""
    for table in ("client", "client_plan", "service_plan"):
        provisioned.run(f"alter table erp.{table} rename to {table}_rows")
        columns = ", ".join(f"{row.attname}" for row in provisioned.run(
            "select attname from pg_attribute where attrelid = cast(:t as regclass) and attnum > 0 order by attnum",
            t=f"erp.{table}_rows"))  # fmt: skip
        provisioned.run(f"create table erp.{table} as select {columns} from erp.{table}_rows")  # noqa: S608
        provisioned.run(f"grant select on erp.{table} to multitv_pipeline")
    return provisioned
