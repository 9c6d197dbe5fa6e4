"""Runs all tests in parts side by side, because each of them waits a good part of its time.

The tests of the pages share one api-server of Airflow, and those of the DAGs one whole Airflow. Those of the screens in
a browser share another, after tests that start an Airflow of their own. The rest runs in two processes and shows its
progress; what the other parts print follows.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO

_WHOLE_AIRFLOW = sorted(map(str, Path("tests/e2e").glob("test_*.py")))
_SCREENS = [
    name for name in _WHOLE_AIRFLOW if Path(name).stem.startswith(("test_celery", "test_runner", "test_screens"))
]
PARTS = {
    "the tests of the DAGs in a whole Airflow": [name for name in _WHOLE_AIRFLOW if name not in _SCREENS],
    "the tests of the screens in a browser": _SCREENS,
    "the tests of the pages": ["tests/web"],
}
OTHERS = ["--ignore", "tests/e2e", "--ignore", "tests/web", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]


def main() -> int:
    """Return 0 if every part passed."""
    began = time.monotonic()
    with ExitStack() as files:
        running = {
            name: _start(arguments, files.enter_context(tempfile.TemporaryFile("w+")))
            for name, arguments in PARTS.items()
        }
        print(f"At the same time run {', '.join(PARTS)}; what they print follows.", flush=True)
        try:
            codes = [subprocess.run(_pytest(OTHERS), check=False).returncode]
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
    print(f"All tests: {'passed' if passed else 'FAILED'} in {time.monotonic() - began:.0f} s")
    return 0 if passed else 1


def _start(arguments: Sequence[str], output: IO[str]) -> tuple[subprocess.Popen[bytes], IO[str]]:
    return subprocess.Popen(_pytest(arguments), stdout=output, stderr=subprocess.STDOUT), output


def _pytest(arguments: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "pytest", *arguments]


if __name__ == "__main__":
    sys.exit(main())
