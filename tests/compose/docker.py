"""Docker as this machine has it: its daemon, started if none answers, and whichever Compose is installed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

START_SECONDS = 60


class DockerFailed(Exception):
    """A command of Docker failed; the message has the end of what it said."""


def docker(*arguments: str, quiet: bool = True) -> str:
    """Run a docker command and return what it printed. Raises DockerFailed."""
    return run(["docker", *arguments], quiet=quiet)


def run(command: Sequence[str], *, quiet: bool = True, environment: dict[str, str] | None = None) -> str:
    """Run a command and return what it printed, or let it print. Raises DockerFailed."""
    # The builder of old: the new one is a plugin, which Debian's package lacks.
    surroundings = os.environ | {"DOCKER_BUILDKIT": "0"} | (environment or {})
    pipe = subprocess.PIPE if quiet else None
    done = subprocess.run(
        command, stdout=pipe, stderr=subprocess.STDOUT if quiet else None, text=True, env=surroundings
    )
    if done.returncode:
        raise DockerFailed(f"{' '.join(command)} ended with {done.returncode}.\n{(done.stdout or '')[-3000:]}")
    return done.stdout or ""


def compose() -> list[str]:
    """Return the command: Compose as a plugin, or the program of its own that came before it."""
    try:
        docker("compose", "version")
    except DockerFailed:
        # Only with this word does it keep to the limits under `deploy`.
        return ["docker-compose", "--compatibility"]
    return ["docker", "compose"]


@contextmanager
def daemon(folder: Path) -> Iterator[str]:
    """Make sure that a daemon answers, and yield its version; one that was started for this ends with the block."""
    try:
        version = _version()
    except DockerFailed:
        version = ""
    if version:
        yield version
        return
    socket, log = folder / "docker.sock", (folder / "dockerd.log").open("wb")
    os.environ["DOCKER_HOST"] = f"unix://{socket}"
    options = {"data-root": "data", "exec-root": "exec", "pidfile": "docker.pid"}
    command = [
        "dockerd",
        "--host",
        f"unix://{socket}",
        *(f"--{name}={folder / value}" for name, value in options.items()),
    ]
    running = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                version = _version()
                break
            except DockerFailed as error:
                if running.poll() is not None or time.monotonic() > deadline:
                    tail = Path(log.name).read_text()[-2000:]
                    raise DockerFailed(f"No Docker daemon answers, and none can be started here:\n{tail}") from error
                time.sleep(0.5)
        yield version
    finally:
        running.terminate()
        running.wait(60)
        shutil.rmtree(folder / "exec", ignore_errors=True)


def inspect(container: str) -> Any:
    """Return what Docker knows of a container."""
    return json.loads(docker("inspect", container))[0]


def _version() -> str:
    return docker("info", "--format", "{{.ServerVersion}}, {{.Driver}}").strip()
