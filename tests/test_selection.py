"""What `make check`, `make test` and `make proofs` select by marks and by turns is what they are for."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.__main__ import MARKS, PARTS
from tests.support.size import TURN, TURNS, takes_its_turn, turn_of

EVERY_TURN = [str(turn) for turn in range(TURNS)]


def collected(repository: Path, marks: str, *arguments: str, turn: str | None = None) -> int:
    """Return how many tests pytest takes by these marks."""
    options = ["--collect-only", "-q", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", "-m", marks, *options, *arguments]
    # Whoever runs this may have a turn.
    environment = {name: value for name, value in os.environ.items() if name != TURN}
    if turn is not None:
        environment[TURN] = turn
    done = subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True, check=False)
    # No test is no error here.
    assert done.returncode in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}, done.stdout
    found = re.match(r"(no|\d+)(?:/\d+)? tests collected", done.stdout.strip().splitlines()[-1])
    assert found is not None, done.stdout
    return 0 if found[1] == "no" else int(found[1])


@pytest.mark.slow
def test_neither_check_nor_test_takes_a_long_proof(repository: Path) -> None:
    assert collected(repository, "proof and not slow", "tests/soak", "tests/e2e", "tests/billing") == 0
    assert collected(repository, MARKS["tests"], "tests/soak") == 0


@pytest.mark.slow
@pytest.mark.parametrize("turn", EVERY_TURN)
@pytest.mark.parametrize("part", PARTS)
def test_each_day_proves_something_in_each_part(repository: Path, part: str, turn: str) -> None:
    assert collected(repository, "proof", *PARTS[part], turn=turn) > 0


def test_each_test_has_one_turn_and_each_turn_its_day(monkeypatch: pytest.MonkeyPatch) -> None:
    days = [date(2026, 12, 30) + timedelta(days=day) for day in range(TURNS)]
    assert sorted(map(turn_of, days)) == EVERY_TURN
    for name in ("tests/a.py::test_one", "tests/a.py::test_one[x]", "test_celery.py"):
        taken = []
        for turn in EVERY_TURN:
            monkeypatch.setenv(TURN, turn)
            taken.append(takes_its_turn(name))
        assert taken.count(True) == 1
