"""A stack whose tasks run on Celery workers: a real Redis, and workers as processes of their own."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

import psutil
from sqlalchemy import URL

from include.local import airflow
from include.local.config import Config
from include.local.processes import Process, tail
from include.local.stack import Say, Stack
from tests.support.system import redis_server

# A worker has one task at a time, so that two tasks at once are on two workers.
WORKER = ("celery", "worker", "--concurrency", "1", "--skip-serve-logs", "--celery-hostname")
# How soon a task whose worker is gone is given to another one, in seconds.
HEARTBEAT_SECONDS = "15"


class CeleryStack(Stack):
    """What `make run` starts, with another executor."""

    def __init__(self, config: Config, inherited: Mapping[str, str], say: Say, redis_port: int) -> None:
        super().__init__(config, inherited, say)
        self._redis_port = redis_port
        self.workers: dict[str, Process] = {}

    def start_worker(self, name: str) -> None:
        """Start a worker, which may take some seconds until it takes tasks."""
        command = airflow.command(*WORKER, name, "--pid", str(self.home.logs / f"{name}.pid"))
        worker = Process.start(name, command, self.environment, self.home.logs)
        self.workers[name] = worker
        self._processes.append(worker)

    def received(self, name: str) -> str:
        """Return what a worker logged."""
        return (self.home.logs / f"{name}.log").read_text()

    def kill_worker(self, name: str) -> None:
        """End a worker and the tasks in it as if its machine were gone."""
        worker = self.workers.pop(name)
        self._processes.remove(worker)
        leader = psutil.Process(worker.running.pid)
        # The leader first, or it would start the others anew.
        for process in [leader, *leader.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        worker.running.wait()

    def _prepare(self, metadata: URL) -> None:
        super()._prepare(metadata)
        database = self.environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]
        self.environment |= {
            "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
            "AIRFLOW__CELERY__BROKER_URL": f"redis://127.0.0.1:{self._redis_port}/0",
            "AIRFLOW__CELERY__RESULT_BACKEND": f"db+{database}",
            "AIRFLOW__CELERY__WORKER_PREFETCH_MULTIPLIER": "1",
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": HEARTBEAT_SECONDS,
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "3",
        }
        server = redis_server()
        assert server, "a Redis server is missing: python -m tests.support.system installs it"
        options = ["--port", str(self._redis_port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.home.logs)]
        self._processes.append(Process.start("redis", [server, *options], self.environment, self.home.logs))


def evidence(stack: CeleryStack) -> str:
    """Return the ends of the workers' logs."""
    return "".join(tail(path, 25) for path in sorted(stack.home.logs.glob("worker*.log")))
