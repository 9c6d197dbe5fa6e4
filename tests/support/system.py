"""Programs that the tests need and no wheel brings: a Redis server, a browser with a font, a proxy, and a pooler.

`python -m tests.support.system` installs the missing ones through the system's package manager if it may, and otherwise
ends with the command that a person has to run.
"""

from __future__ import annotations

import os
import platform
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# What is needed, each with the names that it may have on PATH.
REDIS, BROWSER, PROXY, POOLER = "redis-server", "chromium", "caddy", "pgbouncer"
NAMES = {
    # Valkey speaks the same protocol.
    REDIS: ("redis-server", "valkey-server"),
    BROWSER: ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    PROXY: ("caddy",),
    POOLER: ("pgbouncer",),
}
# Where Debian puts servers, which is not on everybody's PATH.
_SERVERS = "/usr/sbin"

Command = Sequence[str]


class CannotInstall(Exception):
    """A program is missing and may not, or cannot, be installed from here; the message says what to run."""


@dataclass(frozen=True)
class Distribution:
    """How a Linux distribution installs packages, and those that bring the programs.

    It names no browser where its own does not run without snapd; Playwright then brings one.
    """

    prepare: tuple[Command, ...]
    install: Command
    packages: Mapping[str, tuple[str, ...]]


_APT = ("apt-get", "install", "--quiet=2", "--yes", "--no-install-recommends")
_APT_UPDATE = ("apt-get", "update", "--quiet=2")
_UBUNTU = {REDIS: ("redis-server",), PROXY: ("caddy",), POOLER: ("pgbouncer",)}
_FEDORA = {
    REDIS: ("valkey",),
    BROWSER: ("chromium", "dejavu-sans-fonts"),
    PROXY: ("caddy",),
    POOLER: ("pgbouncer",),
}
DISTRIBUTIONS = {
    "debian": Distribution((_APT_UPDATE,), _APT, _UBUNTU | {BROWSER: ("chromium", "fonts-dejavu-core")}),
    "ubuntu": Distribution((_APT_UPDATE,), _APT, _UBUNTU),
    "fedora": Distribution((), ("dnf", "install", "--quiet", "--assumeyes"), _FEDORA),
}


def redis_server() -> str | None:
    """Return the path of a Redis server, or of Valkey's, which speaks the same protocol."""
    return _first(REDIS)


def browser() -> str | None:
    """Return the path of the system's Chromium or Chrome, or else of Playwright's own."""
    return _first(BROWSER) or _playwrights_own()


def proxy() -> str | None:
    """Return the path of Caddy, the reverse proxy of the Docker stack."""
    return _first(PROXY)


def pooler() -> str | None:
    """Return the path of PgBouncer, which pools connections to PostgreSQL."""
    return _first(POOLER)


def commands(
    release: Mapping[str, str], missing: Sequence[str], *, root: bool, sudo: bool
) -> tuple[list[Command], bool]:
    """Return the commands that install the missing programs, and whether we may run them.

    `release`: what /etc/os-release says; `root`: whether we are root; `sudo`: whether sudo asks for no password.
    Raises CannotInstall for a distribution that is not known here.
    """
    names = [release.get("ID", ""), *release.get("ID_LIKE", "").split()]
    found = next((DISTRIBUTIONS[name] for name in names if name in DISTRIBUTIONS), None)
    if found is None:
        raise CannotInstall(f"Install {_listed(missing)} so that they are on PATH, then repeat this command.")
    packages = [package for program in missing for package in found.packages.get(program, ())]
    steps: list[Command] = [*found.prepare, (*found.install, *packages)] if packages else []
    if BROWSER in missing and BROWSER not in found.packages:
        steps.append((sys.executable, "-m", "playwright", "install", "--with-deps", "chromium"))
    if not root:
        # Playwright calls sudo itself, and installs its browser for the user who runs it.
        steps = [step if step[0] == sys.executable else ("sudo", *step) for step in steps]
    return steps, root or sudo


def provide() -> None:
    """Install what is missing. Raises CannotInstall."""
    places = {REDIS: redis_server(), BROWSER: browser(), PROXY: proxy(), POOLER: pooler()}
    missing = [program for program, place in places.items() if place is None]
    if not missing:
        return
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        release = {}
    root = os.geteuid() == 0
    steps, allowed = commands(release, missing, root=root, sudo=not root and _sudo_asks_for_no_password())
    by_hand = " && ".join(map(shlex.join, steps))
    if not allowed:
        raise CannotInstall(f"The tests need programs that only an administrator may install. Run: {by_hand}")
    for step in steps:
        print(f"Installing what the tests need: {shlex.join(step)}", flush=True)
        if subprocess.run(step, check=False, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"}).returncode:
            raise CannotInstall(f"`{shlex.join(step)}` failed. Mend that, or run by hand: {by_hand}")


def _listed(names: Sequence[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def _first(program: str) -> str | None:
    places = f"{os.environ.get('PATH', '')}{os.pathsep}{_SERVERS}"
    return next(filter(None, (shutil.which(name, path=places) for name in NAMES[program])), None)


def _playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return str(path) if path.exists() else None


def _sudo_asks_for_no_password() -> bool:
    sudo = shutil.which("sudo")
    return sudo is not None and subprocess.run([sudo, "-n", "true"], check=False, capture_output=True).returncode == 0


if __name__ == "__main__":
    try:
        provide()
    except CannotInstall as error:
        sys.exit(str(error))
