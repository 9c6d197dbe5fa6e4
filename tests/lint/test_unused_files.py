"""What `make lint` says of statements and templates that nothing uses."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lint.unused_files import unused_statements, unused_templates

RUN = """
named("billing/open_run")
for step in ("load", "save"):
    named(f"billing/{step}")
"""
PAGE = """{% extends "core/base.html" %}{% include 'clients/rows.html' %}"""
FILES = {
    "plugins/multitv/billing/run.py": RUN,
    "plugins/multitv/web/core/rows.py": 'named(f"web/list_{name}")',
    "plugins/multitv/web/clients/pages.py": 'select("clients"), render(request, "clients/page.html")',
    "plugins/multitv/web/clients/templates/page.html": PAGE,
    "plugins/multitv/web/clients/templates/rows.html": "",
    "plugins/multitv/web/core/templates/base.html": "",
    "include/sql/billing/open_run.sql": "",
    "include/sql/billing/load.sql": "",
    "include/sql/web/list_clients.sql": "",
    "include/sql/functions/billing/billing.assessed_sale.sql": "",
    "include/sql/schema/0002_more.sql": "",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_what_is_used_is_not_named(root: Path) -> None:
    assert unused_statements(root) == []
    assert unused_templates(root) == []


@pytest.mark.parametrize(
    "name", ["include/sql/billing/close_run.sql", "include/sql/offer/load.sql", "include/sql/web/clients.sql"]
)
def test_a_statement_that_nothing_names_is_found(root: Path, name: str) -> None:
    (root / name).parent.mkdir(exist_ok=True)
    (root / name).write_text("")
    assert unused_statements(root) == [name]


def test_a_template_that_only_names_itself_is_found(root: Path) -> None:
    template = root / "plugins/multitv/web/clients/templates/tree.html"
    template.write_text('{% include "clients/tree.html" %}')
    assert unused_templates(root) == ["plugins/multitv/web/clients/templates/tree.html"]
