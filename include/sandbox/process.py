"""Runs the sandbox as a process of its own, for tests and for the local runner."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parents[2]
ANNOUNCEMENT = "Beenius sandbox on "
START_SECONDS = 60.0
STOP_SECONDS = 15.0


class SandboxFailed(Exception):
    """The sandbox did not start, or refused an admin call."""


@dataclass
class Sandbox:
    """A sandbox process with its folder of state. It can be stopped or killed, and started again on the same port."""

    state: Path
    port: int = 0
    client_id: str = "sandbox"
    client_secret: str = field(default="sandbox", repr=False)
    operator_uid: str = "op-demo"
    token_seconds: int = 3600
    variant: str = "contract"
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """The file with the output of the processes on this folder."""
        return self.state / "sandbox.log"

    def start(self) -> None:
        """Start the sandbox and wait until it answers. Raises SandboxFailed with the end of its log."""
        self.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        before = self.log.stat().st_size if self.log.exists() else 0
        command = [sys.executable, "-m", "include.sandbox", "--port", str(self.port), "--state", str(self.state)]
        command += ["--client-id", self.client_id, "--operator-uid", self.operator_uid]
        command += ["--token-seconds", str(self.token_seconds), "--variant", self.variant]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own module
                command,
                cwd=ROOT,
                env=os.environ | {"SANDBOX_CLIENT_SECRET": self.client_secret},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            self._wait(before)
        except BaseException:
            self.kill()
            raise

    def stop(self) -> int:
        """Stop the sandbox as an operator would (SIGTERM), and return its exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Kill the sandbox without a chance to tidy up (SIGKILL)."""
        self._end(signal.SIGKILL)

    def admin(self, method: str, path: str, json: Any = None) -> Any:
        """Make an admin call (`/admin/...`) and return its decoded answer. Raises SandboxFailed if it is refused."""
        answer = requests.request(method, self.url + path, json=json, timeout=120)
        if answer.status_code >= 400:
            raise SandboxFailed(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else None

    def _wait(self, offset: int) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            printed = self.log.read_bytes()[offset:].decode(errors="replace")
            if self.process is None or self.process.poll() is not None:
                raise SandboxFailed(f"the sandbox ended at its start: {printed[-2000:]}")
            announced = [line for line in printed.splitlines() if line.startswith(ANNOUNCEMENT)]
            if announced:
                self.port = int(announced[0].rpartition(":")[2])
                if self._healthy():
                    return
            time.sleep(0.05)
        raise SandboxFailed(f"the sandbox did not answer within {START_SECONDS:.0f} s; see {self.log}")

    def _healthy(self) -> bool:
        try:
            return requests.get(f"{self.url}/healthz", timeout=2).ok
        except requests.RequestException:
            return False

    def _end(self, number: signal.Signals) -> int:
        if self.process is None:
            return 0
        self.process.send_signal(number)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
        finally:
            self.process = None


@contextmanager
def sandbox(state: Path, port: int = 0, **settings: Any) -> Iterator[Sandbox]:
    """Run a sandbox with the folder `state`, by default on a free loopback port, and stop it at the end."""
    running = Sandbox(state, port, **settings)
    running.start()
    try:
        yield running
    finally:
        running.stop()
