"""PINs come under the newest key, whatever happens meanwhile: kills, two at once, PINs that are written and shown."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr
from sqlalchemy import Engine, event, text

from include.local.postgres import plain
from multitv.database.engine import engine_for
from multitv.extra_fields import PIN_FIELD, UID_FIELD
from multitv.reconciliation import rotate_pins
from multitv.reconciliation.pins import Pins
from multitv.reconciliation.rotate_pins import rotate
from multitv.settings import get_settings
from tests.support.databases import Database, as_pipeline

pytestmark = pytest.mark.slow

NEW, OLD, OLDER, LOST = (Fernet.generate_key().decode() for _ in range(4))
RING = f"{NEW},{OLD},{OLDER}"
UNOPENED = {7: "nada", 8: "", 9: "é", 10: "gAAAAA", 11: Pins(SecretStr(LOST)).encrypt(SecretStr("4321"))}


def pins(keys: str = RING) -> Pins:
    return Pins(SecretStr(keys))


@dataclass
class Safe(Database):
    """What is stored of client plans."""

    def store(self, client_plan_id: int, stored: str) -> None:
        self.run(
            "insert into tv.client_extra_field values (:plan, :name, :stored) "
            "on conflict (client_plan_id, name) do update set value = excluded.value",
            plan=client_plan_id, name=PIN_FIELD, stored=stored,
        )  # fmt: skip

    def fill(self, first: int, rows: int, key: str) -> None:
        """Store the PINs of `rows` client plans, each PIN its client plan's number, beside their uids."""
        kept = pins(key)
        plans = list(range(first, first + rows))
        for name, values in (
            (PIN_FIELD, [kept.encrypt(SecretStr(f"{plan:04}")) for plan in plans]),
            (UID_FIELD, [f"sub-{plan}" for plan in plans]),
        ):
            self.run(
                "insert into tv.client_extra_field select * from unnest(cast(:plans as bigint[]), "
                "cast(array_fill(cast(:name as text), array[:rows]) as text[]), cast(:values as text[]))",
                plans=plans, name=name, rows=rows, values=values,
            )  # fmt: skip

    def stored(self) -> dict[int, str]:
        return dict(self.run("select client_plan_id, value from tv.client_extra_field where name = :name order by 1",
                             name=PIN_FIELD))  # fmt: skip

    def opened(self, keys: str = NEW) -> dict[int, str]:
        """The PINs, opened by these keys alone."""
        return {plan: pins(keys).decrypt(stored).get_secret_value() for plan, stored in self.stored().items()}

    def others(self) -> list[Any]:
        others = "select * from tv.client_extra_field where name <> :name order by 1"
        return list(self.run(others, name=PIN_FIELD))


@pytest.fixture
def safe(engine: Engine) -> Safe:
    """Five PINs of the oldest key, three of the one before the newest, two of the newest."""
    made = Safe(as_pipeline(engine))
    for first, rows, key in ((-2, 5, OLDER), (1000, 3, OLD), (2000, 2, NEW)):
        made.fill(first, rows, key)
    return made


