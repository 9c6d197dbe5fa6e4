"""The whole stack for the end-to-end tests: started once, on free ports, in a home of its own, gone at the end."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from calendar import monthrange
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, make_url

from include.local.config import METADATA, Config
from include.local.processes import free, marked, tail
from include.local.rest import ENDED, FINISHED, Api
from include.local.stack import Say, Stack
from include.sandbox.process import Sandbox
from multitv.database.engine import engine_for
from multitv.settings import get_settings
from tests.e2e.screens.browser import chromium, context, page, person  # noqa: F401, fixtures
from tests.support.databases import Database
from tests.support.folders import quick_folder
from tests.support.ports import free_ports

HERE = Path(__file__).parent
DEMO_CLIENTS = 500
SETTINGS = {
    # Nobody has to be spared by waiting here.
    "MULTITV_STANDARD_BILLING_POLL_SECONDS": "1",
    "MULTITV_RETRY_DELAY_SECONDS": "3",
    # So long, at most, the scheduler lets a task wait that may start; shorter, it would look too often for nothing.
    "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.7",
    # No connection to this PostgreSQL is lost, and to ask so before each use takes a sixth of the scheduler's queries.
    "AIRFLOW__DATABASE__SQL_ALCHEMY_POOL_PRE_PING": "False",
    # No DAG file changes during the tests, and reading all of them again takes a good part of a processor.
    "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "3600",
    # A DAG whose file was last read for a callback is not gone.
    "AIRFLOW__DAG_PROCESSOR__STALE_DAG_THRESHOLD": "3600",
}
# For a busy machine; a wait that ends sooner costs nothing.
PATIENCE = 300.0
# How long a test may need a DAG for itself.
ALONE_SECONDS = 120.0
# How long it may take to trigger a run, on a busy machine.
TRIGGER_SECONDS = 10.0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is in this folder, and give it the time that a whole Airflow takes; `last` comes last."""
    items.sort(key=lambda item: item.get_closest_marker("last") is not None)
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.timeout(1200))


