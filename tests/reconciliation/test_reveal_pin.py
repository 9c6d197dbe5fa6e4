"""A PIN is shown to a person only when it is on record who saw it, and appears nowhere else."""

from __future__ import annotations

import logging
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from time import sleep
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from multitv.database.engine import DatabaseUnavailable
from multitv.database.sql import source
from multitv.reconciliation.errors import InvalidAuthor, MissingPinKey, NoPin, RevealRefused, TooManyReveals
from multitv.reconciliation.pins import Pins
from multitv.reconciliation.reveal_pin import reveal
from multitv.settings import Settings
from tests.support.concurrency import at_once, end_waiting
from tests.support.databases import Database, as_owner, as_screens

PIN = "493817"
PLAN = 7


@dataclass
class Vault(Database):
    """Client plan 7 has a PIN, kept with the keys of `settings`; 8 has only the other extra field."""

    settings: Settings

    def allow(self, reveals: int, zone: str = "America/Sao_Paulo") -> None:
        """Let each person be shown so many PINs within an hour."""
        self.settings = self.settings.model_copy(update={"pin_reveals_per_hour": reveals, "timezone": ZoneInfo(zone)})

    def shown(self, author: str, plan: int = PLAN) -> str:
        return reveal(self.engine, author, plan, self.settings).get_secret_value()

    def note(self, author: str, ago: str, times: int = 1) -> None:
        """Put on record what a person was shown some time ago."""
        self.run(
            "insert into tv.pin_reveal (revealed_at, author, client_plan_id) "
            "select clock_timestamp() - cast(:ago as interval), :author, 9 from generate_series(1, :times)",
            author=author, ago=ago, times=times,
        )  # fmt: skip

    def seen(self) -> list[Any]:
        return list(self.run("select author, client_plan_id from tv.pin_reveal order by id"))


def key() -> str:
    return Fernet.generate_key().decode()


@pytest.fixture
def vault(engine: Engine) -> Vault:
    made = Vault(as_screens(engine), Settings(pin_keys=SecretStr(key())))
    made.run(
        "insert into tv.client_extra_field values (:plan, 'ID Assinante Beenius', 'sub-7'), "
        "(:plan, 'Auth Pin Assinante Beenius', :pin), (8, 'ID Assinante Beenius', 'sub-8')",
        plan=PLAN,
        pin=Pins(made.settings.pin_keys).encrypt(SecretStr(PIN)),
    )
    return made


def test_a_pin_is_shown_and_it_is_noted_who_saw_it_each_time(vault: Vault) -> None:
    begin = datetime.now(UTC)
    assert reveal(vault.engine, " ana ", PLAN, vault.settings).get_secret_value() == PIN
    assert reveal(vault.engine, "rui", PLAN, vault.settings).get_secret_value() == PIN
    assert vault.seen() == [("ana", PLAN), ("rui", PLAN)]
    ((first,), (second,)) = vault.run("select revealed_at from tv.pin_reveal order by id")
    assert begin <= first <= second <= datetime.now(UTC)


def test_a_pin_that_was_kept_with_an_older_key_is_shown(vault: Vault) -> None:
    older = vault.settings.pin_keys
    assert older is not None
    settings = Settings(pin_keys=SecretStr(f"{key()},{older.get_secret_value()}"))
    assert reveal(vault.engine, "ana", PLAN, settings).get_secret_value() == PIN


def test_what_was_noted_of_a_pin_stays(vault: Vault) -> None:
    reveal(vault.engine, "ana", PLAN, vault.settings)
    for statement in (
        "update tv.pin_reveal set author = 'nobody'",
        "delete from tv.pin_reveal",
        "truncate tv.pin_reveal",
    ):
        with pytest.raises(IntegrityError, match=r"tv\.pin_reveal is append-only"):
            vault.run(statement)
    assert vault.seen() == [("ana", PLAN)]


