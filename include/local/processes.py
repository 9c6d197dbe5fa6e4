"""Starts and stops the processes of a local stack: leaves none behind, and kills none that belongs to anything else."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from multitv.errors import MultiTVError

# Every process of a stack inherits this variable, which holds the stack's home. It proves that a process is ours, even
# after its parent was killed, and whatever process group it has moved to.
MARK = "MULTITV_STACK"
GRACE_SECONDS = 20.0


class ProcessFailed(MultiTVError):
    """A process of the stack ended by itself, a port is taken, or a leftover process could not be ended."""


@dataclass
class Process:
    """A running program whose output goes to `log`."""

    name: str
    log: Path
    running: subprocess.Popen[bytes]
    command: Sequence[str]
    environment: Mapping[str, str] = field(repr=False)

    @classmethod
    def start(cls, name: str, command: Sequence[str], environment: Mapping[str, str], logs: Path) -> Process:
        """Start `command`, writing its output to <logs>/<name>.log from the beginning."""
        logs.mkdir(parents=True, exist_ok=True)
        log = logs / f"{name}.log"
        log.unlink(missing_ok=True)
        return cls(name, log, _run(command, environment, log), command, environment)

    def end(self) -> str | None:
        """Return how the program has ended, with the end of its log; None while it runs."""
        code = self.running.poll()
        return None if code is None else f"{self.name} ended with exit code {code}.{tail(self.log)}"

    def check(self) -> None:
        """Raise ProcessFailed, with the end of the log, if the program has ended."""
        if (ended := self.end()) is not None:
            raise ProcessFailed(ended)

    def start_again(self) -> None:
        """Start a program that has ended once more, after what it left running; its log goes on."""
        end_session(self.running.pid, self.environment.get(MARK))
        self.running = _run(self.command, self.environment, self.log)

    def finish(self, seconds: float) -> None:
        """Wait until the program has ended with success. Raises ProcessFailed."""
        try:
            code = self.running.wait(seconds)
        except subprocess.TimeoutExpired as error:
            raise ProcessFailed(f"{self.name} did not end within {seconds:.0f} s.{tail(self.log)}") from error
        if code != 0:
            raise ProcessFailed(f"{self.name} failed with exit code {code}.{tail(self.log)}")

    def signal(self, number: signal.Signals) -> None:
        # Once the leader of a group has been waited for, its number may belong to another: `sweep` ends what is left.
        if self.running.poll() is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.running.pid, number)


def _run(command: Sequence[str], environment: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            cwd=log.parent.parent,
            start_new_session=True,
        )


def end_session(leader: int, mark: str | None, seconds: float = 5.0) -> None:
    """Kill what the ended leader of a session has left in it, such as workers that hold its port."""
    left = [process for process in marked(Path(mark)) if _session_of(process) == leader] if mark else []
    for process in left:
        with suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(left, timeout=seconds)


def _session_of(process: psutil.Process) -> int | None:
    try:
        return os.getsid(process.pid)
    except OSError:
        return None


def stop(processes: Iterable[Process], seconds: float = GRACE_SECONDS) -> None:
    """End all processes at once: SIGTERM, wait, then SIGKILL."""
    asked = list(processes)
    for process in asked:
        process.signal(signal.SIGTERM)
    deadline = time.monotonic() + seconds
    for process in asked:
        with suppress(subprocess.TimeoutExpired):
            process.running.wait(max(0.0, deadline - time.monotonic()))
    for process in asked:
        process.signal(signal.SIGKILL)
        process.running.wait()


def sweep(home: Path, seconds: float = 5.0) -> int:
    """End every process marked with this home, and return how many there were. Raises ProcessFailed."""
    found = marked(home)
    for process in found:
        with suppress(psutil.Error):
            process.terminate()
    _, stubborn = psutil.wait_procs(found, timeout=seconds)
    # Looked for again, because processes that are ending may have started others.
    left = {*stubborn, *marked(home)}
    for process in left:
        with suppress(psutil.Error):
            process.kill()
    _, immortal = psutil.wait_procs(left, timeout=seconds)
    if immortal:
        raise ProcessFailed(f"These processes of {home} cannot be ended: {sorted(p.pid for p in immortal)}.")
    return len(found)


def marked(home: Path) -> list[psutil.Process]:
    """Return the processes marked with this home."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and process.environ().get(MARK) == str(home):
                found.append(process)
    return found


def free(port: int) -> bool:
    """Return whether a server could listen on this port of the loopback address."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def tail(log: Path, lines: int = 30) -> str:
    """Return the end of a log file for an error message, with its path; nothing if it is empty."""
    try:
        last = log.read_text(errors="replace").splitlines()[-lines:]
    except OSError:
        return ""
    return f"\nThe end of {log}:\n  " + "\n  ".join(last) if last else ""
