"""A person who knows neither codes nor English reads what a change set would do, and what it did."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest
from sqlalchemy import Engine, text

from multitv.labels import Reason
from multitv.reconciliation.change_set import read_change_set
from multitv.reconciliation.guard import GUARD, LIMITS, NOBODY, assess, record_decision
from multitv.reconciliation.report import change_set_report, outcome_report
from multitv.settings import Settings
from tests.reconciliation.conftest import change_set
from tests.support.databases import as_owner
from tests.support.report_text import assert_readable, unpadded
from tests.support.vocabularies import vocabularies

ACTIONS = (
    "create", "update", "suspend", "resume", "deactivate", "recover_pin", "add_service", "end_service", "add_device",
    "edit_device", "remove_device",
)  # fmt: skip
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
BEFORE = {"status": "ACTIVE", "first_name": "Ana", "label": None, "device_type_uid": "a"}
AFTER = {"status": "INACTIVE", "first_name": "Bia", "label": "Sala", "device_type_uid": None}


def insert_operations(engine: Engine, change_set_id: int, *statuses: str) -> None:
    """An operation of each action with each status; the rejected ones with an error of the platform."""
    with as_owner(engine).begin() as connection:
        connection.exec_driver_sql(
            "insert into tv.package (platform_uid, name, service_type, extra) "
            "values ('svc_x', 'Esportes', 'EXTENDED_SERVICE', true)"
        )
        for number, (action, status) in enumerate(product(ACTIONS, statuses)):
            rejected = status == "rejected"
            connection.execute(
                text(
                    "insert into reconciliation.operation (change_set_id, client_plan_id, number, action, target, "
                    "before, after, reason, status, outcome_code, outcome, done_at) values (:id, 7, :number, :action, "
                    ":target, :before, :after, 'name_differs', :status, :code, :said, :at)"
                ),
                {
                    "id": change_set_id,
                    "number": number,
                    "action": action,
                    "target": {"service": "svc_x", "device": "02:00:00:00:00:01"}.get(action.partition("_")[2]),
                    "before": json.dumps(BEFORE),
                    "after": json.dumps(AFTER),
                    "status": status,
                    "code": "client_without_name" if rejected else None,
                    "said": "NO: Beenius at http://x refused it (request 1)" if rejected else None,
                    "at": None if status == "planned" else NOON,
                },
            )


def test_the_question_is_in_portuguese_whatever_the_operations_are(engine: Engine) -> None:
    made = change_set(engine)
    insert_operations(engine, made, "planned", "rejected")
    settings = Settings(reconciliation_max_removals=0, reconciliation_max_removal_share=0)
    assessment = assess(engine, made, settings)
    [question] = assessment.questions
    body = change_set_report(engine, question)
    assert all(f"**{concern.sentence[0].upper()}{concern.sentence[1:]}" in body for concern in assessment.concerns)
    assert_readable(body, engine)
    assert_readable(outcome_report(engine, made), engine)
    assert "situação: Ativo → Inativo, nome: Ana → Bia" in body
    assert "incluir serviço" in body
    assert "Esportes" in body


def test_every_concern_has_words(engine: Engine) -> None:
    counts = ("removals", "recent", "limit", "managed", "desired", "before", "provisioned", "without_contract",
              "creations", "recorded")  # fmt: skip
    for code in LIMITS:
        words = Reason(code, dict.fromkeys(counts, 7) | {"share": 0.05}).sentence
        assert_readable(words, engine)
        assert "—" not in words


def test_counts_agree_with_their_nouns(engine: Engine) -> None:
    one = dict.fromkeys(("operations", "client_plans", "desired", "managed", "removals", "unmanaged"), 1)
    body = change_set_report(engine, change_set(engine, **one))
    assert "1 operação em 1 plano de cliente\n" in body
    assert "* 1 plano de cliente a atender; na plataforma há 1 assinante nosso e 1 outro\n" in body
    assert body.endswith("* 1 plano de cliente perderia um serviço, um aparelho ou o acesso")
    many = change_set_report(engine, change_set(engine, **dict.fromkeys(one, 1200)))
    assert "1.200 operações em 1.200 planos de clientes\n" in many
    assert many.endswith("* 1.200 planos de clientes perderiam um serviço, um aparelho ou o acesso")


def test_the_results_are_in_portuguese_whatever_became_of_the_operations(engine: Engine) -> None:
    statuses = sorted(vocabularies(engine)["reconciliation.operation", "status"])
    made = change_set(engine, unmanaged=2)
    insert_operations(engine, made, *statuses)
    with engine.begin() as connection:
        for statement in (
            "insert into reconciliation.unmanaged values (:id, 'sub-1', 'loja'), (:id, 'sub-2', null)",
            "insert into reconciliation.difference values (:id, 7, 'update', null, 'client_without_name'), "
            "(:id, 8, 'create', null, null), (:id, 9, 'create', null, null)",
        ):
            connection.execute(text(statement), {"id": made})
    report = outcome_report(engine, made)
    assert_readable(report, engine)
    words = unpadded(report)
    assert "| incluir serviço | aplicada | 1 |" in words
    assert "| criar assinante | o ERP não sabe o nome do cliente | 1 | 1 |" in words
    assert "Diferenças que restam na plataforma: 1 explicada por uma recusa, 2 sem explicação." in words
    assert "## 2 assinantes sem contrato, que não foram alterados" in words
    assert "| sub-2 | — |" in words


@pytest.mark.parametrize(
    ("by", "shown"),
    [
        (GUARD, "Decisão: automática, dentro dos limites"),
        (NOBODY, "Decisão: ninguém respondeu no prazo: nada foi feito"),
        ("Ana", "Decisão de Ana"),
        ("active", "Decisão de active"),
    ],
)
def test_who_decided_is_named(engine: Engine, by: str, shown: str) -> None:
    made = change_set(engine)
    record_decision(engine, made, approved=by != NOBODY, by=by, at=NOON)
    assert f"\n{shown}\n" in outcome_report(engine, made)


def test_every_state_of_a_change_set_has_words(engine: Engine) -> None:
    states: dict[str, Any] = {}
    for status in vocabularies(engine)["reconciliation.change_set", "status"]:
        made = change_set(engine, status=status, decided_by=GUARD, decided_at=NOON)
        assert read_change_set(engine, made).status == status
        states[status] = outcome_report(engine, made)
        assert_readable(states[status], engine)
    assert "Situação: conferida\n" in states["verified"]
    assert "A plataforma já serve o que foi vendido: não havia nada a fazer." in states["verified"]
