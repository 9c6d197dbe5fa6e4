"""Scenes about the ERP: a bad hour of its views, and rows that are wrong."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from multitv.database.roles import PIPELINE, SCREENS
from tests.chaos.scenes import scene
from tests.chaos.scenes_platform import active, rename_all
from tests.chaos.world import RECONCILIATION, World

# What a view of the ERP may show in a bad hour.
BAD = {"raises": "1 / (id - id) = 1", "is empty": "false", "has lost half": "id % 2 = 0"}


@contextmanager
def bad_view(world: World, condition: str) -> Iterator[None]:
    """Have erp.client_plan be a view that shows only what meets a condition."""
    world.isp("alter table erp.client_plan rename to client_plan_rows")
    world.isp(f"create view erp.client_plan as select * from erp.client_plan_rows where {condition}")  # noqa: S608
    world.isp(f"grant select on erp.client_plan to {PIPELINE}, {SCREENS}")
    try:
        yield
    finally:
        world.isp("drop view erp.client_plan")
        world.isp("alter table erp.client_plan_rows rename to client_plan")


@scene("a bad hour of the ERP: its view raises, is empty, or has lost half", "task_failed")
def bad_erp_hour(world: World) -> None:
    before = world.isp("select count(*) as subscribers from tv.client_extra_field")
    how = world.dice.choice(sorted(BAD))
    world.say(f"    erp.client_plan {how}")
    with bad_view(world, BAD[how]):
        run = world.trigger(RECONCILIATION)
        assert world.end_of(RECONCILIATION, run) == "failed", f"a view that {how} stopped nothing"
        world.expect(("task_failed",))
    world.do(RECONCILIATION)
    world.expect(("task_failed",), over=True)
    assert world.isp("select count(*) as subscribers from tv.client_extra_field") == before


@scene("somebody locks the rows of the ERP for 15 s while everybody is renamed")
def locked_erp(world: World) -> None:
    rename_all(world)
    with world.stack.isp_engine.connect() as held, held.begin():
        held.exec_driver_sql("lock table erp.client_plan in access exclusive mode")
        run = world.trigger(RECONCILIATION)
        time.sleep(15)
    world.finish_or_clear(RECONCILIATION, run)


@scene("a contract with a status that is none", "client_plans_parked")
def odd_contract(world: World) -> None:
    [constraint] = world.isp(
        "select conname, pg_get_constraintdef(oid) as rule from pg_constraint "
        "where conrelid = cast('erp.client_plan' as regclass) and conname = 'client_plan_status_check'"
    )
    plan = active(world)[0]
    world.isp(f"alter table erp.client_plan drop constraint {constraint.conname}")
    world.isp("update erp.client_plan set status = 'bloqueado' where id = :plan", plan=plan)
    world.do(RECONCILIATION)
    with world.alerted("client_plans_parked"):
        world.isp("update erp.client_plan set status = 'active' where id = :plan", plan=plan)
        world.do(RECONCILIATION)
    world.isp(f"alter table erp.client_plan add constraint {constraint.conname} {constraint.rule}")


@scene("a contract with extras moves to a due day that nobody bills", "due_days_unserved")
def unserved_due_day(world: World) -> None:
    days = {row.due_day for row in world.isp("select distinct due_day from erp.client_plan")}
    other = next(day for day in range(1, 28) if day not in days)
    [sold] = world.isp(
        "select id, due_day from erp.client_plan where id = (select min(client_plan_id) from tv.client_package "
        "where cancelled_on is null and client_plan_id = any(:active))",
        active=active(world),
    )
    world.isp("update erp.client_plan set due_day = :day where id = :plan", day=other, plan=sold.id)
    with world.alerted("due_days_unserved"):
        world.isp("update erp.client_plan set due_day = :day where id = :plan", day=sold.due_day, plan=sold.id)
