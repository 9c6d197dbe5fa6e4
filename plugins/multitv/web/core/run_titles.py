"""What a DAG run is called on a screen: after its configuration, and after its schedule if it has one."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from multitv.billing.due_date import due_date_of
from multitv.settings import get_settings
from multitv.web.core.access import BILLING_DAG, DAGS, DASHBOARD_DAG, RECONCILIATION_DAG, STANDARD_BILLING_DAG

_WITHOUT_DATE = {
    "tv_catalog_sync": "Sincronizando o catálogo de TV",
    "tv_billing_sweep": "Vigiando o faturamento",
    "tv_maintenance": "Fazendo a manutenção do banco",
    DASHBOARD_DAG: "Atualizando o painel",
}
# Runs whose data interval ends with their due date.
_ON_SCHEDULE = ("scheduled", "backfill")


def title(run: Mapping[str, Any]) -> str:
    """Return the title of a run that Airflow's REST API describes."""
    conf = run["conf"] or {}
    if run["dag_id"] == RECONCILIATION_DAG:
        return _of_reconciliation(conf)
    if run["dag_id"] not in (BILLING_DAG, STANDARD_BILLING_DAG):
        return _WITHOUT_DATE.get(run["dag_id"], "Execução")
    due_date = _due_date(run, conf)
    of_date = f"vencimento {due_date:%d/%m/%Y}" if due_date else ""
    if run["dag_id"] == STANDARD_BILLING_DAG:
        return f"{DAGS[STANDARD_BILLING_DAG]} do {of_date}" if of_date else DAGS[STANDARD_BILLING_DAG]
    if conf.get("dry_run") is True:
        return f"Carregando a lista do {of_date}" if of_date else "Carregando a lista"
    return f"Salvando e faturando o {of_date}" if of_date else "Salvando e faturando"


def _of_reconciliation(conf: Mapping[str, Any]) -> str:
    only = conf.get("only")
    what = f"o plano do cliente {only}" if isinstance(only, int) else "todos os planos de TV"
    return f"Planejando {what}, sem aplicar" if conf.get("dry_run") is True else f"Reconciliando {what}"


def _due_date(run: Mapping[str, Any], conf: Mapping[str, Any]) -> date | None:
    # The form takes whatever a person types; the run fails by what is no date.
    with suppress(ValueError):
        if isinstance(chosen := conf.get("due_date"), str):
            return date.fromisoformat(chosen)
    if run["run_type"] in _ON_SCHEDULE and run["data_interval_end"]:
        return due_date_of(datetime.fromisoformat(run["data_interval_end"]), get_settings().timezone)
    return None