@dataclass(frozen=True)
class RunningStack:
    """What an end-to-end test may do with the stack. DAGs are paused until they are triggered."""

    stack: Stack

    @property
    def api(self) -> Api:
        return self.stack.api

    @property
    def engine(self) -> Engine:
        """The ISP's database."""
        return self.stack.isp_engine

    @property
    def sandbox(self) -> Sandbox:
        """The platform; `admin` plays its faults. Its process is the stack's, so it is not to be stopped."""
        return self.stack.sandbox

    @property
    def home(self) -> Path:
        return self.stack.config.home

    def trigger(self, dag_id: str, conf: Mapping[str, Any] | None = None, run_id: str | None = None) -> str:
        """Unpause a DAG, start a run of it by hand, and return the run's id."""
        self.wake(dag_id)
        return self.api.trigger(dag_id, conf or {}, run_id)

    def wake(self, dag_id: str) -> None:
        """Unpause a DAG. A scheduled run that the scheduler makes up for when a DAG is unpaused is made then."""
        self.api.unpause(dag_id)
        deadline = time.monotonic() + PATIENCE
        while self.api.scheduled_run_comes(dag_id):
            assert time.monotonic() < deadline, f"the scheduler makes no run of {dag_id}"
            time.sleep(0.2)

    def have_alone(self, dag_id: str) -> None:
        """Wait until no run of an unpaused DAG is active, and no scheduled one is due while a test needs it for itself.

        Otherwise, once an hour, it is the scheduled run that asks a person what the test's own run would have asked.
        """
        deadline = time.monotonic() + ALONE_SECONDS + PATIENCE
        while self.api.scheduled_run_comes(dag_id, ALONE_SECONDS) or self.api.active_run(dag_id):
            self.stack.check()
            assert time.monotonic() < deadline, f"{dag_id} does not come to rest: {self.api.active_run(dag_id)}"
            time.sleep(1)

    def trigger_or_join(self, dag_id: str) -> str:
        """Return the id of the run that does what is to be done: a scheduled one that came first, else one by hand."""
        self.wake(dag_id)
        while self.api.scheduled_run_comes(dag_id, TRIGGER_SECONDS):
            self.stack.check()
            time.sleep(0.2)
        return self.api.active_run(dag_id) or self.api.trigger(dag_id, {})

    def task_states(self, dag_id: str, run_id: str) -> dict[str, str | None]:
        """Return the state of each task; of a mapped task, by `task[index]`."""
        return {
            task.task_id if task.map_index < 0 else f"{task.task_id}[{task.map_index}]": task.state
            for task in self.api.tasks(dag_id, run_id)
        }

    def wait_for_run(self, dag_id: str, run_id: str, timeout: float = PATIENCE) -> str:
        """Return the state, success or failed, in which a run ends."""
        statement = "select state from dag_run where dag_id = :dag_id and run_id = :run_id"
        return self._wait(dag_id, run_id, FINISHED, lambda: self._state(statement, dag_id, run_id), timeout)

    def wait_for_task(
        self, dag_id: str, run_id: str, task_id: str, states: str | Collection[str], timeout: float = PATIENCE
    ) -> str:
        """Return the state, one of `states`, that a task reaches. One that ends in another fails the test."""
        wanted = {states} if isinstance(states, str) else set(states)
        statement = (
            "select state from task_instance where dag_id = :dag_id and run_id = :run_id "
            "and task_id || case when map_index < 0 then '' else '[' || map_index || ']' end = :task_id"
        )
        state = self._wait(
            dag_id, run_id, wanted | ENDED, lambda: self._state(statement, dag_id, run_id, task_id=task_id), timeout
        )
        if state not in wanted:
            pytest.fail(f"{dag_id}.{task_id} is {state}, not {sorted(wanted)}.{self._evidence(dag_id, run_id)}")
        return state

    def answer(self, dag_id: str, run_id: str, task_id: str, option: str, *, once: bool = False) -> None:
        """Decide as a person would, who needs a moment to read, and, but for `once`, answer again if asked again.

        An answer that is there before the scheduler has heard that the task waits makes Airflow try the task again,
        which then asks again, or ends the scheduler.
        """
        for _ in range(3):
            asked = self._question(dag_id, run_id, task_id)
            key = f"dag_id={dag_id!r}, task_id={task_id!r}, run_id={run_id!r}, try_number={asked}"
            heard = f"Received executor event with state success for task instance TaskInstanceKey({key}"
            self._wait(dag_id, run_id, {"heard"}, partial(self._is_logged, heard), PATIENCE)
            self.api.decide(dag_id, run_id, task_id, option)
            if once:
                return
            deadline = time.monotonic() + TRIGGER_SECONDS
            while time.monotonic() < deadline and self.task_states(dag_id, run_id)[task_id] == "awaiting_input":
                time.sleep(0.1)
            again = self.wait_for_task(dag_id, run_id, task_id, {"awaiting_input", *ENDED}) == "awaiting_input"
            if not again or self._question(dag_id, run_id, task_id) == asked:
                return
        pytest.fail(f"{dag_id}.{task_id} asks again and again.{self._evidence(dag_id, run_id)}")

    def _question(self, dag_id: str, run_id: str, task_id: str) -> int:
        """Wait until a task asks, and return the number of its try."""
        self.wait_for_task(dag_id, run_id, task_id, "awaiting_input")
        [tried] = [task.try_number for task in self.api.tasks(dag_id, run_id) if task.task_id == task_id]
        return tried

    def _is_logged(self, line: str) -> str | None:
        return "heard" if line in (self.stack.home.logs / "scheduler.log").read_text() else None

    @contextmanager
    def without_pool(self, name: str) -> Iterator[None]:
        """Have no pool of this name for a while, as an Airflow that was never prepared."""
        metadata = Database(self.metadata)
        metadata.run("update slot_pool set pool = pool || '-away' where pool = :name", name=name)
        try:
            yield
        finally:
            metadata.run("update slot_pool set pool = :name where pool = :name || '-away'", name=name)

    def pass_time_of_question(self, dag_id: str, run_id: str, task_id: str) -> None:
        """Have a question's time be over, as the scheduler sees it."""
        Database(self.metadata).run(
            "update task_instance set trigger_timeout = now() - interval '1 second' "
            "where dag_id = :dag_id and run_id = :run_id and task_id = :task_id",
            dag_id=dag_id,
            run_id=run_id,
            task_id=task_id,
        )

    def task_log(
        self, dag_id: str, run_id: str, task_id: str, try_number: int | None = None, map_index: int = -1
    ) -> str:
        """Return the log of a task's try, of its last one unless told."""
        if try_number is None:
            tasks = self.api.tasks(dag_id, run_id)
            tries = [task.try_number for task in tasks if (task.task_id, task.map_index) == (task_id, map_index)]
            assert tries, f"{dag_id} {run_id} has no task {task_id}[{map_index}]"
            try_number = max(tries)
        return self.api.log(dag_id, run_id, task_id, try_number, map_index)

    @cached_property
    def metadata(self) -> Engine:
        """Airflow's database. Who waits looks there: to ask the api-server again and again takes half of its time."""
        return engine_for(make_url(self.stack.environment[METADATA]).set(drivername="postgresql+psycopg"))

    def _state(self, statement: str, dag_id: str, run_id: str, **more: str) -> str | None:
        found = Database(self.metadata).run(statement, dag_id=dag_id, run_id=run_id, **more)
        return found[0].state if found else None

    def _wait(
        self, dag_id: str, run_id: str, wanted: Collection[str], read: Callable[[], str | None], timeout: float
    ) -> str:
        deadline = time.monotonic() + timeout
        while (state := read()) not in wanted:
            self.stack.check()
            if time.monotonic() > deadline:
                pytest.fail(f"Still {state} after {timeout:.0f} s.{self._evidence(dag_id, run_id)}")
            time.sleep(0.1)
        assert state is not None
        return state

    def _evidence(self, dag_id: str, run_id: str) -> str:
        tasks = self.api.tasks(dag_id, run_id)
        failed = [task for task in tasks if task.state in ("failed", "up_for_retry")]
        return "\n".join(
            [
                f"\n{dag_id} {run_id}: {self.task_states(dag_id, run_id)}",
                *(
                    f"Log of {task.task_id}:\n{self.task_log(dag_id, run_id, task.task_id, map_index=task.map_index)}"
                    for task in failed
                ),
                *(tail(self.stack.home.logs / f"{name}.log", 15) for name in ("scheduler", "triggerer")),
            ]
        )


