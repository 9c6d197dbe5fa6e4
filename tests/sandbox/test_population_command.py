"""The command that loads the demo population: one line when it went well, the reason when it did not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine

from include.sandbox.population.__main__ import main


def uri(engine: Engine, scheme: str = "postgresql") -> str:
    return engine.url.set(drivername=scheme).render_as_string(hide_password=False)


def test_the_command_loads_once_and_says_so_in_one_line(engine: Engine, repository: Path) -> None:
    command = [sys.executable, "-m", "include.sandbox.population", "--clients", "40", "--anchor", "2026-11-23"]
    environment = {**os.environ, "ISP_DB_URI": uri(engine), "PYTHONPATH": f"{repository / 'plugins'}:{repository}"}
    outputs = [
        subprocess.run(command, env=environment, cwd=repository, capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    ]
    assert outputs[0].startswith("Demo population loaded: 40 clients, ")
    assert outputs[1].startswith("Nothing to do, the database has clients already: 40 clients, ")
    assert [output.count("\n") for output in outputs] == [1, 1]


def test_the_command_takes_the_short_scheme_of_psql_too(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ISP_DB_URI", uri(engine, "postgres"))
    assert main(["--clients", "3"]) == 0
    assert "loaded: 3 clients" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("address", "complaint"),
    [
        (None, "ISP_DB_URI is missing"),
        ("not an address", "ISP_DB_URI is missing or no address"),
        ("postgresql://me:hidden@127.0.0.1:port/isp", "ISP_DB_URI is missing or no address"),
        ("mysql://127.0.0.1/isp", "only PostgreSQL will do"),
        ("postgresql://me:hidden@127.0.0.1:1/isp", "is not available"),
    ],
)
def test_the_command_fails_with_the_reason_and_without_the_password(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], address: str | None, complaint: str
) -> None:
    monkeypatch.delenv("ISP_DB_URI", raising=False)
    if address is not None:
        monkeypatch.setenv("ISP_DB_URI", address)
    assert main(["--clients", "3"]) == 1
    error = capsys.readouterr().err
    assert complaint in error
    assert "hidden" not in error
