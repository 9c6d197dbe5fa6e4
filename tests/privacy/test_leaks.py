"""The search for secrets finds what is planted, by place and kind, and never says the value."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from base64 import b64encode
from pathlib import Path

import psutil
import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Engine, text

from tests.support.leaks import Finding, Secrets, in_arguments, in_database, in_files, in_text

PIN, CPF, CNPJ, WORD, KEY = "73519046", "52998224725", "9K8LMN76000146", "s3nha-do-admin", "chave_de_PINs-0123456789="
TOKEN = "eyJhbGciOiJIUzUxMiJ9.eyJzdWIiOiJhZG1pbiIsImV4cCI6MX0.Zm9vYmFyYmF6cXV4"
SECRETS = Secrets.of(pins=[PIN, "40028922"], documents=["529.982.247-25", CNPJ], passwords=[WORD], keys=[KEY])
VALUES = (PIN, CPF, CNPJ, WORD, KEY, TOKEN, "529.982.247-25")


@pytest.mark.parametrize(
    ("planted", "kind"),
    [
        (f'{{"auth_pin": "{PIN}"}}', "PIN"),
        (f"pin={PIN}", "PIN"),
        (CPF, "CPF/CNPJ"),
        ("cliente 529.982.247-25 não existe", "CPF/CNPJ"),
        ("GET /clientes?busca=529.982.247-25", "CPF/CNPJ"),
        ("9k.8lm.n76/0001-46", "CPF/CNPJ"),
        ("/multitv/clientes?busca=9K.8LM.N76%2F0001-46", "CPF/CNPJ"),
        (f"postgresql://multitv:{WORD}@127.0.0.1/isp", "password"),
        (f"MULTITV_PIN_KEYS={KEY}", "key"),
        (b64encode(f"{KEY}".encode()).decode(), "key"),
        (f"Authorization: Bearer {'a' * 40}", "token"),
        (TOKEN, "token"),
        ("value: " + Fernet(Fernet.generate_key()).encrypt(PIN.encode()).decode(), "encrypted PIN"),
    ],
)
def test_what_is_planted_is_found(tmp_path: Path, engine: Engine, planted: str, kind: str) -> None:
    log = tmp_path / "dag_id=tv_billing" / "attempt=1.log"
    log.parent.mkdir()
    log.write_text(f"2026-11-23 began\n{json.dumps({'event': planted}, ensure_ascii=False)}\nended 20261123\n")
    with engine.begin() as connection:
        connection.execute(text("create table public.xcom (key text, value jsonb)"))
        connection.execute(text("create table public.rendered (fields bytea)"))
        connection.execute(text("insert into xcom values ('return_value', :v)"), {"v": json.dumps([planted])})
        connection.execute(text("insert into rendered values (:v)"), {"v": planted.encode()})
    found = [*in_files(SECRETS, tmp_path), *in_database(SECRETS, engine), *in_text(SECRETS, "/metrics", planted)]
    assert found == [
        Finding("dag_id=tv_billing/attempt=1.log:2", kind, 1),
        Finding("public.rendered.fields", kind, 1),
        Finding("public.xcom.value", kind, 1),
        Finding("/metrics", kind, 1),
    ]
    said = " ".join(map(str, found)) + repr(found) + repr(SECRETS)
    assert not [value for value in VALUES if value in said]


def test_a_secret_among_the_arguments_of_a_process_is_found() -> None:
    program = "import time; time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", program, f"--password={WORD}"]) as running:
        try:
            process = psutil.Process(running.pid)
            while WORD not in str(process.cmdline()):
                time.sleep(0.01)
            [found] = in_arguments(SECRETS, [process])
        finally:
            running.kill()
    assert (found.place, found.kind) == (f"/proc/{running.pid}/cmdline ({Path(sys.executable).name})", "password")


def test_a_document_in_its_own_column_belongs_there(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("insert into erp.client values (1, 'Ana', '529.982.247-25', 'active')"))
    assert [str(found) for found in in_database(SECRETS, engine)] == ["erp.client.document: CPF/CNPJ (1 ×)"]
    assert [*in_database(SECRETS, engine, {("erp.client.document", "CPF/CNPJ")})] == []
    assert [*in_database(SECRETS, engine, {("erp.client.document", "PIN")})] != []


@pytest.mark.parametrize(
    "innocent",
    [
        "",
        f"1{PIN}",
        f"0.{PIN}",
        f"{PIN}a",
        "EV-20261210-00000024-4",
        "52998224726",
        "12345678901",
        "senha",
        "Bearer ***",
    ],
)
def test_what_only_looks_like_one_is_none(innocent: str) -> None:
    assert not SECRETS.count(innocent)


def test_files_that_are_to_hold_secrets_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text(KEY)
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "1").write_text(KEY)
    assert len([*in_files(SECRETS, tmp_path)]) == 2
    assert [*in_files(SECRETS, tmp_path, [tmp_path / "secrets.json", tmp_path / "postgres"])] == []
