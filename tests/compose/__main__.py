"""`make compose-test`: the Docker stack, for real. Up, the main job with a container killed in the middle, down.

PROFILES=celery (or local; both if not said) chooses the executor. Needs a machine that has Docker and may pull images,
or root with Debian's docker.io, docker-compose and debootstrap.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import URL, Engine

from include.local import dotenv, job
from include.local.config import Config
from include.local.rest import Api
from multitv.database.engine import engine_for
from tests.compose import standins
from tests.compose.docker import DockerFailed, compose, daemon, docker, inspect, run
from tests.compose.tidy import attempt, workspace
from tests.support.ports import free_ports

PROJECT = "multitv-compose-test"
DEMO_CLIENTS = 1000
# Killed when so many writes reached the platform: in mid-apply.
KILL_AFTER_WRITES = 300
UP_SECONDS = 300
_began = time.monotonic()


def say(text: str) -> None:
    print(f"[{time.monotonic() - _began:6.1f} s] {text}", flush=True)


@dataclass
class Compose:
    """A stack under test, as the main job of `make run` sees one."""

    folder: Path
    profiles: list[str]
    ports: dict[str, int] = field(
        default_factory=lambda: dict(zip(("airflow", "db", "sandbox"), free_ports(3), strict=True))
    )
    dag_ids: tuple[str, ...] = job.DAGS
    config: Config = field(default_factory=lambda: Config(Path(), demo_clients=DEMO_CLIENTS))

    def __post_init__(self) -> None:
        dotenv.write(self.folder / ".env", self.profiles)
        self.environment = dotenv.variables(self.profiles) | {
            "SECRETS_FOLDER": str(self.folder / "secrets"),
            "AIRFLOW_PORT": str(self.ports["airflow"]),
            "AIRFLOW_BASE_URL": f"http://127.0.0.1:{self.ports['airflow']}",
            # Beside the network of a stack that may run here already.
            "STACK_NETWORK": "172.31.251",
            "DEMO_CLIENTS": str(DEMO_CLIENTS),
            # Nobody wants to wait for the default here.
            "AIRFLOW_HEARTBEAT_TIMEOUT": "30",
            "MULTITV_STANDARD_BILLING_POLL_SECONDS": "2",
        }
        # What only a test needs: the doors to look into it, and the machine's network for pip.
        doors = {
            "postgres": {"ports": [f"127.0.0.1:{self.ports['db']}:5432"]},
            "sandbox": {"ports": [f"127.0.0.1:{self.ports['sandbox']}:8090"]},
            "init": {"build": {"context": str(standins.REPOSITORY), "network": "host"}},
        }
        (self.folder / "doors.yml").write_text(json.dumps({"version": "3.9", "services": doors}))
        self.api = Api(self.environment["AIRFLOW_BASE_URL"], "admin", self.secret("admin_password"))

    def __call__(self, *arguments: str, quiet: bool = True) -> str:
        """Run a command of Compose. Raises DockerFailed."""
        files = [standins.REPOSITORY / "docker-compose.yml", self.folder / "doors.yml"]
        options = [part for file in files for part in ("--file", str(file))]
        command = [*compose(), "--project-name", PROJECT, *options, *arguments]
        return run(command, quiet=quiet, environment=self.environment)

    def secret(self, name: str) -> str:
        """Return what a file of secrets/ holds."""
        return (self.folder / "secrets" / name).read_text()

    @property
    def isp_engine(self) -> Engine:
        port = self.ports["db"]
        url = URL.create("postgresql+psycopg", dotenv.OWNER, self.secret("owner_password"), "127.0.0.1", port, "isp")
        return engine_for(url)

    def check(self) -> None:
        """Nothing is looked after here: what ends is to come back by itself."""

    def containers(self) -> dict[str, str]:
        """Return the container of each service."""
        ids = self("ps", "--all", "--quiet").split()
        return {inspect(id_)["Config"]["Labels"]["com.docker.compose.service"]: id_ for id_ in ids}

    def wait_until_healthy(self) -> None:
        """Return when every service is healthy, or has done its work. Raises DockerFailed."""
        deadline = time.monotonic() + UP_SECONDS
        while True:
            states = {name: inspect(id_)["State"] for name, id_ in self.containers().items()}
            waiting = [name for name, state in states.items() if not _settled(state)]
            if not waiting and self.parsed():
                return
            if time.monotonic() > deadline:
                raise DockerFailed(
                    f"Not healthy after {UP_SECONDS} s: {waiting}\n" + self("logs", "--tail=40", *waiting)
                )
            time.sleep(2)

    def parsed(self) -> bool:
        """Tell whether Airflow knows every DAG."""
        return set(job.DAGS) <= {dag["dag_id"] for dag in self.api.dags()} and not self.api.import_errors()

    def writes(self) -> list[dict[str, Any]]:
        """Return every write that the platform carried out."""
        found: list[dict[str, Any]] = []
        while True:
            after = found[-1]["id"] if found else 0
            url = f"http://127.0.0.1:{self.ports['sandbox']}/admin/operations?after={after}"
            page = requests.get(url, timeout=60).json()
            if not page:
                return [write for write in found if write["status"] < 300]
            found += page


def _settled(state: dict[str, Any]) -> bool:
    if state["Status"] == "exited":
        return bool(state["ExitCode"] == 0)
    return bool(state["Status"] == "running" and state.get("Health", {}).get("Status", "healthy") == "healthy")


def kill_in_the_middle(stack: Compose, service: str) -> None:
    """Wait until the platform is being written to, then end a container's first process as a crash would."""
    while len(stack.writes()) < KILL_AFTER_WRITES:
        time.sleep(0.2)
    container = inspect(stack.containers()[service])
    # Not `docker kill`: a container that was stopped by hand is not started again.
    os.kill(container["State"]["Pid"], signal.SIGKILL)
    say(f"KILLED {service} after {len(stack.writes())} writes")


def prove(profiles: list[str], folder: Path) -> None:
    """Bring the stack up, run the main job with a kill in it, look at what came of it, take the stack down."""
    stack = Compose(folder, profiles)
    service = "worker" if "celery" in profiles else "scheduler"
    try:
        say(f"Profiles {', '.join(profiles)}: building the image and starting")
        stack("build", "init")
        stack("up", "--detach")
        stack.wait_until_healthy()
        say(f"Healthy: {', '.join(sorted(stack.containers()))}")
        killer = threading.Thread(target=kill_in_the_middle, args=(stack, service), daemon=True)
        killer.start()
        job.run_main_job(stack, say)
        killer.join(1)
        assert not killer.is_alive(), "nothing was killed"
        restarts = inspect(stack.containers()[service])["RestartCount"]
        assert restarts >= 1, f"{service} did not come back by itself"
        _nothing_twice(stack)
        say(f"{service} came back by itself ({restarts} times); {len(stack.writes())} writes, none of them twice")
        for line in _memory(stack):
            say(line)
    except BaseException:
        attempt("to show the logs", lambda: print(stack("logs", "--tail=60")), say)
        raise
    finally:
        # Nothing is left that a task would have to finish.
        attempt("to take the stack down", lambda: stack("down", "--volumes", "--timeout", "30"), say)
        say("Down")


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
    state = requests.get(f"http://127.0.0.1:{stack.ports['sandbox']}/admin/state", timeout=60).json()
    assert created == state["subscribers"], (created, state)


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
            prove(["demo", "celery"] if name == "celery" else ["demo"], folder / name)
    say("PASSED")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["local", "celery"]))
