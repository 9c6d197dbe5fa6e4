"""The reconciliation spread over two Celery workers, one of which dies in the middle."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping

import pytest

from include.local.config import Config
from include.local.stack import Say
from tests.e2e.celery_stack import CeleryStack, evidence
from tests.e2e.conftest import PATIENCE, RunningStack, running_stack
from tests.e2e.reconciled import DAG, last_change_set, served, writes

WORKERS = ("worker-1", "worker-2")
# Enough for several batches, and so for both workers.
CLIENTS = 1500


@pytest.fixture(scope="module")
def cluster(request: pytest.FixtureRequest) -> Iterator[RunningStack]:
    def make(config: Config, inherited: Mapping[str, str], say: Say, ports: list[int]) -> CeleryStack:
        return CeleryStack(config, inherited, say, ports[0])

    with running_stack(request, 1, make, CLIENTS) as stack:
        yield stack


def applies(cluster: CeleryStack, worker: str) -> int:
    """How many tasks of the apply a worker was given."""
    return len(re.findall(r"Executing workload.*task_id='apply'", cluster.received(worker)))


def test_one_worker_dies_in_the_middle_and_the_other_does_the_rest_once(cluster: RunningStack) -> None:
    stack = cluster.stack
    assert isinstance(stack, CeleryStack)
    for name in WORKERS:
        stack.start_worker(name)
    run = cluster.trigger("tv_catalog_sync")
    assert cluster.wait_for_run("tv_catalog_sync", run) == "success", evidence(stack)

    cluster.sandbox.admin("POST", "/admin/faults", {"kind": "latency", "seconds": 0.1})
    run = cluster.trigger_or_join(DAG)
    deadline = time.monotonic() + PATIENCE
    while len(writes(cluster)) < 100 or not all(applies(stack, name) for name in WORKERS):
        assert time.monotonic() < deadline, (cluster.task_states(DAG, run), evidence(stack))
        time.sleep(0.2)
    stack.kill_worker("worker-1")
    cluster.sandbox.admin("DELETE", "/admin/faults")

    assert cluster.wait_for_run(DAG, run) == "success", evidence(stack)
    tries = {task.map_index: task.try_number for task in cluster.api.tasks(DAG, run) if task.task_id == "apply"}
    assert sorted(tries.values())[-1] == 2, tries
    done = writes(cluster)
    # Subscribers are created under one address; every other write of the first plan has an address of its own.
    places = Counter((write["method"], write["path"]) for write in done if write["method"] != "POST")
    assert max(places.values()) == 1, places.most_common(3)
    created = [write for write in done if write["path"].endswith("/subscribers")]
    assert len(created) == cluster.sandbox.admin("GET", "/admin/state")["subscribers"] == len(served(cluster))
    assert last_change_set(cluster).status == "verified"
