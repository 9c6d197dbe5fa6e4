"""A run is called what its configuration says that it does, whatever its id is."""

from __future__ import annotations

from typing import Any

import pytest

from multitv.web.core.run_titles import title

# When 11 December begins in São Paulo.
AFTER_THE_10TH = "2026-12-11T03:00:00Z"


@pytest.mark.parametrize(
    ("dag_id", "conf", "expected"),
    [
        ("tv_billing", {"due_date": "2026-12-10", "dry_run": True}, "Carregando a lista do vencimento 10/12/2026"),
        ("tv_billing", {"due_date": "2026-12-10"}, "Salvando e faturando o vencimento 10/12/2026"),
        ("tv_billing", {"due_date": "carregar_due_2026"}, "Salvando e faturando"),
        ("tv_billing", {"due_date": 7, "dry_run": True}, "Carregando a lista"),
        ("tv_billing", None, "Salvando e faturando"),
        ("standard_billing", {"due_date": "2026-12-10"}, "Faturamento Padrão do vencimento 10/12/2026"),
        ("standard_billing", {}, "Faturamento Padrão"),
        ("tv_plan_reconciliation", {}, "Reconciliando todos os planos de TV"),
        ("tv_plan_reconciliation", {"only": 4711}, "Reconciliando o plano do cliente 4711"),
        ("tv_plan_reconciliation", {"dry_run": True}, "Planejando todos os planos de TV, sem aplicar"),
        ("tv_plan_reconciliation", {"only": "x", "dry_run": False}, "Reconciliando todos os planos de TV"),
        ("tv_dashboard", {}, "Atualizando o painel"),
        ("tv_catalog_sync", {"allow_shrink": True}, "Sincronizando o catálogo de TV"),
        ("something_else", {"due_date": "2026-12-10"}, "Execução"),
    ],
)
def test_a_run_by_hand_is_called_after_its_configuration(
    dag_id: str, conf: dict[str, Any] | None, expected: str
) -> None:
    run = {"dag_id": dag_id, "dag_run_id": "carregar_due_2026-01-01__x", "conf": conf, "run_type": "manual"}
    assert title(run | {"data_interval_end": AFTER_THE_10TH}) == expected


@pytest.mark.parametrize("run_type", ["scheduled", "backfill"])
def test_a_run_on_schedule_is_called_after_the_due_date_of_its_interval(run_type: str) -> None:
    run = {"conf": {}, "run_type": run_type, "data_interval_end": AFTER_THE_10TH}
    assert title(run | {"dag_id": "tv_billing"}) == "Salvando e faturando o vencimento 10/12/2026"
    assert title(run | {"dag_id": "standard_billing"}) == "Faturamento Padrão do vencimento 10/12/2026"
    assert title(run | {"dag_id": "tv_billing", "data_interval_end": None}) == "Salvando e faturando"
