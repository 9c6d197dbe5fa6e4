"""A health check that ends a hung container: `python -m include.container.check --end-after 20 --within 8 curl ...`.

Docker starts again what ends, but not what is unhealthy. So a check that fails so many times in a row asks the
container's first process to end, and kills the processes that it started if it is still there `--kill-after` failures
later, by default as many again. A check that cannot tell, because what it has to ask is away, fails uncounted: to end
the component would not bring that back. A check that takes longer than `--within` seconds fails; Docker's own time-out
would end it without being counted.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

FAILURES = Path("/tmp/failed-health-checks")  # noqa: S108, of this container only
# The exit code of a check that could not ask: EX_TEMPFAIL of sysexits.h.
CANNOT_TELL = 75


def check(
    command: Sequence[str],
    end_after: int,
    within: float,
    kill_after: int | None = None,
    main: int = 1,
    failures: Path = FAILURES,
) -> int:
    """Run the command and return 0 if it passes. After `end_after` failures in a row, end the process `main`."""
    code = _code(command, within)
    if code == 0:
        failures.unlink(missing_ok=True)
    if code in (0, CANNOT_TELL):
        return int(code != 0)
    count = _count(failures) + 1
    failures.write_text(str(count))
    if count == end_after:
        print(f"Failed {count} times in a row: asking process {main} to end", flush=True)
        os.kill(main, signal.SIGTERM)
    elif count >= end_after + (end_after if kill_after is None else kill_after):
        print(f"Failed {count} times in a row: killing what process {main} started", flush=True)
        # The next start begins to count anew.
        failures.unlink()
        for process in _descendants(main):
            _kill(process)
    return 1


def _code(command: Sequence[str], within: float) -> int:
    try:
        return subprocess.run(command, check=False, timeout=within).returncode
    except subprocess.TimeoutExpired:
        return 1


def _count(failures: Path) -> int:
    try:
        return int(failures.read_text())
    except (OSError, ValueError):
        return 0


def _descendants(main: int) -> list[int]:
    """Return the processes that `main` started, and those that they started; not what looks at them from outside."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name stands in parentheses and may hold anything; the parent is the second field after it.
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(stat.parent.name))
    found, todo = [], [main]
    while todo:
        more = children.get(todo.pop(), [])
        found += more
        todo += more
    return found


def _kill(process: int) -> None:
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return


def main(arguments: Sequence[str]) -> int:
    """Return the exit code, 0 if the check passed."""
    parser = argparse.ArgumentParser(prog="python -m include.container.check", description=__doc__)
    parser.add_argument("--end-after", type=int, required=True, metavar="FAILURES")
    parser.add_argument("--kill-after", type=int, metavar="FAILURES")
    parser.add_argument("--within", type=float, required=True, metavar="SECONDS")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    chosen = parser.parse_args(arguments)
    return check(chosen.command, chosen.end_after, chosen.within, chosen.kill_after)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
