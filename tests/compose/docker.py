"""Docker as this machine has it: its daemon, started if none answers, and whichever Compose is installed."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.compose.tidy import Say, attempt, marked

START_SECONDS = 60
STOP_SECONDS = 60


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
def daemon(folder: Path, say: Say) -> Iterator[str]:
    """Make sure that a daemon answers, and yield its version; one that was started for this ends with the block."""
    try:
        version = _version()
    except DockerFailed:
        version = ""
    if version:
        yield version
        return
    socket = folder / "docker.sock"
    before = os.environ.get("DOCKER_HOST")
    os.environ["DOCKER_HOST"] = f"unix://{socket}"
    options = {"data-root": "data", "exec-root": "exec", "pidfile": "docker.pid"}
    command = [
        "dockerd",
        "--host",
        f"unix://{socket}",
        *(f"--{name}={folder / value}" for name, value in options.items()),
    ]
    with (folder / "dockerd.log").open("wb") as log:
        # Marked, so that what it starts is found when it is gone itself.
        running = subprocess.Popen(command, stdout=log, stderr=log, env=marked(folder))
    try:
        yield _wait_until_it_answers(running, folder / "dockerd.log")
    finally:
        attempt("to end the containers", _remove_containers, say)
        attempt("to end the daemon", lambda: _end(running), say)
        if before is None:
            del os.environ["DOCKER_HOST"]
        else:
            os.environ["DOCKER_HOST"] = before


def _wait_until_it_answers(running: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            return _version()
        except DockerFailed as error:
            if running.poll() is not None or time.monotonic() > deadline:
                tail = log.read_text()[-2000:]
                raise DockerFailed(f"No Docker daemon answers, and none can be started here:\n{tail}") from error
            time.sleep(0.5)


def _remove_containers() -> None:
    """Remove every container of the daemon that was started for this: its own mounts go with each."""
    if containers := docker("ps", "--all", "--quiet").split():
        docker("rm", "--force", *containers)


def _end(running: subprocess.Popen[bytes]) -> None:
    running.terminate()
    try:
        running.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        running.kill()
        running.wait()


def inspect(container: str) -> Any:
    """Return what Docker knows of a container."""
    return json.loads(docker("inspect", container))[0]


def _version() -> str:
    return docker("info", "--format", "{{.ServerVersion}}, {{.Driver}}").strip()
