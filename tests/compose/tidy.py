"""Takes down what a test of Docker leaves: processes, mounts, a folder. It reports what it cannot, and never raises.

The verdict of a run is that of its job; what is left behind is a message.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from include.local import processes
from include.local.processes import MARK, ProcessFailed

Say = Callable[[str], None]
# For which a process that was asked to end is waited for.
GRACE_SECONDS = 10.0


@contextmanager
def workspace(prefix: str, say: Say) -> Iterator[Path]:
    """Make a folder that Docker's containers may read, and take it down at the end with all that goes on in it."""
    folder = Path(tempfile.mkdtemp(prefix=prefix)).resolve()
    # They read it as other users.
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        remove(folder, say)


def marked(folder: Path) -> dict[str, str]:
    """Return the environment of a process that `remove` ends, with whatever it starts and does not rename."""
    return {**os.environ, MARK: str(folder)}


def attempt(what: str, step: Callable[[], object], say: Say) -> None:
    """Do a step of the clean-up; if it fails, say so and go on."""
    try:
        step()
    except Exception as error:  # noqa: BLE001, whatever it is, the verdict is the job's
        say(f"Clean-up: {what} failed: {error}")


def remove(folder: Path, say: Say) -> None:
    """End the processes that carry the folder's mark or live in it, unmount what is mounted in it, and delete it."""
    try:
        processes.sweep(folder, GRACE_SECONDS)
    except ProcessFailed as error:
        # Those that have ended and wait for somebody to notice have no mark any more.
        if processes.marked(folder):
            say(f"Clean-up: {error}")
    for process in living_in(folder):
        say(f"Clean-up: killing {process.pid}, which a container left")
        with suppress(psutil.Error):
            process.kill()
            process.wait(GRACE_SECONDS)
    for mount in mounts_beneath(folder):
        unmount(mount, say)
    if left := mounts_beneath(folder):
        # To delete what is mounted would delete what somebody else has there.
        say(f"Clean-up: {folder} stays, because {', '.join(map(str, left))} cannot be unmounted")
        return
    shutil.rmtree(folder, onerror=lambda _, path, error: say(f"Clean-up: {path} stays: {error[1]}"))


def living_in(folder: Path) -> list[psutil.Process]:
    """Return the processes whose whole file system lies beneath a folder, as that of a container without its daemon."""
    found = []
    for process in psutil.process_iter():
        with suppress(OSError):
            mounts = Path(f"/proc/{process.pid}/mountinfo").read_text().splitlines()
            if any(line.split(" ")[4] == "/" and f"={folder}/" in line for line in mounts):
                found.append(process)
    return found


def mounts_beneath(folder: Path, table: str | None = None) -> list[Path]:
    """Return the places beneath a folder, and itself, where something is mounted, the last mounted first."""
    if table is None:
        table = Path("/proc/self/mountinfo").read_text()
    found = [Path(_unescaped(line.split(" ")[4])) for line in table.splitlines()]
    return [place for place in reversed(found) if place.is_relative_to(folder)]


def unmount(place: Path, say: Say) -> None:
    """Unmount; what is busy goes as soon as nobody uses it any more."""
    for options in ([], ["--lazy"]):
        command = ["umount", *options, str(place)]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode == 0:
            return
    say(f"Clean-up: {done.stderr.strip()}")


def _unescaped(field: str) -> str:
    """Return a path of /proc/self/mountinfo, in which spaces and the like are octal."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), field)
