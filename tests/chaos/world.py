"""One running stack, a mailbox and a webhook receiver, and how a story waits for what it set going."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import requests
from sqlalchemy import Engine, make_url
from sqlalchemy.exc import DBAPIError

from include.local.config import METADATA, Config
from include.local.rest import FINISHED, ApiFailed
from include.local.revival import Revival
from include.local.stack import Say, Stack
from multitv.alerts.kinds import KINDS
from multitv.database.engine import engine_for
from multitv.errors import TransientError
from tests.chaos import moved_date
from tests.chaos.told import Told
from tests.support.databases import Database
from tests.support.ports import free_ports
from tests.support.receivers import Received, mailbox, webhook
from tests.support.sandbox import switch_on

ALERTS, CATALOG, CHANGES = "tv_alerts", "tv_catalog_sync", "tv_plan_changes"
RECONCILIATION, APPROVAL = "tv_plan_reconciliation", "tv_reconciliation_approval"
TV, STANDARD, SWEEP, DASHBOARD = "tv_billing", "standard_billing", "tv_billing_sweep", "tv_dashboard"
CLIENTS = 300
# For a busy machine, and what a dead component takes to be missed.
PATIENCE = 300.0
SETTINGS = {
    "MULTITV_STANDARD_BILLING_POLL_SECONDS": "1",
    "MULTITV_RETRY_DELAY_SECONDS": "2",
    "MULTITV_CHANGES_POLL_SECONDS": "2",
    # A run waits 36 s for the platform; then somebody is told.
    "MULTITV_PLATFORM_WAIT_HOURS": "0.01",
    # Who is to be asked says so in the form.
    "MULTITV_BILLING_APPROVAL": "never",
    "MULTITV_PIN_REVEALS_PER_HOUR": "3",
    "MULTITV_RECONCILIATION_MAX_REMOVALS": "10",
    "MULTITV_RECONCILIATION_MAX_REMOVAL_SHARE": "0.03",
    # How soon a dead scheduler, or the task of one, is missed, in seconds.
    "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "15",
    "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": "15",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "30",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5",
    "AIRFLOW__TRIGGERER__TRIGGERER_HEALTH_CHECK_THRESHOLD": "15",
    # No DAG file changes meanwhile.
    "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "3600",
    "AIRFLOW__DAG_PROCESSOR__STALE_DAG_THRESHOLD": "3600",
}
T = TypeVar("T")


class ToughStack(Stack):
    """A stack that never gives up: what is killed often here is no component that keeps ending."""

    def check(self) -> None:
        self._revival = Revival(self._say)
        super().check()


class NotSeen(AssertionError):
    """Something that had to happen did not."""


@dataclass
class World:
    """What the scenes of a story do things with. `dice` chooses moments and victims."""

    stack: Stack
    told: Told
    say: Say
    dice: Random = field(default_factory=Random)
    cleared: list[str] = field(default_factory=list)
    # Whether the home, with all logs, is to stay.
    keep: bool = True

    @cached_property
    def metadata(self) -> Engine:
        """Airflow's database."""
        return engine_for(make_url(self.stack.environment[METADATA]).set(drivername="postgresql+psycopg"))

    def isp(self, statement: str, **parameters: Any) -> list[Any]:
        """Run a statement on the ISP's database as its owner, also while PostgreSQL comes back."""
        return self._run(self.stack.isp_engine, statement, **parameters)

    def airflow(self, statement: str, **parameters: Any) -> list[Any]:
        return self._run(self.metadata, statement, **parameters)

    def _run(self, engine: Engine, statement: str, **parameters: Any) -> list[Any]:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                found: list[Any] = Database(engine).run(statement, **parameters)
            except DBAPIError as error:
                lost = error.connection_invalidated or "connection" in str(error.orig)
                if not lost or time.monotonic() > deadline:
                    raise
            except TransientError:
                if time.monotonic() > deadline:
                    raise
            else:
                return found
            self.stack.check()
            time.sleep(0.5)

    def today(self) -> date:
        """The business date of the stack's tasks."""
        return moved_date.today(self.stack.config.home)

    def until(self, what: str, found: Callable[[], T | None], seconds: float = PATIENCE) -> T:
        """Return what is `found` at last; components that ended meanwhile are started again. Raises NotSeen."""
        deadline = time.monotonic() + seconds
        while True:
            self.stack.check()
            try:
                if seen := found():
                    return seen
                missing = ""
            except (ApiFailed, requests.RequestException) as error:
                missing = f" ({str(error)[:300]})"
            if time.monotonic() > deadline:
                raise NotSeen(f"{what}: not within {seconds:.0f} s{missing}")
            time.sleep(0.2)

    def trigger(self, dag_id: str, **conf: Any) -> str:
        """Start a run by hand, also while the api-server comes back; return its id."""
        due = f"due_{conf['due_date']}__" if "due_date" in conf else ""
        run_id = f"{due}chaos_{time.time_ns()}"

        def made() -> bool:
            self.stack.api.unpause(dag_id)
            try:
                self.stack.api.trigger(dag_id, conf, run_id)
            except ApiFailed:
                # It may have been carried out.
                return self._state(dag_id, run_id) is not None
            return True

        self.until(f"a run of {dag_id}", made)
        return run_id

    def _state(self, dag_id: str, run_id: str) -> str | None:
        found = self.airflow("select state from dag_run where dag_id = :d and run_id = :r", d=dag_id, r=run_id)
        return found[0].state if found else None

    def tasks(self, dag_id: str, run_id: str) -> dict[str, str | None]:
        rows = self.airflow(
            "select task_id || case when map_index < 0 then '' else '[' || map_index || ']' end as task, state "
            "from task_instance where dag_id = :d and run_id = :r",
            d=dag_id,
            r=run_id,
        )
        return {row.task: row.state for row in rows}

    def until_task(self, dag_id: str, run_id: str, task: str, *states: str) -> None:
        self.until(
            f"{dag_id}.{task} {' or '.join(states)}", lambda: self.tasks(dag_id, run_id).get(task) in states or None
        )

    def end_of(self, dag_id: str, run_id: str, seconds: float = PATIENCE) -> str:
        """Wait until a run has ended, and return how."""

        def ended() -> str | None:
            state = self._state(dag_id, run_id)
            return state if state in FINISHED else None

        try:
            return self.until(f"the end of {dag_id} {run_id}", ended, seconds)
        except NotSeen as error:
            raise NotSeen(f"{error}: {self.tasks(dag_id, run_id)}") from error

    def finish(self, dag_id: str, run_id: str) -> None:
        """Wait until a run ended well by itself. Raises NotSeen."""
        if (state := self.end_of(dag_id, run_id)) != "success":
            raise NotSeen(f"{dag_id} {run_id} is {state}: {self.tasks(dag_id, run_id)}{self._why(dag_id, run_id)}")

    def finish_or_clear(self, dag_id: str, run_id: str) -> None:
        """Wait until a run ended well; if it failed, somebody was told, and clearing the task, as told, heals it."""
        if self.end_of(dag_id, run_id) == "success":
            return
        [first, *_] = [task for task, state in self.tasks(dag_id, run_id).items() if state == "failed"]
        self.say(f"    {dag_id}.{first} failed for good{self._why(dag_id, run_id, 3)}")
        with self.alerted("task_failed"):
            task = first.partition("[")[0]
            self.stack.api.clear(dag_id, run_id, task)
            self.cleared.append(f"{dag_id}.{task}")
            self.finish(dag_id, run_id)

    def do(self, dag_id: str, **conf: Any) -> str:
        """Run a DAG to its good end."""
        run = self.trigger(dag_id, **conf)
        self.finish(dag_id, run)
        return run

    def bill(self, due: date) -> None:
        """Bill the plans and the TV of a due date, whichever its day."""
        standard = self.trigger(STANDARD, due_date=str(due), allow_past=True)
        tv = self.trigger(TV, due_date=str(due), allow_past=True)
        self.finish(STANDARD, standard)
        self.finish(TV, tv)

    def _why(self, dag_id: str, run_id: str, lines: int = 12) -> str:
        try:
            failed = [task for task in self.stack.api.tasks(dag_id, run_id) if task.state == "failed"]
            return "".join(
                f"\n      {task.task_id}: " + "\n      ".join(log.splitlines()[-lines:])
                for task in failed[:2]
                for log in [self.stack.api.log(dag_id, run_id, task.task_id, task.try_number, task.map_index)]
            )
        except ApiFailed as error:
            return f" ({error})"

    def tell(self) -> None:
        """Have alerts looked for now, and not in five minutes."""
        self.do(ALERTS)

    @contextmanager
    def alerted(self, kind: str, *others: str) -> Iterator[None]:
        """Both receivers were told of these kinds; after what is done meanwhile they are told of the end of each."""
        kinds = (kind, *others)
        self.expect(kinds)
        yield
        self.expect(kinds, over=True)

    def expect(self, kinds: tuple[str, ...], *, over: bool = False) -> None:
        """Wait until both receivers were told that these kinds of alerts are open, or over. Raises NotSeen."""
        wanted = set(kinds)

        def seen() -> bool:
            self.tell()
            return all(self.told.is_over(kind) if over else self.told.is_open(kind) for kind in wanted)

        began = time.monotonic()
        self.until(f"{'the end of ' if over else ''}{', '.join(kinds)} in both receivers", seen)
        for kind in kinds:
            self.say(
                f"    {'cleared' if over else 'alert'} {kind}: e-mail and webhook, {time.monotonic() - began:.0f} s"
            )

    def expect_none(self) -> None:
        """Wait until no alert is open. Raises NotSeen, which names those that are."""

        def over() -> bool:
            self.tell()
            return not self.isp("select from alerts.alert where over_at is null")

        try:
            self.until("the end of every alert", over, 60)
        except NotSeen as error:
            left = self.isp("select kind, key, parameters from alerts.alert where over_at is null")
            raise NotSeen(f"{error}: {[tuple(row) for row in left]}") from error

    def fault(self, kind: str, **spec: Any) -> None:
        """Switch a fault of the platform on."""
        switch_on(self.stack.sandbox, kind, **spec)

    def no_faults(self) -> None:
        self.stack.sandbox.admin("DELETE", "/admin/faults")

    def screen(self) -> requests.Session:
        """A person at Multi TV's API, logged in as the administrator."""
        session = requests.Session()
        session.trust_env = False
        token = session.post(
            f"{self.stack.api.address}/auth/token", json=self.stack.api._credentials, timeout=60
        ).json()["access_token"]
        session.headers["Authorization"] = f"Bearer {token}"
        return session