def rows(stack: RunningStack, statement: str, **parameters: Any) -> list[Any]:
    """Run a statement on the ISP's database, and return what it finds."""
    found: list[Any] = Database(stack.engine).run(statement, **parameters)
    return found


@pytest.fixture(scope="session")
def stack(request: pytest.FixtureRequest) -> Iterator[RunningStack]:
    """PostgreSQL, the sandbox and Airflow, with a small demo population, for the end-to-end tests of the session."""
    with running_stack(request) as stack:
        yield stack


@contextmanager
def running_stack(
    request: pytest.FixtureRequest,
    more_ports: int = 0,
    make: Callable[[Config, Mapping[str, str], Say, list[int]], Stack] = lambda config, inherited, say, _: Stack(
        config, inherited, say
    ),
    demo_clients: int = DEMO_CLIENTS,
) -> Iterator[RunningStack]:
    """A stack on free ports, gone at the end. `make` may make another kind of it, with some ports more.

    Its home, with all logs, is kept if a test failed.
    """
    airflow_port, sandbox_port, *others = free_ports(2 + more_ports)
    config = Config(
        # Not under the folder of pytest, each start of which shuts that to other users, such as PostgreSQL's.
        home=Path(tempfile.mkdtemp(prefix="multitv-e2e-", dir=quick_folder())),
        airflow_port=airflow_port,
        sandbox_port=sandbox_port,
        demo_clients=demo_clients,
    )
    # What a developer's shell, or another test, says of an Airflow or of an ISP is not meant for this one.
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "MULTITV_", "SANDBOX_"))
    }
    said: list[str] = []
    running = make(config, inherited | SETTINGS, said.append, others)
    try:
        running.start()
        yield RunningStack(running)
    finally:
        running.stop()
        assert not marked(config.home), "the stack left processes behind"
        for port in (airflow_port, sandbox_port, *others):
            assert free(port), "the stack left a port taken"
        if not request.session.testsfailed:
            shutil.rmtree(config.home)


