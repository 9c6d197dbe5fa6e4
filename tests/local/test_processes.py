"""Nothing is left behind, and nothing is ended that is not ours. With real processes."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from include.local import processes
from include.local.processes import MARK, Process, ProcessFailed

pytestmark = pytest.mark.slow

SLEEP = "import time; print('up', flush=True); time.sleep(600)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
)
# A child in a process group of its own, as a task of Airflow is.
PARENT = f"""
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", {SLEEP!r}], start_new_session=True)
print("up", child.pid, flush=True)
time.sleep(600)
"""

Start = Callable[[str], Process]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started = []

    def _start(code: str) -> Process:
        environment = os.environ | {MARK: str(tmp_path)}
        process = Process.start("program", [sys.executable, "-c", code], environment, tmp_path / "logs")
        started.append(process)
        deadline = time.monotonic() + 30
        while "up" not in process.log.read_text() and process.running.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        return process

    yield _start
    processes.stop(started, 0)
    processes.sweep(tmp_path, 0)


def test_a_program_that_heeds_is_asked_and_one_that_does_not_is_killed(start: Start) -> None:
    heeds, stubborn = start(SLEEP), start(STUBBORN)
    processes.stop([heeds, stubborn], 1)
    assert (heeds.running.returncode, stubborn.running.returncode) == (-15, -9)


def test_what_a_program_started_in_a_group_of_its_own_is_found_and_ended(start: Start, tmp_path: Path) -> None:
    parent = start(PARENT)
    child = psutil.Process(int(parent.log.read_text().split()[1]))
    parent.running.kill()
    parent.running.wait()
    assert child.is_running()
    assert processes.sweep(tmp_path) == 1
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
    assert processes.sweep(tmp_path) == 0


def test_a_process_of_another_home_is_left_alone(start: Start, tmp_path: Path) -> None:
    ours = start(SLEEP)
    assert processes.sweep(tmp_path / "elsewhere") == 0
    assert ours.running.poll() is None


def test_a_program_that_ended_is_reported_with_the_end_of_its_log(start: Start) -> None:
    failed = start("print('what went wrong'); raise SystemExit(3)")
    failed.running.wait()
    with pytest.raises(ProcessFailed, match=r"(?s)program ended with exit code 3.*what went wrong"):
        failed.check()
    with pytest.raises(ProcessFailed, match="exit code 3"):
        failed.finish(10)


def test_a_program_that_takes_too_long_is_reported(start: Start) -> None:
    with pytest.raises(ProcessFailed, match="did not end within"):
        start(SLEEP).finish(0.1)


def test_a_port_is_free_until_somebody_listens_on_it() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        assert not processes.free(port)
    assert processes.free(port)


def test_a_program_has_a_session_of_its_own_so_that_ctrl_c_is_ours(start: Start) -> None:
    process = start(SLEEP)
    assert os.getsid(process.running.pid) == process.running.pid
    assert subprocess.run(["/bin/kill", "-0", str(process.running.pid)], check=False).returncode == 0
