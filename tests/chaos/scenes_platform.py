"""Scenes about the platform: it is away, refuses, or holds odd rows; and what reconciliations then ask people."""

from __future__ import annotations

import time
from typing import Any

from multitv.alerts.failures import LOST
from multitv.beenius.models import Subscriber
from multitv.beenius.pool import CHANGES_POOL
from tests.chaos.faults import crash_postgres, held, kill_component, kill_tasks
from tests.chaos.scenes import scene
from tests.chaos.world import APPROVAL, CATALOG, CHANGES, RECONCILIATION, World
from tests.support.sandbox import SERVED, client_of, writes_of

# What the DAG processor does when it begins with callbacks.
_TAKE_CALLBACKS = "delete from callback where type = 'dag_processor' returning id"
# All that the product asks, and none of the doors by which this story looks and meddles.
_ALL = "^/(provisioning|oauth)"


def served(world: World) -> list[int]:
    return [row.id for row in world.isp(SERVED, today=world.today())]


def active(world: World) -> list[int]:
    """Contracts that are served and not suspended, in an order of chance."""
    statement = "select id from erp.client_plan where id = any(:served) and status = 'active' order by id"
    found = [row.id for row in world.isp(statement, served=served(world))]
    world.dice.shuffle(found)
    return found


def rename_all(world: World) -> None:
    world.isp("update erp.client set name = name || ' N' || :number", number=str(time.time_ns() % 1000))


def pending(world: World) -> list[Any]:
    return world.isp("select from reconciliation.pending_change where change_set_id is null")


def subscriber(world: World, plan: int) -> Subscriber:
    with client_of(world.stack.sandbox) as client:
        found = client.find_subscriber(str(plan))
    assert isinstance(found, Subscriber), f"the platform has no subscriber of client plan {plan}"
    return found


def writes(world: World) -> int:
    return len(writes_of(world.stack.sandbox))


def slow_run_in_the_middle(world: World) -> str:
    """Start a reconciliation that has to rename everybody, and return its id when it is at it."""
    rename_all(world)
    world.fault("latency", method="PATCH", seconds=0.25)
    before = writes(world)
    run = world.trigger(RECONCILIATION)
    some = world.dice.randint(5, 60)
    world.until(f"{some} writes", lambda: writes(world) >= before + some)
    return run


@scene("the platform answers nothing for longer than a run waits", "task_failed")
def platform_down(world: World) -> None:
    rename_all(world)
    world.fault("dropped", path=_ALL)
    run = world.trigger(RECONCILIATION)
    plan = active(world)[0]
    world.isp("insert into reconciliation.pending_change (client_plan_id, reason) values (:p, 'erp')", p=plan)
    assert world.end_of(RECONCILIATION, run) == "failed", "a run waits for the platform without end"
    with world.alerted("task_failed"):
        world.no_faults()
        world.do(RECONCILIATION)
        world.until("the changed contract on the platform", lambda: not pending(world))
        # Without a change there is no next run of it.
        world.do(CHANGES)


@scene("the pool of the runs of changes has no slot for three hours", "tasks_waiting")
def pool_without_slots(world: World) -> None:
    [pool] = world.airflow("select slots from slot_pool where pool = :pool", pool=CHANGES_POOL)
    world.airflow("update slot_pool set slots = 0 where pool = :pool", pool=CHANGES_POOL)
    run = world.trigger(CHANGES)
    world.until_task(CHANGES, run, "serve", "scheduled")
    waits = "dag_id = :dag and run_id = :run and task_id = 'serve'"
    world.airflow(
        f"update task_instance set scheduled_dttm = now() - interval '3 hours' where {waits}",  # noqa: S608
        dag=CHANGES,
        run=run,
    )
    with world.alerted("tasks_waiting"):
        world.airflow("update slot_pool set slots = :slots where pool = :pool", slots=pool.slots, pool=CHANGES_POOL)
        world.finish(CHANGES, run)


