"""`make plot`: docs/speed.svg from docs/bench.jsonl, what `make bench ROWS=1000000` printed."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
import matplotlib.pyplot as plt

GOOD, BAD, GREY = "#2a7f62", "#b3392f", "#888888"


def main(source: Path, target: Path) -> None:
    """Draw how much of each goal is used, and how the heavy steps grow."""
    # The same numbers make the same bytes.
    plt.rcParams["svg.hashsalt"] = "multitv"
    plt.rcParams["font.size"] = 9
    results = [json.loads(line) for line in source.read_text().splitlines() if line.startswith("{")]
    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 5.2), width_ratios=[1.15, 1])
    # The pages use a fraction of theirs, and are many; a crowd's goal is a time and no floor; five years are compared
    # with none, not with a floor.
    others = ("growth", "page", "crowd", "years")
    bars = [result for result in results if result["goal"] and not result["name"].startswith(others)]
    goals(left, bars)
    growth(right, [result for result in results if result["name"].startswith("growth") and not result["goal"]])
    figure.tight_layout()
    figure.savefig(target, metadata={"Date": None})


def goals(axes: Any, results: list[dict[str, Any]]) -> None:
    """Bars: 100 % is a goal used up; where more is better, the goal's share of what was reached."""
    used = [
        100 * (r["goal"] / r["ratio"] if "more is better" in r["name"] else r["ratio"] / r["goal"]) for r in results
    ]
    names = [f"{short(r['name'])}\n{r['rows']:,} rows" for r in results]
    places = range(len(results))
    bars = axes.barh(places, used, color=[GOOD if value <= 100 else BAD for value in used])
    axes.bar_label(bars, [f"{r['ratio']:.2f} (goal {r['goal']})" for r in results], label_type="center", color="white")
    axes.set_yticks(places, names)
    axes.axvline(100, color=GREY, linestyle="--")
    axes.set(xlim=(0, max(110, *used)), xlabel="% of the goal used (left of the line is within)", title="Goals")
    axes.invert_yaxis()


def growth(axes: Any, results: list[dict[str, Any]]) -> None:
    """Lines: seconds by rows, both in powers of ten."""
    for name in dict.fromkeys(result["name"] for result in results):
        line = [(result["rows"], result["seconds"]) for result in results if result["name"] == name]
        axes.plot(*zip(*line, strict=True), marker="o", label=name.removeprefix("growth: "))
    axes.set(xscale="log", yscale="log", xlabel="rows", ylabel="seconds", title="Growth")
    axes.grid(visible=True, which="major", alpha=0.3)
    axes.legend()


def short(name: str) -> str:
    """Return a result's name without what it is measured against, unless that tells it from another."""
    what, _, floor = name.removeprefix("reconciliation: ").partition(" against ")
    return what.split(", share")[0].replace(" of subscribers", "") + (" as jsonb" if "jsonb" in floor else "")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
