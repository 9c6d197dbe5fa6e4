"""Bench of the event-driven runs: from *Salvar* to the platform on a `make run` stack, and what a run costs."""

from __future__ import annotations

import json
import os
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import requests
from sqlalchemy import Engine

from include.local import environment
from include.local.config import Config
from include.local.job import CATALOG, RECONCILIATION, follow_changes, provision
from include.local.postgres import Server
from include.local.rest import FINISHED
from include.local.stack import Stack
from include.sandbox.population.seed import seed
from include.sandbox.process import Sandbox
from include.sandbox.process import sandbox as running_sandbox
from multitv.database.engine import engine_for
from multitv.database.migrate import migrate
from multitv.reconciliation.changes import ChangeRun
from tests.bench.harness import seconds
from tests.support.databases import Database, own_database
from tests.support.house import House
from tests.support.ports import free_ports
from tests.support.settings import TODAY

GOAL_SECONDS = 15.0
SALVARS = int(os.environ.get("SALVARS") or 24)
PATIENCE_SECONDS = 300.0
SIZES = (1, 100, 10_000)
# A change comes when it comes, not when the scheduler has just looked.
_dice = random.Random(20261127)


@dataclass
class Screen:
    """A person at a screen of a running stack, who presses *Salvar*, and what the platform was then told."""

    address: str
    password: str
    sandbox: Sandbox
    engine: Engine
    session: requests.Session = field(default_factory=requests.Session)
    seen: int = 0

    def __post_init__(self) -> None:
        self.session.trust_env = False
        answer = self.session.post(
            f"{self.address}/auth/token",
            json={"username": environment.USER, "password": self.password},
            timeout=60,
        )
        self.session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        self.seen = self._newest()
        # Of contracts whose subscriber has the device.
        self.points = Database(self.engine).run(
            "select point.id, point.mac from tv.client_point as point "
            "join erp.client_plan as plan on plan.id = point.client_plan_id and plan.status = 'active' "
            "join tv.client_extra_field as field using (client_plan_id) "
            "join tv.service_plan_setting as setting using (service_plan_id) "
            "where removed_on is null and added_on <= current_date and allows_tv and plan.cancelled_on is null "
            "and field.name like 'ID%' order by point.id"
        )

    def save(self, number: int) -> float:
        """Change the label of a point; return the seconds until the platform has it."""
        point = self.points[number % len(self.points)]
        label = f"Sala {time.time_ns() % 10**9}"
        began = time.monotonic()
        answer = self.session.patch(
            f"{self.address}/multitv/api/v1/points/{point.id}", json={"label": label}, timeout=60
        )
        answer.raise_for_status()
        while not self._was_told(point.mac):
            if time.monotonic() > began + PATIENCE_SECONDS:
                raise TimeoutError(f"the platform was not told of {point.mac} within {PATIENCE_SECONDS:.0f} s")
            time.sleep(0.05)
        return time.monotonic() - began

    def _was_told(self, mac: str) -> bool:
        found = self._page()
        if found:
            self.seen = found[-1]["id"]
        return any(write["path"].endswith(mac) and write["status"] < 300 for write in found)

    def _page(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.sandbox.admin("GET", f"/admin/operations?after={self.seen}")
        return found

    def _newest(self) -> int:
        while page := self._page():
            self.seen = page[-1]["id"]
        return self.seen


def bench(server: Server, rows: int) -> None:
    """Print the seconds from *Salvar* to the platform, alone and beside full runs, and the cost of a run by itself."""
    del rows
    cost_of_runs(server)
    with running_stack() as (stack, screen):
        show_saves("from Salvar to the platform", [screen.save(number) for number in _in_their_own_time(SALVARS)])
        show_saves("from Salvar to the platform beside a full run", list(beside_full_runs(stack, screen, SALVARS)))


def show_saves(name: str, found: list[float]) -> None:
    """Print one line: the 95th percentile against the goal, with the median and the longest."""
    p95 = quantiles(found, n=20)[-1]
    numbers = {"p95": round(p95, 2), "goal": GOAL_SECONDS, "ratio": round(p95 / GOAL_SECONDS, 3), "saves": len(found)}
    print(json.dumps({"name": name, **numbers, "median": round(median(found), 2), "longest": round(max(found), 2)}))


def beside_full_runs(stack: Stack, screen: Screen, saves: int) -> Iterator[float]:
    """Yield the seconds of saves that are made while a full run is at work on everybody's names."""
    run = None
    for number in _in_their_own_time(saves):
        if run is None or stack.api.run_state(RECONCILIATION, run) in FINISHED:
            Database(screen.engine).run("update erp.client set name = name || ' N'")
            run = stack.api.trigger(RECONCILIATION, {}, f"bench__{time.time_ns()}")
        yield screen.save(number)


@contextmanager
def running_stack() -> Iterator[tuple[Stack, Screen]]:
    """A stack as `make run` starts it, provisioned, with the event-driven DAG at work; gone at the end."""
    airflow_port, sandbox_port = free_ports(2)
    with tempfile.TemporaryDirectory(prefix="multitv-bench-run-", ignore_cleanup_errors=True) as folder:
        config = Config(home=Path(folder), airflow_port=airflow_port, sandbox_port=sandbox_port)
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "MULTITV_"))}
        stack = Stack(config, inherited, lambda _: None)
        try:
            stack.start()
            stack.api.unpause(CATALOG)
            _wait(stack, CATALOG, stack.api.trigger(CATALOG, {}, "bench"))
            provision(stack, lambda _: None)
            follow_changes(stack, lambda _: None)
            password = environment.password(config.home)
            yield stack, Screen(stack.api.address, password, stack.sandbox, stack.isp_engine)
        finally:
            stack.stop()


def _wait(stack: Stack, dag_id: str, run: str) -> None:
    while stack.api.run_state(dag_id, run) not in FINISHED:
        stack.check()
        time.sleep(0.5)


def _in_their_own_time(saves: int) -> Iterator[int]:
    for number in range(saves):
        time.sleep(_dice.uniform(1, 12))
        yield number


def cost_of_runs(server: Server) -> None:
    """Print what a run of 1, 100 and 10,000 client plans takes from its first statement to its last."""
    with (
        tempfile.TemporaryDirectory(prefix="multitv-bench-sandbox-") as folder,
        running_sandbox(Path(folder)) as sandbox,
        own_database(server) as engine,
    ):
        # The engine of the tasks, which keeps no connection.
        house = populated(engine_for(engine.url), sandbox, max(SIZES))
        for size in SIZES:
            plans = house.served()[:size]
            house.run("update erp.client set name = name || ' N' where id in "
                      "(select client_id from erp.client_plan where id = any(:plans))", plans=plans)  # fmt: skip
            house.run("insert into reconciliation.pending_change (client_plan_id, reason) "
                      "select unnest(cast(:plans as bigint[])), 'erp'", plans=plans)  # fmt: skip
            took = seconds(lambda: _serve(house))
            print(json.dumps({"name": "event-driven run", "client_plans": len(plans), "seconds": round(took, 2)}))


def populated(engine: Engine, sandbox: Sandbox, clients: int) -> House:
    """An ISP with so many client plans with TV, all of them in step with the platform."""
    migrate(engine)
    seed(engine, 2 * clients, TODAY)
    house = House(engine, sandbox)
    house.run("update tv.package set active = false where platform_uid = 'svc-antigo'")
    house.reconcile()
    return house


def _serve(house: House) -> None:
    ChangeRun(house.engine, house.client, house.settings, lambda: TODAY).serve()
