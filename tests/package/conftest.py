"""The wheel, an environment that has it installed, and what Airflow finds in a home of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from multitv.installation import REPOSITORY

# As Airflow does it: the plugins folder and the entry points, then the DAG files, each by itself.
_LOOK = """
import json, sys
from airflow.dag_processing.dagbag import DagBag
from airflow.plugins_manager import get_import_errors, get_plugin_info

found = {
    "plugins": [str(plugin["source"]) for plugin in get_plugin_info(["source"]) if plugin["name"] == "multitv"],
    "plugin_errors": get_import_errors(),
}
bag = DagBag(sys.argv[1])
found |= {"dags": sorted(bag.dags), "dag_errors": bag.import_errors}
if bag.dags:
    import multitv
    from multitv.database.sql import source
    found |= {"package": multitv.__path__[0], "statement": source("billing/open_run")}
print(json.dumps(found))
"""


@dataclass(frozen=True)
class Found:
    """What Airflow found: where the plugin was registered from, the DAGs, and the errors by the file or module."""

    plugins: list[str]
    plugin_errors: dict[str, str]
    dags: list[str]
    dag_errors: dict[str, str]
    package: str | None = None
    statement: str | None = None


@dataclass(frozen=True)
class Host:
    """An environment with Airflow and what our package depends on."""

    python: Path

    def run(self, home: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": os.environ["PATH"],
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            **variables,
        }
        return subprocess.run(
            [self.python, *arguments], cwd=home, env=environment, capture_output=True, text=True, check=False
        )

    def look(self, home: Path, **variables: str) -> Found:
        done = self.run(home, "-W", "ignore", "-c", _LOOK, str(home / "dags"), **variables)
        assert done.returncode == 0, done.stderr
        found: Mapping[str, object] = json.loads(done.stdout.splitlines()[-1])
        return Found(**found)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from the source distribution, as `make package` does it."""
    folder = tmp_path_factory.mktemp("dist")
    # With the build backend of the tests, so that nothing is downloaded.
    backend = ("--no-build-isolation", "--offline", "--python", sys.executable)
    command = [sys.executable, "-m", "uv", "build", *backend, "--out-dir", str(folder)]
    built = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    (file,) = folder.glob("*.whl")
    return file


@pytest.fixture(scope="session")
def with_wheel(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Host:
    """An environment of its own, with the wheel in it; everything else is borrowed from that of the tests."""
    folder = tmp_path_factory.mktemp("host") / "venv"
    python = folder / "bin" / "python"
    uv = [sys.executable, "-m", "uv", "--offline"]
    subprocess.run([*uv, "venv", "--quiet", "--python", sys.executable, folder], check=True)
    subprocess.run([*uv, "pip", "install", "--quiet", "--no-deps", "--python", python, wheel], check=True)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    borrowed = [entry for entry in sys.path if entry.endswith("site-packages")]
    (packages / "borrowed.pth").write_text("\n".join(borrowed) + "\n")
    return Host(python)


@pytest.fixture(scope="session")
def without_wheel() -> Host:
    return Host(Path(sys.executable))


@pytest.fixture
def home(tmp_path: Path, repository: Path) -> Path:
    """An AIRFLOW_HOME as Astronomer lays it out: dags/, plugins/ and include/."""
    for folder in ("dags", "plugins", "include/sql"):
        shutil.copytree(repository / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path
