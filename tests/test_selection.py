"""What `make soak` and `make check` select is what they are for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def collected(repository: Path, marks: str) -> str:
    """Return the last line of what pytest collects of the long proofs by these marks."""
    options = ["--collect-only", "-q", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", "-m", marks, *options, "tests/soak"]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)
    return done.stdout.strip().splitlines()[-1]


def test_soak_takes_every_long_proof_and_check_takes_none(repository: Path) -> None:
    assert "deselected" not in collected(repository, "long")
    assert "no tests collected" in collected(repository, "not slow")