@pytest.mark.parametrize("moment", ["", "constraint"], ids=["on insert", "on commit"])
def test_no_pin_is_shown_that_cannot_be_noted(vault: Vault, moment: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    vault.run(
        "create function refuse() returns trigger language plpgsql as $$ begin "
        "raise exception 'the disk is full' using errcode = 'check_violation'; end $$"
    )
    vault.run(
        f"create {moment} trigger refused after insert on tv.pin_reveal "
        f"{'deferrable initially deferred' if moment else ''} for each row execute function refuse()"
    )
    with pytest.raises(IntegrityError, match="the disk is full") as failed:
        reveal(vault.engine, "ana", PLAN, vault.settings)
    assert PIN not in "".join([repr(failed.value), str(failed.value), *caplog.messages])
    assert vault.seen() == []


def test_no_pin_is_shown_if_the_connection_dies_before_it_is_noted(vault: Vault) -> None:
    with as_owner(vault.engine).connect() as blocker, ThreadPoolExecutor(1) as pool:
        blocker.execute(text("lock table tv.pin_reveal in access exclusive mode"))
        dying = pool.submit(reveal, vault.engine, "ana", PLAN, vault.settings)
        end_waiting(vault.engine, lock="relation")
        with pytest.raises(DatabaseUnavailable):
            dying.result()
    assert vault.seen() == []


@pytest.mark.parametrize("keys", [None, SecretStr("too-short"), SecretStr(key())], ids=["none", "bad", "another"])
def test_without_the_key_nothing_is_shown_and_nothing_noted(vault: Vault, keys: SecretStr | None) -> None:
    with pytest.raises(MissingPinKey, match="MULTITV_PIN_KEYS"):
        reveal(vault.engine, "ana", PLAN, vault.settings.model_copy(update={"pin_keys": keys}))
    assert vault.seen() == []


@pytest.mark.parametrize("plan", [8, 999])
def test_a_client_plan_without_a_pin_is_named_in_portuguese(vault: Vault, plan: int) -> None:
    named = rf"O plano do cliente {plan} ainda não tem Auth Pin Assinante Beenius.* aguarde a próxima reconciliação\.$"
    with pytest.raises(NoPin, match=named):
        reveal(vault.engine, "ana", plan, vault.settings)
    assert vault.seen() == []


def test_a_pin_that_is_being_replaced_is_not_shown(vault: Vault) -> None:
    vault.run("update tv.client_extra_field set client_id = 0 where client_plan_id = :plan", plan=PLAN)
    with pytest.raises(NoPin):
        vault.shown("ana")
    assert vault.seen() == []


@pytest.mark.parametrize("author", ["", " \t", "a\x00", "a\nb", "x" * 201])
def test_nobody_without_a_name_is_shown_a_pin(vault: Vault, author: str) -> None:
    with pytest.raises(InvalidAuthor, match=r"O autor .* entre no sistema com o seu usuário\.$"):
        reveal(vault.engine, author, PLAN, vault.settings)
    assert vault.seen() == []


def test_a_pin_does_not_show_itself_and_is_not_logged(vault: Vault, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    pin = reveal(vault.engine, "ana", PLAN, vault.settings)
    noted = [str(tuple(row)) for row in vault.run("select * from tv.pin_reveal")]
    assert PIN not in "".join([repr(pin), str(pin), f"{pin}", *caplog.messages, *noted])


def test_every_refusal_to_show_a_pin_has_a_code_that_programs_may_rely_on() -> None:
    refusals: list[type[RevealRefused]] = [RevealRefused, *RevealRefused.__subclasses__()]
    codes = {each.__name__: each.code for each in refusals}
    assert codes == {"RevealRefused": "reveal_refused", "NoPin": "no_pin", "InvalidAuthor": "invalid_author",
                     "TooManyReveals": "too_many_reveals"}  # fmt: skip


def test_within_an_hour_a_person_is_shown_so_many_pins_and_no_more(vault: Vault) -> None:
    vault.allow(3)
    assert [vault.shown("ana") for _ in range(3)] == [PIN] * 3
    with pytest.raises(TooManyReveals, match=r"o limite de PINs por pessoa \(3\)\. .* a partir das \d\d:\d\d\.$"):
        vault.shown("ana")
    assert vault.seen() == [("ana", PLAN)] * 3
    assert vault.shown("rui") == PIN


def test_a_pin_of_more_than_an_hour_ago_counts_no_more(vault: Vault) -> None:
    vault.allow(2)
    vault.note("ana", "60 minutes", times=50)
    vault.note("ana", "59 minutes 30 seconds")
    assert vault.shown("ana") == PIN
    with pytest.raises(TooManyReveals) as refused:
        vault.shown("ana")
    # The oldest of the two that count leaves the hour first.
    assert refused.value.retry_after in range(25, 31)


@pytest.mark.slow
def test_one_who_comes_back_at_the_time_that_was_told_is_shown_the_pin(vault: Vault) -> None:
    vault.allow(1, zone="Asia/Kathmandu")
    vault.note("ana", "59 minutes 58 seconds")
    with pytest.raises(TooManyReveals) as refused:
        vault.shown("ana")
    seconds = refused.value.retry_after or 0
    [told] = re.findall(r"a partir das (\d\d:\d\d)", str(refused.value))
    allowed_at = datetime.now(ZoneInfo("Asia/Kathmandu")) + timedelta(seconds=seconds)
    # The seconds are rounded up, and so is the minute.
    assert told in {f"{allowed_at + timedelta(seconds=more):%H:%M}" for more in (58, 59, 60)}
    sleep(seconds)
    assert vault.shown("ana") == PIN


@pytest.mark.parametrize("spelled", ["ANA LÚCIA", " ana lúcia ", "Ana   Lúcia", "Ana Lu\u0301cia", "Ａｎａ Lúcia"])
def test_a_person_is_the_same_however_the_name_is_spelled(vault: Vault, spelled: str) -> None:
    vault.allow(1)
    vault.note("Ana Lúcia", "1 minute")
    with pytest.raises(TooManyReveals):
        vault.shown(spelled)
    for another in ("Ana Lucia", "AnaLúcia", "Ana Lúcia.", "ana", "анна", "%", "_"):
        assert vault.shown(another) == PIN


def test_many_requests_at_once_get_no_more_than_one_after_the_other(vault: Vault) -> None:
    vault.allow(5)
    vault.note("ana", "1 minute")

    def ask(number: int) -> str:
        try:
            return vault.shown(("ana", "Ana", "ANA ")[number % 3])
        except TooManyReveals:
            return "refused"

    told = at_once(*[partial(ask, number) for number in range(20)])
    assert sorted(told) == [PIN] * 4 + ["refused"] * 16
    assert len(vault.seen()) == 5


def test_nobody_waits_for_another_person(vault: Vault) -> None:
    with vault.engine.begin() as other:
        other.execute(text("select pg_advisory_xact_lock(hashtextextended('pin reveals of ' || tv.person('Ana'), 0))"))
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(vault.shown, "ana")
            assert vault.shown("rui") == PIN
            assert not waiting.done()
            other.rollback()
            assert waiting.result(timeout=30) == PIN


def test_what_was_not_shown_does_not_count(vault: Vault) -> None:
    vault.allow(1)
    for _ in range(3):
        with pytest.raises(NoPin):
            vault.shown("ana", 999)
    assert vault.shown("ana") == PIN


def test_the_log_warns_of_who_reached_the_limit_and_of_nobody_else(
    vault: Vault, caplog: pytest.LogCaptureFixture
) -> None:
    vault.allow(2)
    for author in ("ana", "ana", "rui"):
        vault.shown(author)
    assert [record for record in caplog.records if record.name.startswith("multitv")] == []
    for _ in range(2):
        with pytest.raises(TooManyReveals):
            vault.shown("ana")
    warnings = [record for record in caplog.records if record.name.startswith("multitv")]
    assert [record.levelno for record in warnings] == [logging.WARNING] * 2
    for record in warnings:
        assert record.getMessage().startswith("'ana' was shown 2 PINs within an hour, as many as MULTITV_PIN_REVEALS")
        assert f"the PIN of client plan {PLAN} was refused" in record.getMessage()
    assert PIN not in caplog.text


def test_the_count_reads_no_more_than_the_limit_of_a_long_record(vault: Vault) -> None:
    vault.run(
        "insert into tv.pin_reveal (revealed_at, author, client_plan_id) "
        "select now() - interval '2 hours' - n * interval '1 second', case when n % 2 = 0 then 'ana' else 'rui' end, 9 "
        "from generate_series(1, 20000) as n"
    )
    vault.run("analyze tv.pin_reveal")
    statement = source("reconciliation/next_pin_reveal")
    plan = "\n".join(
        row[0] for row in vault.run(f"explain (analyze, timing off) {statement}", author="Ana", allowed=20)
    )
    assert "pin_reveal_person" in plan
    assert "Sort" not in plan
    assert re.search(r"Index (?:Only )?Scan.*actual rows=20\.00", plan), plan
