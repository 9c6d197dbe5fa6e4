"""A component that ended is started again and named, but not for ever. With real processes and a real PostgreSQL."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from include.local import processes, revival
from include.local.config import Config
from include.local.postgres import Server
from include.local.processes import MARK, Process, ProcessFailed
from include.local.revival import Revival
from include.local.stack import Stack
from tests.support.folders import quick_folder
from tests.support.ports import free_ports

SLEEP = "import time; print('up', flush=True); time.sleep(600)"
FAIL = "print('what went wrong'); raise SystemExit(3)"
# A leader whose worker holds a port, as the api-server's does.
SERVER = """
import os, socket, sys, time
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", {port}))
listener.listen()
os.fork()
print("up", os.getpid(), flush=True)
time.sleep(600)
"""


class Ours(Stack):
    """A stack of the given programs only, in a folder of its own."""

    def __init__(self, home: Path) -> None:
        self.said: list[str] = []
        # With everything given from outside, it has no server of its own.
        config = Config(
            home=home, isp_connection="theirs", platform_connection="theirs", metadata_url="postgresql://theirs"
        )
        super().__init__(config, {}, self.said.append)

    def run(self, name: str, code: str) -> Process:
        environment = os.environ | {MARK: str(self.config.home)}
        process = Process.start(name, [sys.executable, "-c", code], environment, self.home.logs)
        self._processes.append(process)
        return process

    def have(self, server: Server) -> None:
        self._postgres = server

    def end_all(self) -> None:
        processes.stop(self._processes, 0)
        processes.sweep(self.config.home, 1)


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Ours]:
    stack = Ours(tmp_path / "home")
    yield stack
    stack.end_all()


def _until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_what_ended_is_started_again_and_named_once_with_the_end_of_its_log(stack: Ours) -> None:
    other = stack.run("triggerer", SLEEP)
    first = stack.run("scheduler", SLEEP)
    _until(lambda: "up" in first.log.read_text())
    before = (first.running.pid, other.running.pid)
    first.running.kill()
    first.running.wait()
    stack.check()
    assert first.running.pid != before[0]
    _until(lambda: first.log.read_text().count("up") == 2)
    stack.check()
    assert other.running.pid == before[1]
    [told] = stack.said
    assert told.startswith("scheduler is started again. scheduler ended with exit code -9.")
    assert told.endswith("  up"), "the end of its log"


def test_what_keeps_ending_fails_with_its_log(stack: Ours) -> None:
    failing = stack.run("scheduler", FAIL)
    for _ in range(revival.MOST):
        failing.running.wait()
        stack.check()
    failing.running.wait()
    for _ in range(2):
        with pytest.raises(ProcessFailed, match=r"(?s)3 times within 5 minutes.*exit code 3.*what went wrong"):
            stack.check()
    assert len(stack.said) == revival.MOST


def test_old_ends_are_forgotten_and_each_component_has_its_own_count() -> None:
    now, said, started = [0.0], list[str](), list[str]()
    reviving = Revival(said.append, lambda: now[0])
    for at in range(10):
        now[0] = at * revival.WITHIN_SECONDS / revival.MOST
        reviving.revive("triggerer", "It ended.", lambda: started.append("triggerer"))
    reviving.revive("scheduler", "It ended.", lambda: started.append("scheduler"))
    assert started == ["triggerer"] * 10 + ["scheduler"]


def test_a_start_that_fails_counts_too() -> None:
    def refuse() -> None:
        raise ProcessFailed("no room")

    reviving = Revival(lambda _: None)
    for _ in range(revival.MOST):
        with pytest.raises(ProcessFailed, match="no room"):
            reviving.revive("PostgreSQL", "It ended.", refuse)
    with pytest.raises(ProcessFailed, match="started again 3 times"):
        reviving.revive("PostgreSQL", "It ended.", refuse)


def test_a_worker_that_holds_the_port_of_a_dead_leader_is_ended_first(stack: Ours) -> None:
    [port] = free_ports(1)
    server = stack.run("api-server", SERVER.format(port=port))
    _until(lambda: server.log.read_text().count("up") == 2)
    pids = {int(word) for word in server.log.read_text().split() if word.isdigit()}
    server.running.kill()
    server.running.wait()
    assert not processes.free(port), "the worker has it"
    stack.check()
    _until(lambda: server.log.read_text().count("up") == 4)
    assert not any(psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie" for pid in pids)
    assert len(stack.said) == 1


@pytest.mark.slow
def test_postgresql_is_started_again_with_its_data(stack: Ours) -> None:
    server = Server(Path(tempfile.mkdtemp(prefix="multitv-revival-", dir=quick_folder())) / "postgres")
    try:
        server.start()
        stack.have(server)
        os.kill(int((server.folder / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        _until(lambda: not server.running())
        stack.check()
        assert server.running()
        stack.check()
        [told] = stack.said
        assert told.startswith("PostgreSQL is started again. It ended by itself.")
    finally:
        server.stop()
