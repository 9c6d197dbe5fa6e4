"""Whatever code the database or Airflow may hold, a screen has a word of Portuguese for it."""

from __future__ import annotations

import re

import pytest
from airflow.utils.state import DagRunState, TaskInstanceState
from sqlalchemy import Engine, text

from multitv.database.sql import source
from multitv.labels import LABELS, SENTENCES, label, number
from multitv.web.core.rendering import day, document, moment, money
from tests.support.vocabularies import vocabularies

# The columns whose codes come on a screen, into a spreadsheet or into a report.
SHOWN = {
    "erp.client_plan": {"status"},
    "tv.package": {"service_type"},
    "tv.quarantine": {"entity"},
    "tv.catalog_sync": {"status"},
    "tv.catalog_change": {"entity", "change"},
    "tv.contract_change": {"action"},
    "billing.run": {"status"},
    "billing.event_record": {"kind"},
    "billing.exclusion": {"reason"},
    "billing.policy": {"proration", "timing", "rounding"},
    "billing.preview_line": {"status"},
    "finance.invoice": {"status"},
    "finance.posting": {"kind"},
    "reconciliation.change_set": {"status"},
    "reconciliation.operation": {"action", "status"},
    "reports.discrepancy": {"kind"},
    "reports.event_status": {"status"},
    "reports.package_clients": {"kind"},
    "reports.open_item": {"kind"},
}


@pytest.fixture
def codes(engine: Engine) -> dict[tuple[str, str], set[str]]:
    return vocabularies(engine)


def test_every_code_that_is_shown_has_a_label(codes: dict[tuple[str, str], set[str]]) -> None:
    for table, columns in SHOWN.items():
        for column in columns:
            assert codes[table, column], f"{table}.{column} allows anything"
            assert codes[table, column] <= LABELS.keys(), f"{table}.{column}"


def test_the_check_of_exclusions_allows_the_reasons_of_the_table_and_no_others(
    engine: Engine, codes: dict[tuple[str, str], set[str]]
) -> None:
    with engine.connect() as connection:
        reasons = set(connection.execute(text("select code from billing.exclusion_reason")).scalars())
    assert codes["billing.exclusion", "reason"] == reasons


def test_every_outcome_of_a_list_and_every_reason_to_void_has_a_label() -> None:
    """Exclusions are checked above; these are the codes that no constraint names."""
    assert {
        "charge",
        "new",
        "pending",
        "processed",
        "cancelled",
        "not_due",
        "corrected",
        "live",
        "future",
    } <= LABELS.keys()


def test_every_reason_of_a_charge_to_stay_pending_has_a_label(codes: dict[tuple[str, str], set[str]]) -> None:
    """As billing/pending_reasons names them, after the status of the invoice."""
    assert {"no_invoice", *(f"invoice_{status}" for status in codes["finance.invoice", "status"])} <= LABELS.keys()


@pytest.mark.parametrize("statement", ["insert_not_active", "insert_not_billed"])
def test_every_reason_of_a_discrepancy_has_words(statement: str) -> None:
    [case] = re.findall(
        r"    case\n((?:(?! case\n).)*?)    end as reason,\n", source(f"reports/{statement}"), re.DOTALL
    )[-1:]
    reasons = set(re.findall(r"(?:then|else) '(\w+)'", case))
    assert len(reasons) > 3
    assert reasons <= SENTENCES.keys()


def test_every_state_of_airflow_has_a_label() -> None:
    assert {state.value for state in (*TaskInstanceState, *DagRunState)} <= LABELS.keys()


def test_no_word_is_a_code() -> None:
    assert not [code for code, told in LABELS.items() if "_" in told or told == code]


def test_what_has_no_word_is_shown_as_it_is() -> None:
    assert (label("never_heard"), label(None), label("")) == ("never_heard", "—", "—")


def test_nothing_is_a_dash() -> None:
    assert {day(None), moment(None), money(None), number(None), document(None), document("")} == {"—"}


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("12345678909", "123.456.789-09"),
        ("123.456.789-09", "123.456.789-09"),
        ("12345678000195", "12.345.678/0001-95"),
        ("123", "123"),
        ("AB123456", "AB123456"),
    ],
)
def test_a_document_has_its_dots_and_dashes(written: str, shown: str) -> None:
    assert document(written) == shown
