"""`python -m tests.chaos [SCENE...]`: everything breaks in an order of chance on one running stack, and heals.

SEED chooses the order and the moments; the same seed chooses the same. Ends with 1 if anything does not hold.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from random import Random

from multitv.alerts.kinds import KINDS
from tests.chaos import scenes_billing, scenes_erp, scenes_people, scenes_platform  # noqa: F401, register theirs
from tests.chaos.invariants import check_all
from tests.chaos.scenes import SCENES, Scene
from tests.chaos.world import World, world

_began = time.monotonic()


def say(text: str) -> None:
    print(f"[{time.monotonic() - _began:6.1f} s] {text}", flush=True)


def play(found: World, scenes: list[Scene], seed: int) -> dict[str, str]:
    """Play the scenes, and return what came of each; one that does not hold does not keep the others back.

    Each has dice of its own, so that it does the same alone.
    """
    results = {}
    for scene in scenes:
        say(f"{scene.name}: {scene.fault}")
        began = time.monotonic()
        found.dice = Random(f"{seed} {scene.name}")
        try:
            scene.play(found)
            missing = [kind for kind in scene.alerts if not found.told.is_over(kind)]
            assert not missing, f"not told, or not of the end: {missing}"
        except Exception as error:  # noqa: BLE001, the other scenes are worth trying
            results[scene.name] = f"FAILED: {type(error).__name__}: {error}"
            found.no_faults()
        else:
            results[scene.name] = f"held, {time.monotonic() - began:.0f} s"
        say(f"{scene.name}: {results[scene.name]}")
    return results


def show(found: World, results: dict[str, str], broken: list[str]) -> None:
    """Print the tables of the scenes and of the alerts, and what is broken."""
    print(f"\n{'scene':26} result")
    for name, result in results.items():
        print(f"{name:26} {result.splitlines()[0][:140]}")
    print(f"\n{'alert':28} told by e-mail, webhook; its end")
    for kind in KINDS:
        (mails, mail_ends), (posts, post_ends) = found.told.times(kind)
        print(f"{kind:28} {mails}, {posts}; {mail_ends}, {post_ends}")
    print(f"\nCleared by hand: {', '.join(found.cleared) or 'nothing'}")
    for line in broken:
        print(f"BROKEN {line}")


def chosen(names: list[str], seed: int) -> list[Scene]:
    """Return the scenes of these names, or all, in the order of the seed."""
    if unknown := sorted(set(names) - set(SCENES)):
        raise SystemExit(f"No scene is called {', '.join(unknown)}. There are: {', '.join(sorted(SCENES))}.")
    scenes = [scene for name, scene in SCENES.items() if name in names or not names]
    Random(seed).shuffle(scenes)
    return sorted(scenes, key=lambda scene: scene.last)


def main(names: list[str]) -> int:
    """Return the exit code."""
    seed = int(os.environ.get("SEED") or time.time())
    scenes = chosen(names, seed)
    # So that whoever ends this leaves no stack behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    say(f"SEED={seed}")
    with world(say) as found:
        results = play(found, scenes, seed)
        say("The invariants")
        broken = check_all(found, whole=not names)
        show(found, results, broken)
        failed = [name for name, result in results.items() if result.startswith("FAILED")]
        failed += [line.partition(":")[0] for line in broken]
        found.keep = bool(failed)
    say(f"FAILED: {', '.join(failed)}; again: make chaos SEED={seed}" if failed else f"PASSED, SEED={seed}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
