"""Runs the main job as an engineer would: triggers the DAGs, follows them task by task, and prints the books."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, date, datetime
from typing import Protocol

from sqlalchemy import Engine

from include.local.config import Config
from include.local.processes import ProcessFailed
from include.local.rest import ENDED, FINISHED, Api, TaskState
from include.local.showcase import change_contracts
from include.local.stack import Say
from include.local.summary import last_change_set, next_due_date, open_question, summary
from multitv.settings import get_settings

CATALOG, RECONCILIATION, TV, STANDARD, DASHBOARD = (
    "tv_catalog_sync",
    "tv_plan_reconciliation",
    "tv_billing",
    "standard_billing",
    "tv_dashboard",
)
DAGS = (CATALOG, RECONCILIATION, TV, STANDARD, DASHBOARD)
WAIT = "wait_for_standard_billing"
APPROVAL = "tv_reconciliation_approval"
CHANGES = "tv_plan_changes"
ALERTS = "tv_alerts"
# What looks after billing by itself, from the first day.
WATCHES = ("tv_billing_sweep", "tv_dashboard")
# Longer than any retry delay of the DAGs: a run in which nothing changes for this long is stuck.
STALLED_SECONDS = 1800.0
# The scheduler creates a missed run within a second or two.
MISSED_RUN_SECONDS = 60.0
_SHOWN = frozenset({"running", "deferred", "up_for_retry", "awaiting_input", *ENDED})


class RunningStack(Protocol):
    """The part of a running stack that the main job needs."""

    @property
    def api(self) -> Api: ...

    @property
    def config(self) -> Config: ...

    @property
    def dag_ids(self) -> Sequence[str]: ...

    @property
    def isp_engine(self) -> Engine: ...

    def check(self) -> None:
        """Start again what should run and has ended. Raises ProcessFailed if it keeps ending."""


class JobFailed(ProcessFailed):
    """A DAG run failed, got stuck, or could not be started."""


class WatchedRun:
    """A DAG run that is being followed. Prints each change of a task's state once."""

    def __init__(self, api: Api, dag_id: str, run_id: str, say: Say) -> None:
        self.dag_id = dag_id
        self.run_id = run_id
        self.state = "queued"
        self.changed = time.monotonic()
        self.tasks: dict[tuple[str, int], TaskState] = {}
        self._api = api
        self._say = say

    def look(self) -> None:
        """Read the state of the run and of its tasks, and print what has changed."""
        state = self._api.run_state(self.dag_id, self.run_id)
        # The tasks are read after the run: if the run has ended, so have all of them.
        for task in self._api.tasks(self.dag_id, self.run_id):
            key = (task.task_id, task.map_index)
            before, self.tasks[key] = self.tasks.get(key), task
            if before is None or (before.state, before.try_number) != (task.state, task.try_number):
                self.changed = time.monotonic()
                self._say_state(task)
        if state != self.state:
            self.state, self.changed = state, time.monotonic()
            if state in FINISHED:
                self._say(f"{self.dag_id}: {state}")

    def states_of(self, task_id: str) -> set[str | None]:
        return {task.state for task in self.tasks.values() if task.task_id == task_id}

    def failure(self) -> str:
        """Return the end of the log of each task that failed."""
        failed = [task for task in self.tasks.values() if task.state == "failed"]
        if not failed:
            return f"{self.dag_id} {self.run_id} ended as {self.state}, and none of its tasks failed."
        return "\n\n".join(self._log_of(task) for task in failed)

    def _say_state(self, task: TaskState) -> None:
        if task.state in _SHOWN:
            index = f"[{task.map_index}]" if task.map_index >= 0 else ""
            again = f", try {task.try_number}" if task.try_number > 1 else ""
            took = f" ({task.seconds:.1f} s)" if task.state in ENDED and task.seconds else ""
            self._say(f"{self.dag_id}.{task.task_id}{index}: {task.state}{again}{took}")

    def _log_of(self, task: TaskState) -> str:
        log = self._api.log(self.dag_id, self.run_id, task.task_id, task.try_number, task.map_index)
        return f"{self.dag_id}.{task.task_id} ({task.name}) failed. The end of its log:\n  " + "\n  ".join(
            log.splitlines()[-25:]
        )


def run_main_job(stack: RunningStack, say: Say) -> None:
    """Sync the catalogue, reconcile, bill the due date, refresh the dashboard, print a summary. Raises JobFailed."""
    if missing := [dag_id for dag_id in DAGS if dag_id not in stack.dag_ids]:
        raise JobFailed(f"{stack.config.dags_folder} has no DAG {', '.join(missing)}.")
    due_date = stack.config.due_date or next_due_date(stack.isp_engine, get_settings().today())
    if due_date is None:
        raise JobFailed("No active client plan is in erp.client_plan: there is no due date to bill. Give DUE_DATE.")
    say(f"The due date is {due_date}")
    before = last_change_set(stack.isp_engine)
    catalogue = _sync_catalogue(stack, say)
    _follow([catalogue], stack.check, lambda: catalogue.state in FINISHED)
    provision(stack, say)
    bill(stack, due_date, say)
    figures = _trigger(stack, DASHBOARD, {}, f"local__{_now()}", say)
    _follow([figures], stack.check, lambda: figures.state in FINISHED)
    shown, agree = summary(stack.isp_engine, due_date, before)
    print(f"\n{shown}\n", flush=True)
    if not agree:
        raise JobFailed("The books differ: see the tables above and the log of tv_billing.report.")


