"""The note on a DAG run: what it does, for which due date, and when it started by the ISP's clock."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.models.dagrun import DagRun
from airflow.utils.types import DagRunType

from multitv.web.listeners import on_dag_run_running

DAG_OF_OURS = SimpleNamespace(owner="multitv", dag_display_name="Promoção de um pacote")


def started(dag_id: str, *, dag: Any = DAG_OF_OURS, **of_run: Any) -> DagRun:
    run = DagRun(dag_id=dag_id, run_id="one", run_type=DagRunType.MANUAL, conf={}, start_date=None)
    run.dag = dag
    run.start_date = datetime(2026, 12, 3, 2, 5, tzinfo=UTC)
    for name, value in of_run.items():
        setattr(run, name, value)
    on_dag_run_running(run)
    return run


@pytest.mark.parametrize(
    ("dag_id", "of_run", "begins"),
    [
        ("tv_billing", {"conf": {"due_date": "2026-12-10"}}, "Salvando e faturando o vencimento 10/12/2026. "),
        (
            "standard_billing",
            {"run_type": DagRunType.SCHEDULED, "data_interval_end": datetime(2026, 12, 11, 3, tzinfo=UTC)},
            "Faturamento Padrão do vencimento 10/12/2026. ",
        ),
        ("tv_plan_reconciliation", {}, "Reconciliando todos os planos de TV. "),
        ("tv_promotion", {}, "Promoção de um pacote. "),
    ],
)
def test_a_run_from_a_form_or_a_schedule_has_a_note(dag_id: str, of_run: dict[str, Any], begins: str) -> None:
    assert started(dag_id, **of_run).note == f"{begins}Início: 02/12/2026 23:05, horário de America/Sao_Paulo."


def test_a_note_of_a_person_stays_and_other_dags_get_none() -> None:
    assert started("tv_billing", note="de novo, a pedido da Ana").note == "de novo, a pedido da Ana"
    assert started("theirs", dag=SimpleNamespace(owner="airflow")).note is None


def test_a_note_that_cannot_be_made_stops_no_run(caplog: pytest.LogCaptureFixture) -> None:
    assert started("tv_billing", start_date=None).note is None
    assert "has no note" in caplog.text
