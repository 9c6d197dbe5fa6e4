"""What the description of the API allows, and what it forbids, thrown at the running server by Schemathesis.

It changes whatever it finds, so this file comes last: conftest.py sees to it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from multitv.installation import REPOSITORY
from tests.support.size import SOAK
from tests.web.visitor import Visitor

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
)


pytestmark = pytest.mark.proof


def thrown(admin: Visitor, folder: Path, mode: str, phases: str, examples: int) -> str:
    """Throw the same requests as every time at the server; return what Schemathesis has to say."""
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "run", f"{admin.address}/multitv/api/v1/openapi.json",
        "--header", f"Authorization: Bearer {admin.token}", "--checks", ",".join(CHECKS), "--mode", mode,
        "--generation-deterministic", "--max-examples", str(examples), "--phases", phases, "--no-color",
    ]  # fmt: skip
    hooks = os.environ | {"SCHEMATHESIS_HOOKS": "tests.web.openapi_hooks", "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=folder, timeout=280, env=hooks)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    return done.stdout


@pytest.mark.usefixtures("things")
def test_the_server_keeps_to_its_description_whatever_it_is_sent(admin: Visitor, tmp_path: Path) -> None:
    assert "Authentication" not in thrown(admin, tmp_path, "all", "coverage,fuzzing", 3 if SOAK == 1 else 10)


def test_it_does_so_about_what_is_there(admin: Visitor, things: dict[str, object], tmp_path: Path) -> None:
    values = [f'"path.{name}" = {json.dumps(value, default=str)}' for name, value in things.items()]
    (tmp_path / "schemathesis.toml").write_text("\n".join(["[parameters]", *values]) + "\n")
    assert "Missing test data" not in thrown(admin, tmp_path, "positive", "fuzzing", 2 if SOAK == 1 else 6)