@scene("maintenance of the platform in the middle of a full run and a run of changes")
def platform_maintenance(world: World) -> None:
    run = slow_run_in_the_middle(world)
    world.fault("server-error", path=_ALL, status=503)
    plan = active(world)[0]
    world.isp("insert into reconciliation.pending_change (client_plan_id, reason) values (:p, 'erp')", p=plan)
    time.sleep(world.dice.uniform(5, 15))
    world.no_faults()
    world.finish_or_clear(RECONCILIATION, run)
    world.until("the changed contract on the platform", lambda: not pending(world))


@scene("the platform's process is killed in the middle of a full run")
def platform_killed(world: World) -> None:
    run = slow_run_in_the_middle(world)
    kill_component(world.stack, "sandbox")
    world.finish_or_clear(RECONCILIATION, run)


@scene("the processes of the tasks are killed in the middle of an apply")
def tasks_killed(world: World) -> None:
    run = slow_run_in_the_middle(world)
    assert kill_tasks(world.stack.config.home) > 0, "no task ran"
    world.no_faults()
    world.finish_or_clear(RECONCILIATION, run)


@scene("the tasks of an apply are killed, and the dag-processor with what it was to tell of them", "task_failed")
def callback_lost(world: World) -> None:
    run = slow_run_in_the_middle(world)
    # No other run is to heal it before somebody is told.
    world.stack.api.pause(RECONCILIATION)
    world.airflow("update task_instance set max_tries = 0 where run_id = :run", run=run)
    with held(world.stack, "dag-processor"):
        assert kill_tasks(world.stack.config.home) > 0, "no task ran"
        world.no_faults()
        world.until("a task that failed", lambda: "failed" in world.tasks(RECONCILIATION, run).values())
        # It takes them from a table, and dies before it runs them.
        taken = world.until("its callback", lambda: world.airflow(_TAKE_CALLBACKS))
        world.say(f"    {len(taken)} callbacks are lost")
    world.expect(("task_failed",))
    codes = {row.code for row in world.isp("select code from alerts.failure where over_at is null")}
    assert LOST in codes, f"somebody else told: {codes}"
    world.stack.api.unpause(RECONCILIATION)
    world.finish_or_clear(RECONCILIATION, run)


@scene("PostgreSQL ends at once in the middle of an apply")
def postgres_in_apply(world: World) -> None:
    run = slow_run_in_the_middle(world)
    crash_postgres(world.stack)
    world.no_faults()
    if world.end_of(RECONCILIATION, run) == "failed":
        # Its staging is not written to the log of PostgreSQL, and gone; only a new run, as each hour brings, can go on.
        with world.alerted("task_failed"):
            world.do(RECONCILIATION)


@scene("the scheduler is killed in the middle of an apply")
def scheduler_in_apply(world: World) -> None:
    run = slow_run_in_the_middle(world)
    kill_component(world.stack, "scheduler")
    world.no_faults()
    world.finish_or_clear(RECONCILIATION, run)


@scene("more removals than usual; nobody answers, then somebody does", "reconciliation_question",
       "reconciliation_not_approved")  # fmt: skip
def removals(world: World) -> None:
    gone = active(world)[:20]
    world.isp("update erp.client_plan set status = 'suspended' where id = any(:gone)", gone=gone)
    world.do(RECONCILIATION)
    first = question(world)
    world.expect(("reconciliation_question",))
    # Nobody answers in time.
    world.until_task(APPROVAL, first, "ask", "awaiting_input")
    world.airflow(
        "update task_instance set trigger_timeout = now() - interval '1 second' "
        "where dag_id = :dag and run_id = :run and task_id = 'ask'",
        dag=APPROVAL,
        run=first,
    )
    assert world.end_of(APPROVAL, first) == "failed"
    world.expect(("reconciliation_question",), over=True)
    world.expect(("reconciliation_not_approved",))
    # The next full run asks again, which ends both; the answer of the remedy is yes.
    world.do(RECONCILIATION)
    second = question(world)
    world.expect(("reconciliation_not_approved",), over=True)
    world.expect(("reconciliation_question",))
    answer(world, APPROVAL, second, "ask", "Approve")
    world.finish(APPROVAL, second)
    world.expect(("reconciliation_question",), over=True)
    assert {subscriber(world, plan).status for plan in gone} == {"SUSPENDED"}
    world.isp("update erp.client_plan set status = 'active' where id = any(:gone)", gone=gone)
    world.do(RECONCILIATION)


