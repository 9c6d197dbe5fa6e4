"""A worker that is killed in the middle, again and again, and a PostgreSQL that is restarted under it."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from include.local import postgres
from include.local.postgres import Server
from include.sandbox.process import Sandbox
from multitv.database.engine import DatabaseUnavailable, engine_for
from multitv.database.migrate import migrate
from multitv.reconciliation.changes import ChangeRun
from multitv.reconciliation.verify import verify_change_set
from tests.support.databases import as_pipeline, own_server
from tests.support.house import House, furnish
from tests.support.settings import TODAY
from tests.support.size import SOAK

pytestmark = pytest.mark.proof

SEEDS = range(20261123, 20261123 + SOAK)
KILLS = 5 if SOAK == 1 else 8
# Of two workers at once, each of which makes a change set of its own.
KILLS_OF_BOTH = 3 if SOAK == 1 else 4


def start(house: House, change_set: int | None = None, *, serves: bool = False) -> subprocess.Popen[bytes]:
    sandbox, keys = house.sandbox, house.settings.pin_keys
    assert keys is not None
    given = {
        "database": house.engine.url.render_as_string(hide_password=False),
        "pin_keys": keys.get_secret_value(),
        "host": sandbox.url,
        "operator": sandbox.operator_uid,
        "id": sandbox.client_id,
        "secret": sandbox.client_secret,
    }
    if change_set is not None:
        given["change_set"] = str(change_set)
    if serves:
        given["serves"] = "everything that waits"
    return subprocess.Popen(
        [sys.executable, "-m", "tests.reconciliation.worker", json.dumps(given)],
        env=os.environ | {"PYTHONPATH": f"{Path.cwd() / 'plugins'}{os.pathsep}{Path.cwd()}"},
    )


def left(house: House, change_set: int) -> int:
    rows = house.run("select count(*) from reconciliation.operation where change_set_id = :p and status = 'planned'",
                     p=change_set)  # fmt: skip
    return int(rows[0][0])


def assert_in_step(house: House) -> None:
    """Each subscriber has the PIN that is recorded, and nothing is left to be done."""
    for client_plan in house.pins():
        assert house.has_pin_of_platform(client_plan), client_plan
    assert set(house.pins()) == set(house.served())
    assert house.operations(house.make_change_set()) == []


def assert_done_once(house: House, change_set: int) -> None:
    """Everything is there, each write was carried out once; only a PIN that nobody heard may be rotated."""
    verify_change_set(house.engine, house.client(), change_set)
    counted = Counter(house.writes())
    creations = counted.pop(("POST", ""))
    rotations = sum(count for (_, path), count in counted.items() if path.endswith("/auth-pin"))
    assert creations == len(house.served())
    assert rotations <= creations
    assert {write: n for write, n in counted.items() if n > 1 and not write[1].endswith("/auth-pin")} == {}
    assert_in_step(house)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_worker_killed_at_any_moment_goes_on_where_it_stopped(house: House, seed: int) -> None:
    rng = random.Random(seed)
    change_set = house.make_change_set()
    house.approve(change_set)
    total = left(house, change_set)
    kills = 0
    house.fault("latency", seconds=0.1)
    while kills < KILLS:
        worker = start(house, change_set)
        # Killed at a random moment after it has begun to send; not before, or nothing would ever be done.
        written = len(house.executed())
        while worker.poll() is None and len(house.executed()) == written:
            time.sleep(0.005)
        time.sleep(rng.random())
        if worker.poll() is not None:
            break
        kills += 1
        worker.kill()
        worker.wait()
    house.no_faults()
    assert kills >= 3
    assert left(house, change_set) < total
    house.apply(change_set)
    assert_done_once(house, change_set)


def test_an_event_driven_run_killed_at_any_moment_is_made_up_for_by_the_next(house: House) -> None:
    """Beside a full run that applies what it read before, and is killed as well."""
    rng = random.Random(SEEDS[0])
    full = house.make_change_set()
    house.approve(full)
    house.run("insert into reconciliation.pending_change (client_plan_id, reason) "
              "select unnest(cast(:plans as bigint[])), 'contract'", plans=house.served())  # fmt: skip
    house.fault("latency", seconds=0.1)
    for _ in range(KILLS_OF_BOTH):
        workers = [start(house, serves=True), start(house, full)]
        written = len(house.executed())
        while any(worker.poll() is None for worker in workers) and len(house.executed()) == written:
            time.sleep(0.005)
        time.sleep(rng.random())
        for worker in workers:
            worker.kill()
            worker.wait()
    house.no_faults()
    ChangeRun(house.engine, house.client, house.settings, lambda: TODAY).serve()
    house.apply(full)
    verify_change_set(house.engine, house.client(), full)
    assert house.run("select from reconciliation.waiting_change()") == []
    assert house.sandbox.admin("GET", "/admin/state")["subscribers"] == len(house.served())
    assert_in_step(house)


def test_a_rotation_that_a_killed_worker_left_under_way_does_not_replace_the_next_pin(provisioned: House) -> None:
    house = provisioned
    lost, *_ = house.served()
    house.forget_pin(lost)
    change_set = house.make_change_set()
    house.approve(change_set)
    house.fault("latency", path="/auth-pin$", seconds=10)
    worker = start(house, change_set)
    while not house.rotations():
        assert worker.poll() is None
        time.sleep(0.02)
    worker.kill()
    worker.wait()
    house.no_faults()
    house.reconcile()
    assert house.rotations()[0]["outcome"] == "not reached"
    while house.rotations()[0]["status"] is None:
        time.sleep(0.05)
    assert [rotation["outcome"] for rotation in house.rotations()] == ["replayed", "executed"]
    assert_in_step(house)


def test_a_snapshot_killed_in_the_middle_leaves_the_one_before(provisioned: House) -> None:
    change_set = provisioned.make_change_set()
    staged = provisioned.run("select * from staging.subscriber order by uid")
    provisioned.sandbox.admin("DELETE", "/admin/requests")
    provisioned.fault("latency", method="GET", path="/subscribers$", seconds=30)
    worker = start(provisioned)
    holds_staging = (
        "select 1 from pg_locks join pg_class on pg_class.oid = relation "
        "where relname = 'subscriber' and mode = 'AccessExclusiveLock' and granted"
    )
    while not provisioned.run(holds_staging):
        assert worker.poll() is None
        time.sleep(0.02)
    worker.kill()
    worker.wait()
    provisioned.no_faults()
    assert provisioned.run("select * from staging.subscriber order by uid") == staged
    assert provisioned.operations(change_set) == provisioned.operations(provisioned.make_change_set()) == []


@pytest.fixture
def restarted() -> Iterator[Server]:
    """A PostgreSQL that may be restarted."""
    with own_server() as server:
        yield server


def test_a_postgresql_restarted_in_mid_apply_is_resumed(restarted: Server, sandbox: Sandbox) -> None:
    engine = engine_for(postgres.database(restarted, "isp"))
    migrate(engine)
    furnish(engine)
    house = House(as_pipeline(engine), sandbox)
    change_set = house.make_change_set()
    house.approve(change_set)
    # Much is left to do when the server is down, however long a busy machine takes to end it.
    house.fault("latency", seconds=0.3)
    worker = start(house, change_set)
    while len(house.executed()) < 20:
        assert worker.poll() is None
        time.sleep(0.01)
    restarted.stop()
    restarted.start()
    assert worker.wait(60) != 0
    house.no_faults()
    assert left(house, change_set) > 0
    house.apply(change_set)
    assert_done_once(house, change_set)


def test_a_database_that_is_away_is_named(house: House) -> None:
    change_set = house.make_change_set()
    house.approve(change_set)
    house.engine = engine_for("postgresql+psycopg://isp@127.0.0.1:9/isp")
    with pytest.raises(DatabaseUnavailable):
        house.apply(change_set)
