"""The scenes of the story: each does something to the running stack, and holds when it is over.

A scene begins and ends with every component up, the platform answering and the ERP as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.chaos.world import World


@dataclass(frozen=True)
class Scene:
    """`fault`: what is done, for people. `alerts`: the kinds that have to come and to go. `last`: not before others."""

    name: str
    fault: str
    alerts: tuple[str, ...]
    play: Callable[[World], None]
    last: bool = False


SCENES: dict[str, Scene] = {}


def scene(fault: str, *alerts: str, last: bool = False) -> Callable[[Callable[[World], None]], Callable[[World], None]]:
    """Register a function as a scene of its name."""

    def register(play: Callable[[World], None]) -> Callable[[World], None]:
        SCENES[play.__name__] = Scene(play.__name__, fault, alerts, play, last)
        return play

    return register
