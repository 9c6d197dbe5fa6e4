"""`make run` and `make up` as a person uses them: one at a time, interrupted, killed, started again."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from include.local.postgres import Server
from include.local.processes import free, marked, sweep
from tests.support.folders import quick_folder
from tests.support.ports import free_ports

# For a busy machine, on which the whole job may take several minutes.
PATIENCE = 600
Start = Callable[..., "Runner"]


class Runner:
    """`python -m include.local`, as the Makefile starts it, with its output in a file."""

    def __init__(self, home: Path, ports: list[int], command: str, settings: dict[str, str]) -> None:
        self.output = home.parent / f"{time.monotonic_ns()}.out"
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "MULTITV_"))}
        where = {"MULTITV_HOME": str(home), "AIRFLOW_PORT": str(ports[0]), "SANDBOX_PORT": str(ports[1])}
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "include.local", command],
                env=inherited | where | settings,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def said(self) -> str:
        return self.output.read_text()

    def wait_for(self, words: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while words not in self.said():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.05)

    def end(self) -> int:
        return self.process.wait(PATIENCE)


@pytest.fixture
def home() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="multitv-e2e-", dir=quick_folder())) / "home"
    yield made
    sweep(made)
    Server(made / "postgres").stop()
    shutil.rmtree(made.parent)


@pytest.fixture
def ports() -> list[int]:
    return free_ports(2)


@pytest.fixture
def start(home: Path, ports: list[int], repository: Path) -> Iterator[Start]:
    started = []
    path = {"PYTHONPATH": f"{repository / 'plugins'}{os.pathsep}{repository}"}

    def _start(command: str, **settings: str) -> Runner:
        started.append(Runner(home, ports, command, {"DEMO_CLIENTS": "200"} | path | settings))
        return started[-1]

    yield _start
    for runner in started:
        runner.process.kill()
        runner.process.wait()


def _nothing_is_left(home: Path, ports: list[int]) -> bool:
    return not marked(home) and not Server(home / "postgres").running() and all(free(port) for port in ports)


@pytest.mark.proof
def test_a_killed_runner_is_cleaned_up_by_the_next_and_ctrl_c_in_mid_start_leaves_nothing(
    start: Start, home: Path, ports: list[int]
) -> None:
    killed = start("up")
    killed.wait_for("The Beenius sandbox is up")
    refused = start("up")
    assert refused.end() == 1
    assert "is up in" in refused.said()
    killed.process.kill()
    killed.end()
    assert marked(home), "the components outlive a runner that was killed"

    interrupted = start("up")
    interrupted.wait_for("that an earlier start had left behind")
    interrupted.wait_for("PostgreSQL is up")
    interrupted.process.send_signal(signal.SIGINT)
    assert interrupted.end() == 130
    assert _nothing_is_left(home, ports)
    assert not (home / "run.env").exists()


def test_a_taken_port_is_named_before_anything_is_started(start: Start, home: Path, ports: list[int]) -> None:
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", ports[1]))
        somebody.listen()
        refused = start("run")
        assert refused.end() == 1
    assert f"Port {ports[1]} of 127.0.0.1 is taken" in refused.said()
    assert "SANDBOX_PORT=" in refused.said()
    assert not (home / "postgres").exists()


@pytest.mark.proof
def test_one_run_bills_the_next_due_date_and_stops_everything(start: Start, home: Path, ports: list[int]) -> None:
    run = start("run", ONCE="1")
    assert run.end() == 0, run.said()
    assert "expected = events = postings, plan by plan" in run.said()
    for dag_id in ("tv_catalog_sync", "tv_plan_reconciliation", "tv_billing", "standard_billing"):
        assert f"{dag_id}: success" in run.said()
    assert "Catalogue: 102 channels" in run.said()
    # The first change set provisions everybody; a later one, which may be that of a scheduled run that was due in the
    # meantime, carries out the changes that were made for show.
    found = re.findall(r"^  \d+ +verified +\d+ +0 +(\d+) +(\d+) +\d+ +0$", run.said(), re.MULTILINE)
    first, *later = [int(operations) for operations, _ in found]
    assert first > sum(later) > 5
    assert all(operations == applied for operations, applied in found)
    assert "Contracts: client plan" in run.said()
    assert _nothing_is_left(home, ports)
