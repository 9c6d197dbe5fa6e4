"""What the targets of the Makefile select by marks is what they are for."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.size import TURN, TURNS

pytestmark = pytest.mark.slow


def collected(repository: Path, marks: str, *paths: str, turn: str | None = None) -> int:
    """Return how many tests pytest takes by these marks."""
    options = ["--collect-only", "-q", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", "-m", marks, *options, *paths]
    # `make proofs`, which sets a turn, may run this.
    environment = {name: value for name, value in os.environ.items() if name != TURN}
    if turn is not None:
        environment[TURN] = turn
    done = subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True, check=False)
    found = re.match(r"(no|\d+)(?:/\d+)? tests collected", done.stdout.strip().splitlines()[-1])
    assert found is not None, done.stdout
    return 0 if found[1] == "no" else int(found[1])


def test_neither_check_nor_test_takes_a_long_proof(repository: Path) -> None:
    assert collected(repository, "proof and not slow", "tests/soak", "tests/e2e", "tests/billing") == 0
    assert collected(repository, "not proof", "tests/soak") == 0


@pytest.mark.parametrize("turn", [str(turn) for turn in range(TURNS)])
@pytest.mark.parametrize("part", ["tests/e2e", "tests/web"])
def test_each_day_proves_something_in_each_part(repository: Path, part: str, turn: str) -> None:
    assert collected(repository, "proof", part, turn=turn) > 0
