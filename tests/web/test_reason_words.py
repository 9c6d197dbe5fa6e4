"""Whatever code is stored for people to read has Portuguese words; the codes are collected from the sources."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from multitv.beenius.errors import RowRejected
from multitv.billing.callbacks import NAMED_CAUSES
from multitv.labels import LABELS, SENTENCES

# The statements that store codes; other quoted words in them are codes with a label, or names of JSON fields.
STATEMENTS = (
    "functions/reconciliation/reconciliation.stated_contract",
    "reconciliation/list_steps",
    "reconciliation/hold_swaps",
    "reconciliation/renumber_steps",
    "reconciliation/supersede_operations",
    "reconciliation/park_repeated",
    "reconciliation/insert_parked_subscribers",
    "reconciliation/insert_differences",
    "catalog/quarantine_links",
)
FIELDS = re.compile(r"code|parameters|.*_uid")
# Prints the code of every error of the modules that are imported, but for refusals.
LIST_CODES = """
from multitv.errors import MultiTVError, PermanentError, Refusal, TransientError

def kinds(kind):
    return {kind}.union(*map(kinds, kind.__subclasses__()))

print(*{kind.code for kind in kinds(MultiTVError) - kinds(Refusal) - {MultiTVError, PermanentError, TransientError}})
"""
# Where a call of each name has the code.
PLACES = {"Reason": 0, "add_where": 1, "add_unless": 1, "OperationResult": 2, "record_failure": 2, "_fault": 0}


def calls(root: Path) -> Iterator[tuple[str, ast.Call]]:
    for path in root.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                yield node.func.id if isinstance(node.func, ast.Name) else node.func.attr, node


def texts(node: ast.expr) -> list[str]:
    """The texts that an expression may be."""
    choices = [node.body, node.orelse] if isinstance(node, ast.IfExp) else [node]
    return [one.value for one in choices if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def test_every_code_in_the_modules_has_words(repository: Path) -> None:
    found = {
        name: {text for called, call in calls(repository / "plugins/multitv") if called == name
               for argument in call.args[place : place + 1] for text in texts(argument)}
        for name, place in PLACES.items()
    }  # fmt: skip
    assert all(found.values()), "a name is called in another way"
    assert not set().union(*found.values()) - SENTENCES.keys()


@pytest.mark.parametrize("statement", STATEMENTS)
def test_every_code_in_the_statements_has_words(repository: Path, statement: str) -> None:
    source = (repository / f"include/sql/{statement}.sql").read_text(encoding="utf-8")
    quoted = set(re.findall(r"'([a-z]{2,}(?:_[a-z]+)*)'", source))
    codes = {word for word in quoted if not FIELDS.fullmatch(word)}
    assert codes & SENTENCES.keys()
    assert not codes - SENTENCES.keys() - LABELS.keys()


def test_every_refusal_of_the_platform_has_words(repository: Path) -> None:
    """The sandbox refuses rows as the platform's contract says."""
    found = [
        [argument.value for argument in call.args[:2] if isinstance(argument, ast.Constant)]
        for called, call in calls(repository / "include/sandbox")
        if called == "Refusal"
    ]
    refusals = {str(values[1]) for values in found if len(values) == 2 and values[0] in (400, 404, 409, 412, 422)}
    # What the sandbox's own administration answers.
    refusals -= {"NOT_FOUND"}
    assert {"DEVICE_LIMIT_EXCEEDED", "VERSION_CONFLICT", "SUBSCRIBER_NOT_FOUND"} <= refusals
    reasons = {code: RowRejected("", http_status=409, platform_code=code).reason for code in refusals}
    assert reasons == {code: code.lower() for code in refusals}
    assert set(reasons.values()) <= SENTENCES.keys()


@pytest.mark.parametrize("code", ["QUOTA_EXCEEDED", "see_detail", ""])
def test_a_refusal_that_the_contract_does_not_know_has_general_words(code: str) -> None:
    assert RowRejected("", http_status=409, platform_code=code).reason == "refused_by_platform"
    assert SENTENCES["refused_by_platform"] == "a plataforma recusou esta operação"


@pytest.mark.parametrize(
    ("modules", "expected", "of_others"),
    [
        (
            "multitv.billing.standard, multitv.quality.books",
            {"erp_empty", "database_unavailable", "check_failed"},
            # Of tv_billing_sweep.
            {"months_open", "due_days_unserved"},
        ),
        (
            "multitv.billing.operators, multitv.billing.sensors, multitv.quality.billing",
            {"too_many_voids", "gate_failed", "standard_billing_overdue", "review_unanswered"},
            # Of the task before, of other DAGs.
            {
                "bad_due_date",
                "months_open",
                "correction_refused",
                "correction_unanswered",
                "correction_changed",
                "billing_run_failed",
                "billing_run_missing",
            },
        ),
    ],
)
def test_every_error_that_may_end_a_billing_has_words(modules: str, expected: set[str], of_others: set[str]) -> None:
    codes = subprocess.run(
        [sys.executable, "-c", f"import {modules}\n{LIST_CODES}"], capture_output=True, text=True, check=True
    ).stdout.split()
    assert expected <= set(codes)
    assert set(codes) - of_others <= NAMED_CAUSES <= SENTENCES.keys()


def test_sentences_are_words_and_no_codes() -> None:
    assert not [code for code, words in SENTENCES.items() if re.search(r"[a-z]_[a-z]|://", re.sub(r"{.*?}", "", words))]
