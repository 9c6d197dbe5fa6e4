"""Runs the tests, or with `proofs` the long proofs, in three parts side by side.

The long proofs are what takes long and seldom fails alone: scenarios of a contract's life, the screens in a browser,
Celery, tests/soak, and what is marked `proof`. Each day takes a third of them, as tests/support/size.py says, and all
of tests/soak that has no such mark.

The tests of the screens share one api-server of Airflow, most end-to-end tests one whole Airflow, so each of these two
parts runs in one process. The others run in two, and their progress is shown; what the first two print follows.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import IO

from tests.support.size import TURN, turn_of

END_TO_END = sorted(str(path) for path in Path("tests/e2e").glob("test_*.py"))
# They start a stack of their own, and need not wait for the tests of the shared one.
APART = {"tests/e2e/test_celery.py", "tests/e2e/test_runner.py"}
PARTS = {
    "the end-to-end tests": [path for path in END_TO_END if path not in APART],
    "the tests of the screens": ["tests/web"],
}
MARKS = {"tests": "not proof", "proofs": "proof or last"}
IGNORED = [f"--ignore={path}" for paths in PARTS.values() for path in paths]
OTHERS = (*IGNORED, "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")


def main() -> int:
    """Return 0 if every part passed."""
    parser = argparse.ArgumentParser(prog="python -m tests")
    parser.add_argument("kind", nargs="?", choices=("tests", "proofs"), default="tests")
    kind = parser.parse_args().kind
    began = time.monotonic()
    if kind == "proofs":
        os.environ[TURN] = turn_of(date.today())  # noqa: DTZ011, whichever day it is
    marks = ("-m", MARKS[kind])
    with ExitStack() as files:
        running = {
            name: _start([*marks, *paths], files.enter_context(tempfile.TemporaryFile("w+")))
            for name, paths in PARTS.items()
        }
        print(f"At the same time run {' and '.join(PARTS)}; what they say comes after these:", flush=True)
        try:
            codes = [subprocess.run(_pytest(*marks, *OTHERS), check=False).returncode]
        except KeyboardInterrupt:
            # The signal went to all of them; each stops what it has started.
            for process, _ in running.values():
                process.wait()
            raise
        for name, (process, output) in running.items():
            codes.append(process.wait())
            output.seek(0)
            print(f"\n{name[0].upper()}{name[1:]}:\n{output.read()}", flush=True)
    passed = not any(codes)
    print(f"All {kind}: {'passed' if passed else 'FAILED'} in {time.monotonic() - began:.0f} s")
    return 0 if passed else 1


def _start(arguments: list[str], output: IO[str]) -> tuple[subprocess.Popen[bytes], IO[str]]:
    return subprocess.Popen(_pytest(*arguments), stdout=output, stderr=subprocess.STDOUT), output


def _pytest(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "pytest", *arguments]


if __name__ == "__main__":
    sys.exit(main())
