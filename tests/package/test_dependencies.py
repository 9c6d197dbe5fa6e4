"""What the wheel asks of an Airflow that is there already agrees with what is imported and with what is tested."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from multitv.installation import OLDEST_AIRFLOW

# Modules that are not called after their distribution, or that another one brings and decides the version of.
BROUGHT_BY = {
    "airflow": "apache-airflow",
    "airflow.providers.postgres": "apache-airflow-providers-postgres",
    "airflow.providers.standard": "apache-airflow-providers-standard",
    "anyio": "fastapi",
    "pendulum": "apache-airflow",
    "pydantic_core": "pydantic",
    "starlette": "fastapi",
}
# FastAPI imports it, to read forms.
NOT_IMPORTED = {"python-multipart"}


@pytest.fixture
def project(repository: Path) -> Any:
    return tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture
def dependencies(project: Any) -> dict[str, Requirement]:
    requirements = map(Requirement, project["dependencies"])
    return {canonicalize_name(requirement.name): requirement for requirement in requirements}


def modules(node: ast.AST) -> list[str]:
    """The modules that a piece of code imports, by a statement or by import_module."""
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=str(name)):
            return [name]
        case ast.Call(func=ast.Name(id="import_module"), args=[ast.Constant(value=str(name))]):
            return [name]
    return []


def imported(repository: Path) -> Iterator[str]:
    """The distributions that plugins/ and dags/ import from."""
    for folder in ("plugins", "dags"):
        for path in (repository / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                for name in modules(node):
                    top = name.split(".")[0]
                    provider = ".".join(name.split(".")[:3])
                    if top not in {*sys.stdlib_module_names, "multitv", "_typeshed"}:
                        yield canonicalize_name(BROUGHT_BY.get(provider, BROUGHT_BY.get(top, top)))


def test_the_dependencies_are_what_plugins_and_dags_import(
    repository: Path, dependencies: dict[str, Requirement]
) -> None:
    assert set(imported(repository)) | NOT_IMPORTED == set(dependencies)


def test_every_tested_version_is_in_its_range(repository: Path, dependencies: dict[str, Requirement]) -> None:
    lock = (repository / "requirements.txt").read_text(encoding="utf-8")
    pins = re.findall(r"^([a-z0-9-]+)(?:\[\S+\])?==(\S+)", lock, re.MULTILINE)
    locked = {name: Version(version) for name, version in pins}
    for name, requirement in dependencies.items():
        assert locked[name] in requirement.specifier, requirement


def test_no_dependency_is_pinned(dependencies: dict[str, Requirement]) -> None:
    operators = {each.operator for requirement in dependencies.values() for each in requirement.specifier}
    assert operators == {">=", "<"}


def test_the_oldest_airflow_is_the_one_that_an_import_checks_for(dependencies: dict[str, Requirement]) -> None:
    assert f">={'.'.join(map(str, OLDEST_AIRFLOW))}" in str(dependencies["apache-airflow"].specifier)


def test_the_interpreters_are_those_of_airflow(project: Any) -> None:
    assert project["requires-python"] == ">=3.11,<3.14"
