"""Scenes about billing: questions, a standard billing that does not come, crashes in the middle, the end of a month."""

from __future__ import annotations

import time
from calendar import monthrange
from datetime import date, timedelta

from include.local.airflow import wait_until_up
from tests.chaos import moved_date
from tests.chaos.faults import COMPONENTS, crash_postgres, full_log_disk, kill_component, kill_tasks
from tests.chaos.scenes import scene
from tests.chaos.scenes_platform import answer
from tests.chaos.world import DASHBOARD, STANDARD, SWEEP, TV, World, due_days

WAIT = "wait_for_standard_billing"


def coming(world: World) -> date:
    """A due date to come that nobody billed, for a scene's own: the next of the ISP's due days, month by month."""
    taken = {row.due_date for row in world.isp("select due_date from billing.run")}
    days = due_days(world.today())[1:3]
    day = max(world.today() + timedelta(11), of_month(world.today(), 31) + timedelta(1))
    while day.day not in days or day in taken:
        day += timedelta(1)
    return day


def waiting(world: World, due: date) -> str:
    """Start the TV billing of a due date, and return its run when it is saved and waits for the standard billing."""
    run = world.trigger(TV, due_date=str(due), allow_past=True)
    world.until_task(TV, run, WAIT, "deferred")
    return run


def settle(world: World, due: date, tv: str) -> None:
    """Bill the plans of a due date whose TV billing waits."""
    standard = world.trigger(STANDARD, due_date=str(due), allow_past=True)
    world.finish_or_clear(STANDARD, standard)
    world.finish_or_clear(TV, tv)


@scene("a person is asked about a list, says no, and then yes", "billing_question", "billing_not_approved")
def list_rejected(world: World) -> None:
    due = coming(world)
    run = world.trigger(TV, due_date=str(due), approval="always")
    world.until_task(TV, run, "save", "awaiting_input")
    with world.alerted("billing_question"):
        answer(world, TV, run, "save", "Reject")
        world.end_of(TV, run)
    world.expect(("billing_not_approved",))
    again = world.trigger(TV, due_date=str(due), approval="always")
    answer(world, TV, again, "save", "Approve")
    world.until_task(TV, again, WAIT, "deferred")
    world.expect(("billing_not_approved",), over=True)
    settle(world, due, again)


@scene("the due date has come, and the standard billing is paused", "standard_billing_late")
def standard_billing_paused(world: World) -> None:
    world.stack.api.pause(STANDARD)
    due = world.today()
    run = waiting(world, due)
    with world.alerted("standard_billing_late"):
        settle(world, due, run)


@scene("the scheduler, the triggerer, the dag-processor and the api-server are killed while a billing waits")
def components_killed(world: World) -> None:
    due = coming(world)
    run = waiting(world, due)
    order = list(COMPONENTS)
    world.dice.shuffle(order)
    for name in order:
        killed_at = time.time()
        kill_component(world.stack, name)
        world.say(f"    killed {name}")
        wait_until_up(world.stack.api, killed_at, world.stack.check)
    settle(world, due, run)


@scene("PostgreSQL ends at once while a list is saved, and again while it is settled")
def postgres_in_billing(world: World) -> None:
    due = coming(world)
    run = world.trigger(TV, due_date=str(due))
    world.until_task(TV, run, "save", "running", "success")
    crash_postgres(world.stack)
    world.until_task(TV, run, WAIT, "deferred", "upstream_failed")
    standard = world.trigger(STANDARD, due_date=str(due))
    world.until_task(TV, run, "settle", "running", "success", "upstream_failed")
    crash_postgres(world.stack)
    world.finish_or_clear(STANDARD, standard)
    world.finish_or_clear(TV, run)


@scene("the processes of the tasks are killed while a list is loaded, saved or settled")
def tasks_killed_in_billing(world: World) -> None:
    due = coming(world)
    run = world.trigger(TV, due_date=str(due))
    for task in ("load", "save"):
        world.until_task(TV, run, task, "running", "success")
        kill_tasks(world.stack.config.home)
    world.until_task(TV, run, WAIT, "deferred", "upstream_failed")
    standard = world.trigger(STANDARD, due_date=str(due))
    world.until_task(TV, run, "settle", "running", "success", "upstream_failed")
    kill_tasks(world.stack.config.home)
    world.finish_or_clear(STANDARD, standard)
    world.finish_or_clear(TV, run)


@scene("the disk of the task logs is full while a due date is billed")
def log_disk_full(world: World) -> None:
    due = coming(world)
    with full_log_disk(world.stack) as how:
        world.say(f"    {how}")
        run = world.trigger(TV, due_date=str(due))
        world.until_task(TV, run, WAIT, "deferred", "success", "failed", "upstream_failed")
    settle(world, due, run)


@scene("the month ends with a due date saved and not settled, and another never billed", "charges_overdue",
       "months_open", last=True)  # fmt: skip
def month_end(world: World) -> None:
    today = world.today()
    days = due_days(today)
    saved = of_month(today, days[1])
    run = waiting(world, saved)
    after = of_month(today, 31) + timedelta(2)
    moved_date.move_to(world.stack.config.home, after)
    world.say(f"    it is {after}")
    world.do(DASHBOARD)
    world.end_of(SWEEP, world.trigger(SWEEP))
    with world.alerted("charges_overdue", "months_open"):
        settle(world, saved, run)
        # All that should have started by now, and did not: the sweep names them.
        closed = {row.due_date for row in world.isp("select due_date from billing.run where kind = 'tv' "
                                                    "and status = 'closed'")}  # fmt: skip
        passed = (today.replace(day=1) + timedelta(number) for number in range(50))
        for due in passed:
            if due.day in days and due not in closed and due < after + timedelta(10):
                world.bill(due)
        world.do(DASHBOARD)
        world.do(SWEEP)


def of_month(day: date, number: int) -> date:
    """The date of the day's month with this number, or its last one."""
    return day.replace(day=min(number, monthrange(day.year, day.month)[1]))
