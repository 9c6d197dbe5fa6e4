"""Re-encrypts every PIN with the newest key: `python -m multitv.reconciliation.rotate_pins [--dry-run]`.

The keys are those of MULTITV_PIN_KEYS, the newest first. Reads and writes tv.client_extra_field only. Prints positions
of keys and ids of client plans; never a key, a PIN or a stored token.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from dataclasses import dataclass, field
from time import sleep

from sqlalchemy import Connection, Engine

from multitv.database.engine import explained, task_engine
from multitv.database.sql import named
from multitv.errors import MultiTVError
from multitv.extra_fields import PIN_FIELD
from multitv.reconciliation.pins import Pins
from multitv.settings import get_settings

_BATCH = 1000
# How many passes over all rows, and the pause between them: a pass skips rows that others lock or write.
_PASSES = 5
_PAUSE_SECONDS = 1.0
# How many client plans whose PIN no key opens are named.
_NAMED = 20
_BEFORE_ALL = -(2**63)


@dataclass
class KeyCounts:
    """What a pass over all rows found: rows by the position of their key, and those that none of the keys opens."""

    by_key: list[int]
    unopened: int = 0
    named: list[int] = field(default_factory=list)
    replaced: int = 0

    def count(self, client_plan_id: int, position: int | None) -> bool:
        """Count a row by the position of its key; return whether that key is older than the newest."""
        if position is None:
            self.unopened += 1
            if len(self.named) < _NAMED:
                self.named.append(client_plan_id)
            return False
        self.by_key[position] += 1
        return position > 0

    @property
    def older(self) -> int:
        """How many rows had another key than the newest."""
        return sum(self.by_key[1:])


@dataclass(frozen=True)
class Rotation:
    """What the first pass and the last one found."""

    before: KeyCounts
    after: KeyCounts


def rotate(engine: Engine, pins: Pins, *, dry_run: bool = False, batch: int = _BATCH) -> Rotation:
    """Re-encrypt the PINs of older keys, in one transaction for each `batch` of rows; with `dry_run`, only count.

    Harmless when killed, repeated, or run twice at once while PINs are written and shown: a row is replaced only if it
    is unchanged since it was read, and no lock is waited for. Repeats its pass until no older key is left, a limited
    number of times. Raises as `transaction`.
    """
    with explained(engine.url), engine.connect() as connection:
        before = after = _pass_over(connection, pins, dry_run, batch)
        for _ in range(_PASSES - 1):
            if dry_run or not after.older:
                break
            if after.replaced < after.older:
                sleep(_PAUSE_SECONDS)
            after = _pass_over(connection, pins, dry_run, batch)
    return Rotation(before, after)


def _pass_over(connection: Connection, pins: Pins, dry_run: bool, batch: int) -> KeyCounts:
    counts = KeyCounts([0] * len(pins))
    last = _BEFORE_ALL
    while True:
        with connection.begin():
            rows = connection.execute(
                named("reconciliation/read_pins"), {"name": PIN_FIELD, "after": last, "size": batch}
            ).all()
            older = [
                (row.client_plan_id, row.value)
                for row in rows
                if counts.count(row.client_plan_id, pins.position(row.value))
            ]
            if older and not dry_run:
                counts.replaced += _replace(connection, pins, older)
        if len(rows) < batch:
            return counts
        last = rows[-1].client_plan_id


def _replace(connection: Connection, pins: Pins, older: list[tuple[int, str]]) -> int:
    """Re-encrypt these rows (client plan, stored token); return how many were unchanged since they were read."""
    return connection.execute(
        named("reconciliation/replace_pins"),
        {
            "name": PIN_FIELD,
            "client_plans": [client_plan_id for client_plan_id, _ in older],
            "stored": [stored for _, stored in older],
            "fresh": [pins.rotate(stored) for _, stored in older],
        },
    ).rowcount


def _report(rotation: Rotation, dry_run: bool) -> str:
    before, after = rotation.before, rotation.after
    lines = [f"{'rows encrypted with':<22}{'before':>12}{'after':>12}"]
    for position, counts in enumerate(zip(before.by_key, after.by_key, strict=True), 1):
        name = f"key {position}" + (" (the newest)" if position == 1 else "")
        lines.append(f"{name:<22}{counts[0]:>12}{counts[1]:>12}")
    lines.append(f"{'none of the keys':<22}{before.unopened:>12}{after.unopened:>12}")
    if after.unopened:
        lines.append(
            f"No key opens the PINs of {after.unopened} client plans: {', '.join(map(str, after.named))}"
            f"{', ...' if after.unopened > len(after.named) else ''}. Put the key that encrypted them back, at the end "
            "of MULTITV_PIN_KEYS, and run this again. If it is lost, delete their rows called "
            f"'{PIN_FIELD}' from tv.client_extra_field: the next reconciliation has the platform make new PINs."
        )
    unused = [f"{position}" for position, rows in enumerate(after.by_key, 1) if position > 1 and not rows]
    if dry_run:
        lines.append("Nothing was written: this was a dry run.")
    elif after.older:
        lines.append(
            f"{after.older} rows still had an older key: they were in use, or written meanwhile by a process that was "
            "not restarted with the newest key. See that all were, and run this again."
        )
    elif unused:
        lines.append(
            f"No row needs key {', '.join(unused)} any more: drop it from MULTITV_PIN_KEYS, if every process was "
            "restarted with the newest key before this ran."
        )
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Rotate, print the counts, and return 0, or 1 if rows are left that the newest key does not open."""
    parser = ArgumentParser(
        prog="python -m multitv.reconciliation.rotate_pins",
        description="Re-encrypts every PIN with the newest of MULTITV_PIN_KEYS, the first.",
    )
    parser.add_argument("--dry-run", action="store_true", help="count the rows of each key and write nothing")
    dry_run = parser.parse_args(arguments).dry_run
    try:
        rotation = rotate(task_engine(), Pins(get_settings().pin_keys), dry_run=dry_run)
    except MultiTVError as error:
        print(error, file=sys.stderr)
        return 1
    print(_report(rotation, dry_run))
    left = rotation.after.unopened + (0 if dry_run else rotation.after.older)
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