def follow_changes(stack: RunningStack, say: Say) -> None:
    """Unpause the DAG that takes what is changed on the screens to the platform."""
    if _unpaused(stack, CHANGES):
        stack.api.parse_again(CHANGES)
        say(f"What you change on the screens reaches the platform within seconds: {CHANGES} is unpaused")


def switch_alerts_on(stack: RunningStack, say: Say) -> None:
    """Unpause the DAG that tells people what needs them, and names it in its log if it is told nobody to tell."""
    if _unpaused(stack, ALERTS):
        say(f"{ALERTS} looks every five minutes for what needs a person: docs/alerts.md says how to be told")


def keep_watch(stack: RunningStack, say: Say) -> None:
    """Unpause the DAGs that say what needs a person, and keep the figures of the *Painel* new."""
    for dag_id in WATCHES:
        if _unpaused(stack, dag_id):
            say(f"{dag_id} runs by its schedule: it is unpaused")


def _unpaused(stack: RunningStack, dag_id: str) -> bool:
    """Unpause a DAG; return False if the DAG folder has none of this name."""
    if dag_id not in stack.dag_ids:
        return False
    stack.api.unpause(dag_id)
    return True


def provision(stack: RunningStack, say: Say) -> None:
    """Reconcile the platform; with a demo population, then change some contracts and reconcile again.

    Raises JobFailed.
    """
    _reconcile(stack, say)
    if stack.config.clients_to_seed and (changes := change_contracts(stack.isp_engine, get_settings().today())):
        for change in changes:
            say(f"Contracts: {change}")
        _reconcile(stack, say)


def _reconcile(stack: RunningStack, say: Say) -> None:
    run = _trigger(stack, RECONCILIATION, {}, f"local__{_now()}", say)
    _follow([run], stack.check, lambda: run.state in FINISHED)
    if question := open_question(stack.isp_engine):
        say(f"A person has to approve: {stack.api.address}/dags/{APPROVAL}/runs/change_set_{question}")


def bill(stack: RunningStack, due_date: date, say: Say) -> None:
    """Run both billings of a due date: the standard billing once the TV billing waits for it. Raises JobFailed."""
    conf = {"due_date": due_date.isoformat()}
    # The job is meant to run to its end, and nobody is there to answer a review.
    tv = _trigger(stack, TV, conf | {"approval": "never"}, f"due_{due_date}__{_now()}", say)
    _follow([tv], stack.check, lambda: tv.state in FINISHED or bool(tv.states_of(WAIT) & {"deferred", *ENDED}))
    standard = _trigger(stack, STANDARD, conf, f"due_{due_date}__{_now()}", say)
    _follow([tv, standard], stack.check, lambda: {tv.state, standard.state} <= FINISHED)


def _sync_catalogue(stack: RunningStack, say: Say) -> WatchedRun:
    """Trigger the DAG, or follow the run that the scheduler starts itself because a scheduled one was missed."""
    stack.api.unpause(CATALOG)
    deadline = time.monotonic() + MISSED_RUN_SECONDS
    while stack.api.scheduled_run_comes(CATALOG) and time.monotonic() < deadline:
        stack.check()
        time.sleep(0.25)
    running = stack.api.active_run(CATALOG)
    if running is None:
        return _trigger(stack, CATALOG, {}, f"local__{_now()}", say)
    say(f"{CATALOG}: runs by its schedule, as {running}")
    return WatchedRun(stack.api, CATALOG, running, say)


def _trigger(stack: RunningStack, dag_id: str, conf: dict[str, str], run_id: str, say: Say) -> WatchedRun:
    stack.api.unpause(dag_id)
    say(f"{dag_id}: triggered as {run_id}")
    return WatchedRun(stack.api, dag_id, stack.api.trigger(dag_id, conf, run_id), say)


def _follow(runs: Collection[WatchedRun], check: Callable[[], None], done: Callable[[], bool]) -> None:
    """Follow the runs until `done`. Raises JobFailed with the logs when all have ended and one has failed."""
    while True:
        for run in runs:
            if run.state not in FINISHED:
                run.look()
        failed = [run for run in runs if run.state == "failed"]
        if failed and all(run.state in FINISHED for run in runs):
            raise JobFailed("\n\n".join(run.failure() for run in failed))
        if done():
            return
        check()
        if time.monotonic() - max(run.changed for run in runs) > STALLED_SECONDS:
            waiting = ", ".join(f"{run.dag_id} {run.run_id}" for run in runs if run.state not in FINISHED)
            raise JobFailed(f"Nothing has moved for {STALLED_SECONDS / 60:.0f} minutes in {waiting}.")
        time.sleep(0.5)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