def totals(stack: RunningStack, due: date) -> list[tuple[int, Decimal]]:
    """Number and sum of what was expected, of the live events and of the postings of a due date."""
    return [
        tuple(rows(stack, statement, due=due)[0])
        for statement in (
            "select sum(charges), sum(amount) from billing.expectation join billing.run on id = run_id "
            "where kind = 'tv' and due_date = :due",
            "select count(*), sum(amount) from billing.event where due_date = :due and status = 'processed'",
            "select count(*), sum(amount) from finance.posting as p join finance.invoice as i on i.id = p.invoice_id "
            "where p.kind = 'tv_package' and i.due_date = :due",
        )
    ]


def bill_plans(stack: RunningStack, due: date) -> None:
    run = stack.trigger("standard_billing", {"due_date": str(due)})
    assert stack.wait_for_run("standard_billing", run) == "success"


@pytest.fixture(scope="session")
def due_dates(stack: RunningStack) -> Iterator[date]:
    """Due dates to come, each with clients to charge; a test takes the next one for its own.

    No schedule starts to bill one of them meanwhile: they are further away than that.
    """

    def find() -> Iterator[date]:
        days = {row[0] for row in rows(stack, "select distinct due_day from erp.client_plan where status = 'active'")}
        # Two days more, because it may become tomorrow, here or in the ISP's time zone. TV is billed first.
        day = date.today() + timedelta(get_settings().tv_billing_days_ahead + 2)  # noqa: DTZ011
        while True:
            if day.day in days and day.day < monthrange(day.year, day.month)[1]:
                yield day
            day += timedelta(days=1)

    return find()


@pytest.fixture(scope="session")
def platform_in_step(stack: RunningStack) -> None:
    """The catalogue is known, and the platform has whoever it is to serve, whichever test was first to see to it."""
    for dag_id, done in (
        ("tv_catalog_sync", "select 1 from tv.catalog_sync limit 1"),
        ("tv_plan_reconciliation", "select 1 from tv.client_extra_field limit 1"),
    ):
        if rows(stack, done):
            stack.wake(dag_id)
        else:
            assert stack.wait_for_run(dag_id, stack.trigger(dag_id)) == "success"


@pytest.fixture(scope="session")
def billed(stack: RunningStack, platform_in_step: None, due_dates: Iterator[date]) -> None:
    """Some due date was billed and settled, whichever test was first to see to it."""
    if rows(stack, "select from finance.posting where kind = 'tv_package' limit 1"):
        return
    due = next(due_dates)
    bill_plans(stack, due)
    run = stack.trigger("tv_billing", {"due_date": str(due), "approval": "never"})
    assert stack.wait_for_run("tv_billing", run) == "success"


@pytest.fixture(scope="session")
def places(stack: RunningStack, billed: None) -> dict[str, Any]:
    """`due`: the last due date that was billed; `plan`: a client plan of it with much to show."""
    [due] = rows(stack, "select max(due_date) as date from billing.run where kind = 'tv' and status = 'closed'")
    [plan] = rows(
        stack,
        "select client_plan_id as id from finance.invoice join finance.posting on invoice_id = invoice.id "
        "where due_date = :due and kind = 'tv_package' "
        "and client_plan_id in (select client_plan_id from tv.client_package where cancelled_on is null) "
        "and client_plan_id in (select client_plan_id from tv.client_point where removed_on is null) "
        "group by client_plan_id order by count(*) desc, client_plan_id limit 1",
        due=due.date,
    )
    return {"due": due.date, "plan": plan.id}