def question(world: World) -> str:
    """The run that asks about what is held back."""
    statement = "select max(id) as id from reconciliation.change_set where split_from is not null"
    return f"change_set_{world.isp(statement)[0].id}"


def answer(world: World, dag_id: str, run: str, task: str, option: str) -> None:
    """Answer a question as a person does, a moment after it is asked, and again if it is asked again."""
    world.until_task(dag_id, run, task, "awaiting_input")
    for _ in range(5):
        time.sleep(3)
        if world.tasks(dag_id, run)[task] == "awaiting_input":
            world.stack.api.decide(dag_id, run, task, option)
        else:
            return


@scene("no full reconciliation for four hours", "reconciliation_late")
def reconciliation_late(world: World) -> None:
    world.stack.api.pause(RECONCILIATION)
    world.isp("update reconciliation.change_set set verified_at = verified_at - interval '4 hours'")
    with world.alerted("reconciliation_late"):
        world.stack.api.unpause(RECONCILIATION)
        world.do(RECONCILIATION)


@scene("a device of a contract is on another subscriber of the platform", "operations_rejected")
def device_elsewhere(world: World) -> None:
    mac = f"02:ee:00:00:{world.dice.randrange(256):02x}:{world.dice.randrange(256):02x}"
    other = world.stack.sandbox.admin("POST", "/admin/subscribers", {"devices": [{"mac": mac}]})["uid"]
    [plan] = world.isp(
        "select plan.id from erp.client_plan as plan where id = any(:served) and status = 'active' and not exists "
        "(select from tv.client_point as point where point.client_plan_id = plan.id) order by id limit 1",
        served=served(world),
    )
    point = "insert into tv.client_point (client_plan_id, mac, serial, device_type, label, added_on) values "
    world.isp(f"{point} (:plan, :mac, :mac, 'stb-linux', 'Sala', :today)", plan=plan.id, mac=mac, today=world.today())
    world.do(RECONCILIATION)
    with world.alerted("operations_rejected"):
        world.stack.sandbox.admin("DELETE", f"/admin/subscribers/{other}")
        world.do(RECONCILIATION)
    assert mac in {device.mac for device in subscriber(world, plan.id).devices}


@scene("a subscriber of the platform with a status that nobody knows", "subscribers_parked")
def odd_subscriber(world: World) -> None:
    found = subscriber(world, active(world)[0])
    world.stack.sandbox.admin("PATCH", f"/admin/subscribers/{found.uid}", {"status": "BLOCKED"})
    world.do(RECONCILIATION)
    with world.alerted("subscribers_parked"):
        world.stack.sandbox.admin("PATCH", f"/admin/subscribers/{found.uid}", {"status": "ACTIVE"})
        world.do(RECONCILIATION)


@scene("a channel without a name in the platform's catalogue", "catalog_quarantined")
def odd_channel(world: World) -> None:
    channels = world.stack.sandbox.admin("GET", "/admin/catalogue/channels")
    odd = world.dice.choice(channels)
    path = f"/admin/catalogue/channels/{odd['uid']}"
    world.stack.sandbox.admin("PATCH", path, {"name": None})
    world.do(CATALOG)
    with world.alerted("catalog_quarantined"):
        world.stack.sandbox.admin("PATCH", path, {"name": odd["name"]})
        world.do(CATALOG)


@scene("no catalogue sync for two days", "catalog_late")
def catalog_late(world: World) -> None:
    world.isp("update tv.catalog_sync set merged_at = merged_at - interval '2 days'")
    with world.alerted("catalog_late"):
        world.do(CATALOG)
