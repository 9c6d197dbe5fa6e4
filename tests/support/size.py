"""How much is tried: a third of the long proofs a day by `make proofs`, all by `make soak`, `long` ones SOAK times."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from hashlib import sha1
from typing import TypeVar

SOAK = int(os.environ.get("SOAK", "1"))
# Set by `make proofs`, so that its processes agree: which third it takes. A test that is run by its name has no turn.
TURN = "TESTS_TURN"
TURNS = 3
Thing = TypeVar("Thing")


def part(things: Sequence[Thing], nth: int, first: int = 0) -> Sequence[Thing]:
    """Return every `nth` of the things, from number `first` on, but all of them in the long run."""
    return things[first % nth :: nth] if SOAK == 1 else things


def turn_of(day: date) -> str:
    """Return the third that a day takes."""
    return str(day.toordinal() % TURNS)


def takes_its_turn(name: str) -> bool:
    """Return whether something of this name is in the third that is tried, or all is."""
    turn = os.environ.get(TURN)
    # Of the usual digests this one makes the thirds take about as long.
    digest = int.from_bytes(sha1(name.encode(), usedforsecurity=False).digest())
    return turn is None or str(digest % TURNS) == turn
