"""How much the long proofs try: a part in `make test`, and SOAK times as much in `make soak`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

SOAK = int(os.environ.get("SOAK", "1"))
Thing = TypeVar("Thing")


def part(things: Sequence[Thing], nth: int, first: int = 0) -> Sequence[Thing]:
    """Return every `nth` of the things, from number `first` on, but all of them in the long run."""
    return things[first % nth :: nth] if SOAK == 1 else things