def due_days(today: date) -> list[int]:
    """The ISP's: today's, and two that no schedule starts to bill within the next ten days."""
    return [(today - timedelta(days=before)).day for before in (0, 9, 18)]


@contextmanager
def world(say: Say) -> Iterator[World]:
    """A stack with a provisioned demo population and both receivers; its home is kept, with all logs, if it failed."""
    home = Path(tempfile.mkdtemp(prefix="multitv-chaos-"))
    with mailbox() as mails, webhook() as posts:
        airflow_port, sandbox_port = free_ports(2)
        days = due_days(moved_date.today(home))
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "MULTITV_", "SANDBOX"))
        }
        more = {
            "MULTITV_DUE_DAYS": ",".join(map(str, sorted(days))),
            "MULTITV_GO_LIVE_MONTH": str(moved_date.today(home).replace(day=1)),
            "MULTITV_ALERT_URLS": f"{mail_url(mails)} {post_url(posts)}",
            "MULTITV_HEARTBEAT_URL": f"http://127.0.0.1:{posts.port}/alive",
        }
        config = Config(home, airflow_port, sandbox_port, demo_clients=CLIENTS)
        moved_date.install(home)
        stack = ToughStack(config, inherited | SETTINGS | more, lambda text: say(f"    {text.splitlines()[0][:160]}"))
        try:
            stack.start()
            found = World(stack, Told(mails, posts), say)
            _settle_in(found, days)
            yield found
        finally:
            stack.stop()
    if found.keep:
        say(f"All logs are in {home}: delete it when you have seen them")
    else:
        shutil.rmtree(home)


def _settle_in(world: World, days: list[int]) -> None:
    world.isp("update erp.client_plan set due_day = (cast(:days as integer[]))[1 + id % 3]", days=days)
    for dag_id in (CATALOG, RECONCILIATION, CHANGES, ALERTS):
        world.stack.api.unpause(dag_id)
    world.stack.api.parse_again(CHANGES)
    world.do(CATALOG)
    world.do(RECONCILIATION)
    # The demo population has some sales that every platform refuses; here nobody is to be told before something breaks.
    world.isp(
        "delete from tv.client_package as sale using reconciliation.operation as operation, tv.package as package "
        "where operation.status = 'rejected' and operation.client_plan_id = sale.client_plan_id "
        "and package.id = sale.package_id and package.platform_uid = operation.target"
    )
    world.do(RECONCILIATION)
    world.expect_none()
    world.say(f"Provisioned; due days {', '.join(map(str, days))}; alerts: {len(KINDS)} kinds")


def mail_url(mails: Received) -> str:
    return f"mailto://127.0.0.1:{mails.port}?from=tv@isp.example&to=plantao@isp.example&smtp=127.0.0.1&mode=insecure"


def post_url(posts: Received) -> str:
    return f"json://127.0.0.1:{posts.port}/alertas"
