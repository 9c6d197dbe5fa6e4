"""What `make soak` and `make check` select is what they are for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.support.size import TURN


def collected(repository: Path, marks: str) -> str:
    """Return the last line of what pytest collects of the long proofs by these marks."""
    options = ["--collect-only", "-q", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", "-m", marks, *options, "tests/soak"]
    # Neither command takes turns, as `make test` does, which may run this.
    environment = {name: value for name, value in os.environ.items() if name != TURN}
    done = subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True, check=False)
    return done.stdout.strip().splitlines()[-1]


def test_soak_takes_every_long_proof_and_check_takes_none(repository: Path) -> None:
    assert "deselected" not in collected(repository, "long")
    assert "no tests collected" in collected(repository, "not slow")
