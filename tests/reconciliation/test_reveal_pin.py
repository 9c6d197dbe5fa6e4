"""A PIN is shown to a person only when it is on record who saw it, and appears nowhere else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic, sleep
from typing import Any

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from multitv.database.engine import DatabaseUnavailable
from multitv.reconciliation.errors import InvalidAuthor, MissingPinKey, NoPin, RevealRefused
from multitv.reconciliation.pins import Pins
from multitv.reconciliation.reveal_pin import reveal

PIN = "493817"
PLAN = 7


@dataclass
class Vault:
    """Client plan 7 has a PIN, kept with `keys`; 8 has only the other extra field."""

    engine: Engine
    keys: SecretStr

    def run(self, statement: str, **parameters: Any) -> list[Any]:
        with self.engine.begin() as connection:
            result = connection.execute(text(statement), parameters)
            return list(result.all()) if result.returns_rows else []

    def seen(self) -> list[Any]:
        return self.run("select author, client_plan_id from tv.pin_reveal order by id")


def key() -> str:
    return Fernet.generate_key().decode()


@pytest.fixture
def vault(engine: Engine) -> Vault:
    made = Vault(engine, SecretStr(key()))
    made.run(
        "insert into tv.client_extra_field values (:plan, 'ID Assinante Beenius', 'sub-7'), "
        "(:plan, 'Auth Pin Assinante Beenius', :pin), (8, 'ID Assinante Beenius', 'sub-8')",
        plan=PLAN,
        pin=Pins(made.keys).encrypt(SecretStr(PIN)),
    )
    return made


def test_a_pin_is_shown_and_it_is_noted_who_saw_it_each_time(vault: Vault) -> None:
    begin = datetime.now(UTC)
    assert reveal(vault.engine, " ana ", PLAN, vault.keys).get_secret_value() == PIN
    assert reveal(vault.engine, "rui", PLAN, vault.keys).get_secret_value() == PIN
    assert vault.seen() == [("ana", PLAN), ("rui", PLAN)]
    ((first,), (second,)) = vault.run("select revealed_at from tv.pin_reveal order by id")
    assert begin <= first <= second <= datetime.now(UTC)


def test_a_pin_that_was_kept_with_an_older_key_is_shown(vault: Vault) -> None:
    keys = SecretStr(f"{key()},{vault.keys.get_secret_value()}")
    assert reveal(vault.engine, "ana", PLAN, keys).get_secret_value() == PIN


def test_what_was_noted_of_a_pin_stays(vault: Vault) -> None:
    reveal(vault.engine, "ana", PLAN, vault.keys)
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
        reveal(vault.engine, "ana", PLAN, vault.keys)
    assert PIN not in "".join([repr(failed.value), str(failed.value), *caplog.messages])
    assert vault.seen() == []


def test_no_pin_is_shown_if_the_connection_dies_before_it_is_noted(vault: Vault) -> None:
    with vault.engine.connect() as blocker, ThreadPoolExecutor(1) as pool:
        blocker.execute(text("lock table tv.pin_reveal in access exclusive mode"))
        dying = pool.submit(reveal, vault.engine, "ana", PLAN, vault.keys)
        patience = monotonic() + 30
        while not vault.run(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where datname = current_database() and wait_event_type = 'Lock' and wait_event = 'relation'"
        ):
            assert monotonic() < patience, "nothing waited to write the note"
            sleep(0.02)
        with pytest.raises(DatabaseUnavailable):
            dying.result()
    assert vault.seen() == []


@pytest.mark.parametrize("keys", [None, SecretStr("too-short"), SecretStr(key())], ids=["none", "bad", "another"])
def test_without_the_key_nothing_is_shown_and_nothing_noted(vault: Vault, keys: SecretStr | None) -> None:
    with pytest.raises(MissingPinKey, match="MULTITV_PIN_KEYS"):
        reveal(vault.engine, "ana", PLAN, keys)
    assert vault.seen() == []


@pytest.mark.parametrize("plan", [8, 999])
def test_a_client_plan_without_a_pin_is_named_in_portuguese(vault: Vault, plan: int) -> None:
    named = rf"O plano do cliente {plan} ainda não tem Auth Pin Assinante Beenius.* Nada foi gravado\.$"
    with pytest.raises(NoPin, match=named):
        reveal(vault.engine, "ana", plan, vault.keys)
    assert vault.seen() == []


@pytest.mark.parametrize("author", ["", " \t", "a\x00", "a\nb", "x" * 201])
def test_nobody_without_a_name_is_shown_a_pin(vault: Vault, author: str) -> None:
    with pytest.raises(InvalidAuthor, match=r"O autor .* Nada foi gravado\.$"):
        reveal(vault.engine, author, PLAN, vault.keys)
    assert vault.seen() == []


def test_a_pin_does_not_show_itself_and_is_not_logged(vault: Vault, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    pin = reveal(vault.engine, "ana", PLAN, vault.keys)
    noted = [str(tuple(row)) for row in vault.run("select * from tv.pin_reveal")]
    assert PIN not in "".join([repr(pin), str(pin), f"{pin}", *caplog.messages, *noted])


def test_every_refusal_to_show_a_pin_has_a_code_that_programs_may_rely_on() -> None:
    codes = {each.__name__: each.code for each in (RevealRefused, *RevealRefused.__subclasses__())}
    assert codes == {"RevealRefused": "reveal_refused", "NoPin": "no_pin", "InvalidAuthor": "invalid_author"}
