"""After everything that the end-to-end tests did, faults and killed tasks included, no secret is where it must not be.

This file comes last, in `make test` and in `make proofs`: conftest.py sees to it.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import requests
from pydantic import SecretStr

from include.local import environment
from include.local.processes import marked
from multitv.reconciliation.pins import Pins
from tests.e2e.conftest import RunningStack, rows
from tests.support.leaks import SEALED, Finding, Secrets, in_arguments, in_database, in_files, in_text

pytestmark = pytest.mark.last

# Files that are to hold secrets. Only their owner may read them.
SECRET_FILES = ("run.env", "secrets.json", "airflow/passwords.json")
# What PostgreSQL keeps is looked at as tables; the sandbox is the platform, which knows its PINs.
APART = ("postgres", "sandbox")
# The ERP's own documents.
BELONGS = {("erp.client.document", "CPF/CNPJ")}
FIGURES = ("/multitv/pool/", "/api/v2/monitor/health", "/api/v2/version")


@pytest.fixture(scope="module")
def secrets(stack: RunningStack, platform_in_step: None) -> Secrets:
    """The real ones of this stack: every PIN, document, password and key."""
    values = stack.stack.environment
    pins = Pins(SecretStr(values["MULTITV_PIN_KEYS"]))
    sealed = rows(stack, "select value from tv.client_extra_field where name like 'Auth Pin%'")
    found = Secrets.of(
        pins=[pins.decrypt(row.value).get_secret_value() for row in sealed],
        documents=[row.document for row in rows(stack, "select document from erp.client")],
        passwords=json.loads(environment.password_file(stack.home).read_text()).values(),
        keys=[
            *values["MULTITV_PIN_KEYS"].split(","),
            *(
                value
                for name, value in values.items()
                if name.startswith("AIRFLOW__") and name.endswith(("_KEY", "SECRET"))
            ),
            environment.sandbox_secret(stack.home),
        ],
    )
    assert len(found.pins) > 100
    assert len(found.documents) > 100
    assert len(found.keys) > 4
    assert found.passwords
    return found


def test_no_secret_is_in_a_log_a_report_an_argument_or_a_figure(stack: RunningStack, secrets: Secrets) -> None:
    kept = [stack.home / name for name in SECRET_FILES]
    apart = [stack.home / name for name in APART]
    found = [
        *in_files(secrets, stack.home, [*kept, *apart]),
        *in_arguments(secrets, marked(stack.home)),
        *(finding for path in FIGURES for finding in in_text(secrets, path, answer(f"{stack.api.address}{path}"))),
    ]
    assert task_logs(stack)
    assert [str(finding) for finding in found] == []
    assert {oct(path.stat().st_mode & 0o077) for path in kept} == {"0o0"}


def task_logs(stack: RunningStack) -> list[Path]:
    return list((stack.home / "airflow" / "logs").rglob("attempt=1.log"))


def answer(address: str) -> str:
    with requests.Session() as session:
        # A proxy of the machine has no business between us and our own loopback address.
        session.trust_env = False
        told = session.get(address, timeout=60)
    assert told.ok, f"{address}: {told.status_code}"
    return told.text


def test_no_secret_is_in_airflows_database(stack: RunningStack, secrets: Secrets) -> None:
    """XComs, rendered fields, configurations, questions and their answers, the audit log, and whatever else."""
    assert [str(finding) for finding in in_database(secrets, stack.metadata)] == []


def test_no_secret_is_in_the_isps_database_but_where_it_belongs(stack: RunningStack, secrets: Secrets) -> None:
    """Change sets, operations, what is parked, reports and figures. A stored PIN is encrypted, in one place."""
    found = list(in_database(secrets, stack.engine, BELONGS | {("tv.client_extra_field.value", SEALED)}))
    assert [str(finding) for finding in found] == []


def test_one_that_is_planted_among_them_is_found(stack: RunningStack, secrets: Secrets, tmp_path: Path) -> None:
    log = max(task_logs(stack), key=lambda path: path.stat().st_size)
    copy = tmp_path / "attempt=1.log"
    shutil.copy(log, copy)
    assert [*in_files(secrets, tmp_path)] == []
    pin = min(secrets.pins)
    lines = len(copy.read_text().splitlines())
    with copy.open("a") as file:
        file.write(json.dumps({"event": f"the PIN is {pin}"}) + "\n")
    found = [*in_files(secrets, tmp_path)]
    assert found == [Finding(f"attempt=1.log:{lines + 1}", "PIN", 1)]
    assert pin not in str(found[0])