@pytest.fixture
def environment(safe: Safe, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """What the command reads, for this process and for one of its own."""
    ours = {
        "AIRFLOW_CONN_ISP_DB": plain(safe.engine.url),
        "MULTITV_PIN_KEYS": RING,
        "PYTHONPATH": str(Path(__file__).resolve().parents[2] / "plugins"),
    }
    for name, value in ours.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(rotate_pins, "_PAUSE_SECONDS", 0.01)
    get_settings.cache_clear()
    yield os.environ | ours
    get_settings.cache_clear()


def plans_of(safe: Safe) -> dict[int, str]:
    return {plan: f"{plan:04}" for plan in safe.stored()}


@pytest.mark.parametrize("batch", [1, 3, 10, 1000])
def test_every_pin_comes_under_the_newest_key_and_nothing_else_changes(safe: Safe, batch: int) -> None:
    before, others = safe.stored(), safe.others()
    rotation = rotate(safe.engine, pins(), batch=batch)
    assert (rotation.before.by_key, rotation.after.by_key) == ([2, 3, 5], [10, 0, 0])
    assert (rotation.before.replaced, rotation.after.replaced) == (8, 0)
    assert safe.opened(NEW) == plans_of(safe)
    assert safe.others() == others
    after = safe.stored()
    assert {plan for plan in after if after[plan] == before[plan]} == {2000, 2001}
    # When a PIN was made is no secret of the key, and stays.
    assert [Fernet(NEW).extract_timestamp(after[plan]) for plan in range(-2, 3)] == [
        Fernet(OLDER).extract_timestamp(before[plan]) for plan in range(-2, 3)
    ]


def test_a_second_run_changes_nothing(safe: Safe) -> None:
    rotate(safe.engine, pins())
    after = safe.stored()
    again = rotate(safe.engine, pins())
    assert again.before is again.after
    assert (again.before.by_key, again.before.replaced) == ([10, 0, 0], 0)
    assert safe.stored() == after


def test_a_dry_run_counts_and_writes_nothing(safe: Safe) -> None:
    stored = safe.stored()
    rotation = rotate(safe.engine, pins(), dry_run=True)
    assert (rotation.after.by_key, rotation.after.replaced) == ([2, 3, 5], 0)
    assert safe.stored() == stored


def test_what_no_key_opens_is_named_and_stops_no_other(safe: Safe) -> None:
    for plan, stored in UNOPENED.items():
        safe.store(plan, stored)
    rotation = rotate(safe.engine, pins(), batch=2)
    assert (rotation.after.by_key, rotation.after.unopened) == ([10, 0, 0], 5)
    assert rotation.after.named == list(UNOPENED)
    assert {plan: stored for plan, stored in safe.stored().items() if plan in UNOPENED} == UNOPENED


def test_a_batch_that_fails_leaves_the_ones_before_it(safe: Safe) -> None:
    safe.run(
        "create function refuse() returns trigger language plpgsql as $$ begin "
        "raise exception 'the disk is full' using errcode = 'disk_full'; end $$"
    )
    safe.run("create trigger refused before update on tv.client_extra_field for each row "
             "when (old.client_plan_id = 1001) execute function refuse()")  # fmt: skip
    with pytest.raises(Exception, match="the disk is full"):
        rotate(safe.engine, pins(), batch=3)
    assert rotate(safe.engine, pins(), dry_run=True).after.by_key == [8, 2, 0]
    safe.run("drop trigger refused on tv.client_extra_field")
    rotate(safe.engine, pins(), batch=3)
    assert safe.opened(NEW) == plans_of(safe)


@pytest.mark.parametrize("writer", [OLD, NEW], ids=["by a process with the old keys", "by one with the new"])
def test_a_pin_that_changes_while_it_is_re_encrypted_is_never_taken_back(safe: Safe, writer: str) -> None:
    """Between reading a batch and replacing it, the integration writes another PIN."""

    class Interrupted(Pins):
        written = False

        def rotate(self, stored: str) -> str:
            if not self.written:
                self.written = True
                safe.store(1000, pins(writer).encrypt(SecretStr("9999")))
            return super().rotate(stored)

    interrupted = Interrupted(SecretStr(RING))
    rotation = rotate(safe.engine, interrupted)
    assert interrupted.written
    assert rotation.before.replaced == 7
    assert rotation.after.by_key == [10, 0, 0]
    assert safe.opened(NEW) == plans_of(safe) | {1000: "9999"}


def test_a_pin_that_another_transaction_holds_is_not_waited_for(safe: Safe, environment: dict[str, str]) -> None:
    with safe.engine.begin() as other:
        other.execute(
            text("update tv.client_extra_field set value = :stored where client_plan_id = 1001 and name = :name"),
            {"stored": pins(OLD).encrypt(SecretStr("9999")), "name": PIN_FIELD},
        )
        begun = monotonic()
        rotation = rotate(safe.engine, pins())
        assert monotonic() - begun < 5
        assert rotation.after.by_key == [9, 1, 0]
        assert rotate_pins.main([]) == 1
    assert rotate_pins.main([]) == 0
    assert safe.opened(NEW) == plans_of(safe) | {1001: "9999"}


@pytest.mark.proof
def test_rotations_and_writers_at_once_end_in_no_deadlock_and_lose_no_pin(safe: Safe) -> None:
    safe.fill(3000, 400, OLD)
    told: dict[int, str] = {}

    def write() -> None:
        # In another order than that of the rotation, many rows a transaction, as the outcomes of requests come.
        for turn in range(20):
            batch = {plan: f"{turn}{plan}" for plan in range(3000 + turn % 2, 3400, 2)}
            with safe.engine.begin() as connection:
                for plan in reversed(batch):
                    connection.execute(
                        text("update tv.client_extra_field set value = :stored "
                             "where client_plan_id = :plan and name = :name"),
                        {"stored": pins(OLD).encrypt(SecretStr(batch[plan])), "plan": plan, "name": PIN_FIELD},
                    )  # fmt: skip
            told.update(batch)

    with ThreadPoolExecutor(3) as pool:
        writing = pool.submit(write)
        while not writing.done():
            for rotating in [pool.submit(rotate, safe.engine, pins(), batch=50) for _ in range(2)]:
                rotating.result()
        writing.result()
    assert rotate(safe.engine, pins(), batch=50).after.by_key == [410, 0, 0]
    assert safe.opened(NEW) == plans_of(safe) | told


def test_a_pin_is_shown_before_while_and_after_it_is_re_encrypted(safe: Safe) -> None:
    seen: list[dict[int, str]] = []
    rotating = engine_for(safe.engine.url)

    def look(_connection: Any, cursor: Any, *_: Any) -> None:
        if cursor.statusmessage.startswith("UPDATE"):
            seen.append(safe.opened(RING))

    event.listen(rotating, "after_cursor_execute", look)
    rotate(rotating, pins(), batch=2)
    assert len(seen) >= 4
    assert seen == [plans_of(safe)] * len(seen)


@pytest.mark.proof
def test_a_rotation_that_is_killed_in_the_middle_is_taken_up_by_the_next(
    safe: Safe, environment: dict[str, str]
) -> None:
    safe.fill(3000, 20_000, OLD)
    opened = plans_of(safe)
    command = [sys.executable, "-m", "multitv.reconciliation.rotate_pins"]
    newest = "select xmin from tv.client_extra_field where client_plan_id = 3000 and name = :name"
    [before] = safe.run(newest, name=PIN_FIELD)
    killed = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
    patience = monotonic() + 60
    while safe.run(newest, name=PIN_FIELD) == [before]:
        assert monotonic() < patience
        assert killed.poll() is None
        sleep(0.005)
    killed.kill()
    assert killed.communicate()[0] == b""
    counted = rotate(safe.engine, pins(), dry_run=True).after
    assert counted.by_key[0] > 10
    assert counted.by_key[1] > 0
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[1].split() == ["key", "1", "(the", "newest)", str(counted.by_key[0]), "20010"]
    assert safe.opened(NEW) == opened


def test_the_command_says_which_key_may_go(
    safe: Safe, environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert rotate_pins.main(["--dry-run"]) == 0
    told = capsys.readouterr().out
    assert [line.split()[-2:] for line in told.splitlines()[1:5]] == [["2", "2"], ["3", "3"], ["5", "5"], ["0", "0"]]
    assert "Nothing was written" in told
    assert "drop" not in told
    assert rotate_pins.main([]) == 0
    told = capsys.readouterr().out
    assert [line.split()[-2:] for line in told.splitlines()[1:5]] == [["2", "10"], ["3", "0"], ["5", "0"], ["0", "0"]]
    assert "No row needs key 2, 3 any more: drop it" in told


def test_the_command_names_no_more_than_some_of_what_no_key_opens_and_nothing_that_is_secret(
    safe: Safe, environment: dict[str, str], capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    safe.fill(5000, 30, LOST)
    secret = [*RING.split(","), LOST, *safe.stored().values(), *(f"{plan:04}" for plan in safe.stored() if plan < 0)]
    assert rotate_pins.main([]) == 1
    told = capsys.readouterr()
    assert "No key opens the PINs of 30 client plans: 5000, 5001, " in told.out
    assert "5019, ..." in told.out
    assert "5020" not in told.out
    assert "at the end of MULTITV_PIN_KEYS" in told.out
    said = "".join([told.out, told.err, caplog.text])
    assert not [value for value in [*secret, *safe.stored().values()] if value in said]


@pytest.mark.parametrize(
    ("keys", "told"),
    [("", "MULTITV_PIN_KEYS holds no Fernet key"), ("segredo", "MULTITV_PIN_KEYS: key 1 of 1 is not a Fernet key")],
)
def test_without_good_keys_the_command_changes_nothing(
    safe: Safe, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str], keys: str, told: str,
) -> None:  # fmt: skip
    monkeypatch.setenv("MULTITV_PIN_KEYS", keys)
    get_settings.cache_clear()
    stored = safe.stored()
    assert rotate_pins.main([]) == 1
    assert told in capsys.readouterr().err
    assert safe.stored() == stored


def test_no_pin_at_all_is_no_error(engine: Engine) -> None:
    assert rotate(engine, pins()).after.by_key == [0, 0, 0]
