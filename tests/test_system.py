"""What is installed for the tests on each system, and what a person is told who may not install it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from multitv.installation import REPOSITORY
from tests.support import system
from tests.support.system import BROWSER, POOLER, PROXY, REDIS, CannotInstall, commands

FEDORA = {"ID": "fedora"}
DEBIAN = {"ID": "debian"}
MINT = {"ID": "linuxmint", "ID_LIKE": "ubuntu debian"}


ALL = (REDIS, BROWSER, PROXY, POOLER)


def lines(release: dict[str, str], missing: Sequence[str] = ALL, *, root: bool = True) -> list[str]:
    steps, allowed = commands(release, missing, root=root, sudo=False)
    assert allowed == root
    return [" ".join(step).replace(sys.executable, "python") for step in steps]


def test_debian_brings_all() -> None:
    assert lines(DEBIAN) == [
        "apt-get update --quiet=2",
        "apt-get install --quiet=2 --yes --no-install-recommends "
        "redis-server chromium fonts-dejavu-core caddy pgbouncer",
    ]


def test_fedora_brings_all() -> None:
    assert lines(FEDORA) == ["dnf install --quiet --assumeyes valkey chromium dejavu-sans-fonts caddy pgbouncer"]


def test_a_relative_of_ubuntu_gets_the_browser_of_playwright_because_its_own_needs_snapd() -> None:
    assert lines(MINT) == [
        "apt-get update --quiet=2",
        "apt-get install --quiet=2 --yes --no-install-recommends redis-server caddy pgbouncer",
        "python -m playwright install --with-deps chromium",
    ]


@pytest.mark.parametrize("program", [REDIS, PROXY, POOLER])
def test_only_what_is_missing_is_installed(program: str) -> None:
    assert lines(DEBIAN, [program])[-1] == f"apt-get install --quiet=2 --yes --no-install-recommends {program}"


def test_a_browser_alone_needs_no_package() -> None:
    assert lines(MINT, [BROWSER]) == ["python -m playwright install --with-deps chromium"]


def test_who_is_not_root_is_given_the_command_with_sudo() -> None:
    assert lines(FEDORA, [REDIS], root=False) == ["sudo dnf install --quiet --assumeyes valkey"]
    assert lines(MINT, [BROWSER], root=False) == ["python -m playwright install --with-deps chromium"]


def test_an_unknown_system_is_told_what_to_install() -> None:
    with pytest.raises(CannotInstall, match=r"^Install redis-server, chromium, caddy and pgbouncer so that they are"):
        commands({"ID": "alpine"}, ALL, root=True, sudo=False)


def test_the_command_stops_before_the_tests_with_one_line(tmp_path: Path) -> None:
    """Nobody may install anything here, and nothing is on PATH."""
    stub = tmp_path / "sitecustomize.py"
    stub.write_text("import os\nos.geteuid = lambda: 1000\n")
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.system"],
        env={
            "PATH": str(tmp_path),
            "PYTHONPATH": f"{tmp_path}{os.pathsep}{REPOSITORY}",
            "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path),
        },
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert "install" in line.lower()
    assert "redis" in line


def test_what_is_on_path_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("valkey-server", "google-chrome", "caddy", "pgbouncer"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(system, "_SERVERS", str(tmp_path))
    assert (system.redis_server(), system.browser(), system.proxy(), system.pooler()) == (
        str(tmp_path / "valkey-server"),
        str(tmp_path / "google-chrome"),
        str(tmp_path / "caddy"),
        str(tmp_path / "pgbouncer"),
    )
    system.provide()
