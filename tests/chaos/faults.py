"""What breaks on a running stack: processes that are killed, PostgreSQL that ends at once, a disk that is full."""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from include.local.processes import Process, marked
from include.local.stack import Stack

COMPONENTS = ("scheduler", "triggerer", "dag-processor", "api-server")


def component(stack: Stack, name: str) -> Process:
    [found] = [process for process in stack._processes if process.name == name]
    return found


def kill_component(stack: Stack, name: str) -> None:
    """End a component without a chance to tidy up. `Stack.check` starts it again."""
    process = component(stack, name)
    process.running.kill()
    process.running.wait()


@contextmanager
def held(stack: Stack, name: str) -> Iterator[None]:
    """Have a component do nothing, and kill it at the end, so that it never does what it was to do meanwhile."""
    process = component(stack, name)
    process.running.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.running.kill()
        process.running.wait()


def kill_tasks(home: Path) -> int:
    """End every process that runs a task, the hard way; return how many those were."""
    found = [process for process in marked(home) if _runs_a_task(process)]
    for process in found:
        with suppress(psutil.Error):
            process.kill()
    return len(found)


def _runs_a_task(process: psutil.Process) -> bool:
    # The executor's own workers have this title too, with its name in it.
    try:
        title = process.cmdline()[0]
    except (psutil.Error, IndexError):
        return False
    return title.startswith("airflow worker -- ") and "LocalExecutor" not in title


def crash_postgres(stack: Stack) -> None:
    """Stop PostgreSQL in immediate mode: every connection is cut, and nothing is flushed. `Stack.check` starts it."""
    server = stack._postgres
    postmaster = server and server._postmaster()
    if not postmaster:
        raise AssertionError("no PostgreSQL of this stack runs")
    postmaster.send_signal(signal.SIGQUIT)
    with suppress(psutil.Error):
        postmaster.wait(30)


@contextmanager
def full_log_disk(stack: Stack, megabytes: int = 8) -> Iterator[str]:
    """Have the task logs on a disk without room; yield how. Where nothing may be mounted, no file may grow instead."""
    folder = stack.home.airflow / "logs"
    if _mounted(folder, megabytes):
        try:
            _fill(folder / "ballast")
            yield f"a disk of {megabytes} MB, full"
        finally:
            # The logs of this while are kept, so that what failed can be looked into.
            (folder / "ballast").unlink(missing_ok=True)
            kept = folder.with_name("logs-of-the-full-disk")
            shutil.copytree(folder, kept, dirs_exist_ok=True)
            subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S607, our own mount
            shutil.copytree(kept, folder, dirs_exist_ok=True)
        return
    scheduler = psutil.Process(component(stack, "scheduler").running.pid)
    processes = scheduler.children(recursive=True)
    for process in processes:
        _limit_files(process, 0)
    try:
        yield "no file may grow (RLIMIT_FSIZE), because this machine lets nobody mount a disk"
    finally:
        for process in processes:
            _limit_files(process, psutil.RLIM_INFINITY)


def _mounted(folder: Path, megabytes: int) -> bool:
    folder.mkdir(parents=True, exist_ok=True)
    options = f"size={megabytes}m,mode=0700"
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "multitv-chaos", str(folder)],  # noqa: S607
        check=False,
        capture_output=True,
    )
    return done.returncode == 0


def _fill(path: Path) -> None:
    with suppress(OSError), path.open("wb", buffering=0) as ballast:
        while True:
            ballast.write(b"\0" * 4096)


def _limit_files(process: psutil.Process, most: int) -> None:
    with suppress(psutil.Error):
        _, hard = process.rlimit(psutil.RLIMIT_FSIZE)
        process.rlimit(psutil.RLIMIT_FSIZE, (most, hard))
