"""The documents and the repository agree: links, commands, settings, DAGs and files that they name exist."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from multitv.installation import REPOSITORY
from multitv.settings import Settings

DOCUMENTS = sorted([*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").glob("*.md")])
# What it says of earlier versions need not exist any more.
OF_TODAY = [path for path in DOCUMENTS if path.name != "CHANGELOG.md"]
NEEDED = {"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"}
MOST_LINES_OF_README = 150
# Read by `make run`, not by the settings of an ISP.
OF_THE_LOCAL_STACK = {"MULTITV_HOME"}
FOLDERS = ("dags", "docs", "helm", "include", "plugins", "tests")
# The bases of the paths in a table whose head names them.
BASE = re.compile(r"in `([\w/]+/)`")


@dataclass(frozen=True)
class Row:
    """A row of a table, by the names of its columns."""

    cells: dict[str, str]

    def files(self, column: str) -> list[Path]:
        """The files that a cell names, below the folder that the head of its column names."""
        base = BASE.search(column)
        return [REPOSITORY / (base[1] if base else "") / name for name in spans(self.cells[column]) if "." in name]


@cache
def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def spans(markdown: str) -> list[str]:
    return re.findall(r"`([^`\n]+)`", markdown)


def code(path: Path) -> list[str]:
    """Everything that a document shows as code: spans and indented lines."""
    return [*spans(text(path)), *re.findall(r"^ {4,}(\S.*)$", text(path), re.M)]


def anchors(path: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", text(path), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def section(path: Path, heading: str) -> str:
    """What stands under a heading, up to the next one."""
    [found] = re.findall(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", text(path), re.M | re.S)
    return str(found)


def table(markdown: str) -> list[Row]:
    """The rows of the one table in it."""
    lines = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in re.findall(r"^\|.*$", markdown, re.M)]
    head, _, *rows = lines
    return [Row(dict(zip(head, row + [""] * (len(head) - len(row)), strict=True))) for row in rows]


def named(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


def test_the_documents_are_there() -> None:
    assert {named(path) for path in DOCUMENTS} >= NEEDED


def test_the_readme_is_short_enough_to_be_read() -> None:
    assert len(text(REPOSITORY / "README.md").splitlines()) <= MOST_LINES_OF_README


@pytest.mark.parametrize("path", DOCUMENTS, ids=named)
def test_every_link_leads_somewhere(path: Path) -> None:
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text(path)):
        if link.startswith("https://"):
            continue
        file, _, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def test_every_document_of_docs_is_linked_from_the_readme() -> None:
    linked = set(re.findall(r"\]\((docs/[\w-]+\.md)", text(REPOSITORY / "README.md")))
    indirectly = {"docs/plans.md"}
    assert {named(path) for path in DOCUMENTS if path.parent == REPOSITORY / "docs"} == linked | indirectly


@pytest.mark.parametrize("path", OF_TODAY, ids=named)
def test_every_target_of_make_that_is_named_exists(path: Path) -> None:
    targets = set(re.findall(r"^([\w.-]+):", text(REPOSITORY / "Makefile"), re.M))
    asked = {target for shown in code(path) for target in re.findall(r"\bmake ([a-z.][\w.-]*)", shown)}
    assert asked - targets == set()


@pytest.mark.parametrize("path", OF_TODAY, ids=named)
def test_every_module_that_is_to_be_run_exists(path: Path) -> None:
    modules = {module for shown in code(path) for module in re.findall(r"python -m (multitv[\w.]*)", shown)}
    paths = {module: REPOSITORY / "plugins" / module.replace(".", "/") for module in modules}
    forms = {module: (path.with_suffix(".py"), path / "__main__.py") for module, path in paths.items()}
    assert [module for module, files in forms.items() if not any(file.is_file() for file in files)] == []


def test_the_settings_are_those_of_their_document() -> None:
    settings = {f"MULTITV_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"MULTITV_[A-Z_]+", text(REPOSITORY / "docs" / "settings.md"))) == settings
    for path in OF_TODAY:
        # A name that ends with an underscore stands for all that begin so.
        for name in re.findall(r"MULTITV_[A-Z_]+", text(path)):
            known = any(one.startswith(name) for one in settings) if name.endswith("_") else name in settings
            assert known or name in OF_THE_LOCAL_STACK, f"{named(path)}: {name}"


def test_every_dag_is_in_the_table_of_the_readme() -> None:
    dags = [re.findall(r'^with DAG\(\s*"(\w+)"', text(path), re.M) for path in (REPOSITORY / "dags").glob("*.py")]
    rows = table(section(REPOSITORY / "README.md", "The DAGs"))
    assert sorted(f"`{dag_id}`" for [dag_id] in dags) == sorted(row.cells["DAG"] for row in rows)


@pytest.mark.parametrize("path", OF_TODAY, ids=named)
def test_every_file_that_is_named_exists(path: Path) -> None:
    paths = {shown for shown in spans(text(path)) if re.fullmatch(rf"(?:{'|'.join(FOLDERS)})/[\w./*-]+", shown)}
    assert sorted(shown for shown in paths if not list(REPOSITORY.glob(shown.rstrip("/")))) == []


@pytest.mark.parametrize("heading", ["Where do I change…?", "A column of a page's table"])
def test_whoever_changes_something_finds_its_files_and_the_quickest_test(heading: str) -> None:
    rows = table(section(REPOSITORY / "CONTRIBUTING.md", heading))
    for row in rows:
        question, *columns, test = row.cells
        if "](#" in row.cells[columns[0]]:
            continue
        files = [file for column in columns for file in row.files(column)]
        assert files, row
        assert [named(file) for file in files if not file.is_file()] == [], row.cells[question]
        [tested] = row.files(test)
        assert re.search(r"^def test_", text(tested), re.M), row.cells[question]


def test_each_model_of_a_page_is_in_the_file_that_is_named() -> None:
    rows = table(section(REPOSITORY / "CONTRIBUTING.md", "A column of a page's table"))
    [column] = (name for name in rows[0].cells if name.startswith("model"))
    for row in rows:
        model, _ = spans(row.cells[column])
        [file] = row.files(column)
        assert f"\nclass {model}(" in text(file)
