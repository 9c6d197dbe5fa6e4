"""Containers that end or hang while the stack runs: each is to come back by itself."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress

from include.local.stack import Say
from tests.compose.confinement import pids
from tests.compose.docker import DockerFailed, docker, inspect
from tests.compose.stack import Compose
from tests.compose.visits import authority, check_tls

BACK_SECONDS = 180


def check_proxy_comes_back(stack: Compose, say: Say) -> None:
    """The proxy crashes, comes back, and is known by the same certificate."""
    before = authority(stack).read_text()
    container = stack.containers()["proxy"]
    os.kill(inspect(container)["State"]["Pid"], signal.SIGKILL)
    _wait_until_back(container, say, "proxy")
    assert authority(stack).read_text() == before, "everybody would be warned of another certificate"
    check_tls(stack)


def check_hung_api_server_comes_back(stack: Compose, say: Say) -> None:
    """The api-server stands still, its health check fails, kills it, and Docker starts it again.

    Docker does so after some minutes. Here the same check runs as often as it takes, with smaller numbers.
    """
    container = stack.containers()["api-server"]
    test = inspect(container)["Config"]["Healthcheck"]["Test"][1:]
    quick = {"--end-after": "2", "--within": "3"}
    quick_test = [quick.get(before, word) for before, word in zip(["", *test], test, strict=False)]
    assert quick_test != test
    docker("exec", container, *quick_test)
    first = inspect(container)["State"]["Pid"]
    for pid in pids(container):
        if pid != first:
            os.kill(pid, signal.SIGSTOP)
    say("STOPPED the processes of the api-server")
    restarts = inspect(container)["RestartCount"]
    failed = 0
    while inspect(container)["RestartCount"] == restarts:
        assert failed < 10, "it hangs, and nothing ends it"
        try:
            docker("exec", container, *quick_test)
        except DockerFailed:
            failed += 1
            time.sleep(0.5)
        else:
            raise AssertionError("a component that stands still passes its health check")
    assert failed > 2, "it was ended at once, without the time to end by itself"
    _wait_until_back(container, say, "api-server", restarts)
    assert not stack.api.import_errors()


def _wait_until_back(container: str, say: Say, name: str, restarts: int = 0) -> None:
    deadline = time.monotonic() + BACK_SECONDS
    while True:
        with suppress(DockerFailed):
            seen = inspect(container)
            if seen["RestartCount"] > restarts and seen["State"].get("Health", {}).get("Status") == "healthy":
                say(f"{name} came back by itself, and is healthy")
                return
        assert time.monotonic() < deadline, f"{name} did not come back: {docker('logs', '--tail=40', container)}"
        time.sleep(1)
