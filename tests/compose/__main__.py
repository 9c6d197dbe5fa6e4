"""`make compose-test`: the Docker stack, for real, with TLS in front.

Up, a login by the proxy, the main job with a container killed in the middle, alerts, a backup that is restored, what
each container is and may, a component that hangs, down. PROFILES=celery (or local; both if not said) chooses the
executor. Needs a machine that has Docker and may pull images, or root with Debian's docker.io, docker-compose and
debootstrap.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections import Counter
from pathlib import Path

from include.local import job
from tests.compose import alarms, confinement, hangs, nights, standins, visits
from tests.compose.docker import compose, daemon, docker, inspect
from tests.compose.stack import Compose
from tests.compose.tidy import attempt, workspace

# Killed when the platform has so many of a thousand: in mid-apply.
KILL_AFTER_SUBSCRIBERS = 100
_began = time.monotonic()


def say(text: str) -> None:
    print(f"[{time.monotonic() - _began:6.1f} s] {text}", flush=True)


def kill_in_the_middle(stack: Compose, service: str) -> None:
    """Wait until subscribers are being made, then end a container's first process as a crash would."""
    # All of them are made within seconds, so nothing slow stands between the look and the kill.
    first = inspect(stack.containers()[service])["State"]["Pid"]
    while (made := stack.subscribers()) < KILL_AFTER_SUBSCRIBERS:
        time.sleep(0.05)
    # Not `docker kill`: a container that was stopped by hand is not started again.
    os.kill(first, signal.SIGKILL)
    say(f"KILLED {service} after {made} subscribers")


def prove(profiles: list[str], folder: Path) -> None:
    """Bring the stack up, run the main job with a kill in it, look at what came of it, take the stack down."""
    stack = Compose(folder, profiles)
    service = "worker" if "celery" in profiles else "scheduler"
    try:
        say(f"Profiles {', '.join(profiles)}: building the images and starting")
        stack("build", "init", "proxy")
        stack("up", "--detach")
        stack.wait_until_healthy()
        say(f"Healthy: {', '.join(sorted(stack.containers()))}")
        _visit(stack)
        killer = threading.Thread(target=kill_in_the_middle, args=(stack, service), daemon=True)
        killer.start()
        job.run_main_job(stack, say)
        killer.join(1)
        assert not killer.is_alive(), "nothing was killed"
        restarts = inspect(stack.containers()[service])["RestartCount"]
        assert restarts >= 1, f"{service} did not come back by itself"
        _cut_off(stack)
        _nothing_twice(stack)
        say(f"{service} came back by itself ({restarts} times); {len(stack.writes())} writes, none of them twice")
        for line in _memory(stack):
            say(line)
        alarms.check_alerts(stack, say)
        nights.check_backup(stack, say)
        say(f"Nobody has more than is due: {confinement.check_confinement(stack)}")
        hangs.check_proxy_comes_back(stack, say)
        hangs.check_hung_api_server_comes_back(stack, say)
    except BaseException:
        attempt("to show the logs", lambda: print(stack("logs", "--tail=60")), say)
        raise
    finally:
        # Nothing is left that a task would have to finish.
        attempt("to take the stack down", lambda: stack("down", "--volumes", "--timeout", "30"), say)
        say("Down")


def _visit(stack: Compose) -> None:
    visits.check_tls(stack)
    visits.check_login(stack)
    visits.check_metrics(stack)
    say(f"Visited {stack.public}: certificate, login, cookies and metrics are right")


def _cut_off(stack: Compose) -> None:
    """The kill came while the platform was written to, so that a task had to go on where another had stopped."""
    first = stack.api.runs(job.RECONCILIATION)[0]
    tries = [task.try_number for task in stack.api.tasks(job.RECONCILIATION, first) if task.task_id == "apply"]
    assert max(tries) > 1, f"the kill came too early or too late: {tries}"


def _nothing_twice(stack: Compose) -> None:
    """Every write was carried out once: under its key, and for what its plan meant to do."""
    writes = stack.writes()
    keys = Counter(write["idempotency_key"] for write in writes)
    assert max(keys.values()) == 1, keys.most_common(3)
    with stack.isp_engine.connect() as connection:
        rows = connection.exec_driver_sql("select idempotency_key, change_set_id from reconciliation.operation").all()
    plan_of = {str(key): plan for key, plan in rows}
    # Subscribers are created under one address, so those are told apart by their number only.
    meant = Counter(
        (plan_of.get(write["idempotency_key"]), write["method"], write["path"])
        for write in writes
        if write["method"] != "POST"
    )
    assert max(meant.values()) == 1, meant.most_common(3)
    created = sum(write["path"].endswith("/subscribers") for write in writes)
    assert created == stack.subscribers(), (created, stack.subscribers())


def _memory(stack: Compose) -> list[str]:
    shown = docker("stats", "--no-stream", "--format", "{{.Name}} {{.MemUsage}}", *stack.containers().values())
    return sorted(shown.splitlines())


def main(chosen: list[str]) -> int:
    """Return the exit code."""
    with workspace("multitv-compose-", say) as folder, daemon(folder, say) as version:
        say(f"Docker {version}; {' '.join(compose())}")
        for image, what in standins.provide(folder / "context").items():
            say(f"{image}: {what}")
        for name in chosen:
            # With secrets of its own.
            (folder / name).mkdir(mode=0o755)
            prove(["demo", "tls=localhost", *(["celery"] if name == "celery" else [])], folder / name)
    say("PASSED")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["local", "celery"]))
