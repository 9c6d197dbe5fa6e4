"""Programs that the tests need and no wheel brings: a Redis server, a browser with a font, and a reverse proxy.

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

REDIS = ("redis-server", "valkey-server")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

Command = Sequence[str]


class CannotInstall(Exception):
    """A program is missing and may not, or cannot, be installed from here; the message says what to run."""


@dataclass(frozen=True)
class Distribution:
    """How a Linux distribution installs packages, and those that bring the programs.

    `browser` is None where the distribution's own does not run without snapd; Playwright then brings one.
    """

    prepare: tuple[Command, ...]
    install: Command
    redis: tuple[str, ...]
    browser: tuple[str, ...] | None
    proxy: tuple[str, ...] = ("caddy",)


_APT = ("apt-get", "install", "--quiet=2", "--yes", "--no-install-recommends")
_APT_UPDATE = ("apt-get", "update", "--quiet=2")
DISTRIBUTIONS = {
    "debian": Distribution((_APT_UPDATE,), _APT, ("redis-server",), ("chromium", "fonts-dejavu-core")),
    "ubuntu": Distribution((_APT_UPDATE,), _APT, ("redis-server",), None),
    "fedora": Distribution(
        (), ("dnf", "install", "--quiet", "--assumeyes"), ("valkey",), ("chromium", "dejavu-sans-fonts")
    ),
}


def redis_server() -> str | None:
    """Return the path of a Redis server, or of Valkey's, which speaks the same protocol."""
    return _first(REDIS)


def browser() -> str | None:
    """Return the path of the system's Chromium or Chrome, or else of Playwright's own."""
    return _first(BROWSERS) or _playwrights_own()


def proxy() -> str | None:
    """Return the path of Caddy, the reverse proxy of the Docker stack."""
    return shutil.which("caddy")


def commands(
    release: Mapping[str, str], *, redis: bool, browser: bool, proxy: bool, root: bool, sudo: bool
) -> tuple[list[Command], bool]:
    """Return the commands that install a Redis server, a browser and Caddy, where missing, and whether we may run them.

    `release`: what /etc/os-release says; `root`: whether we are root; `sudo`: whether sudo asks for no password.
    Raises CannotInstall for a distribution that is not known here.
    """
    names = [release.get("ID", ""), *release.get("ID_LIKE", "").split()]
    found = next((DISTRIBUTIONS[name] for name in names if name in DISTRIBUTIONS), None)
    if found is None:
        needed = (("redis-server", redis), ("chromium", browser), ("caddy", proxy))
        programs = [name for name, missing in needed if missing]
        raise CannotInstall(f"Install {_listed(programs)} so that they are on PATH, then repeat this command.")
    packages = (
        (found.redis if redis else ()) + ((found.browser or ()) if browser else ()) + (found.proxy if proxy else ())
    )
    steps: list[Command] = [*found.prepare, (*found.install, *packages)] if packages else []
    if browser and found.browser is None:
        steps.append((sys.executable, "-m", "playwright", "install", "--with-deps", "chromium"))
    if not root:
        # Playwright calls sudo itself, and installs its browser for the user who runs it.
        steps = [step if step[0] == sys.executable else ("sudo", *step) for step in steps]
    return steps, root or sudo


def provide() -> None:
    """Install what is missing. Raises CannotInstall."""
    redis, without_browser, without_proxy = redis_server() is None, browser() is None, proxy() is None
    if not (redis or without_browser or without_proxy):
        return
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        release = {}
    root = os.geteuid() == 0
    steps, allowed = commands(
        release,
        redis=redis,
        browser=without_browser,
        proxy=without_proxy,
        root=root,
        sudo=not root and _sudo_asks_for_no_password(),
    )
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


def _first(names: Sequence[str]) -> str | None:
    return next(filter(None, map(shutil.which, names)), None)


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
