"""The trigger form of the reconciliation."""

from __future__ import annotations

from airflow.sdk import Param


def reconciliation_form() -> dict[str, Param]:
    """Return the DAG parameters: one client plan instead of all, a dry run, and leave for many removals."""
    return {
        "only": Param(
            None,
            type=["null", "integer"],
            minimum=1,
            title="Somente o plano do cliente",
            description="Número do plano do cliente; vazio: todos",
        ),
        "dry_run": Param(
            False,
            type="boolean",
            title="Somente planejar",
            description="Mostrar o que seria feito na plataforma, sem fazer nada",
        ),
        "allow_removals": Param(
            False,
            type="boolean",
            title="Permitir muitas retiradas",
            description="Não perguntar por retiradas e bloqueios acima do limite",
        ),
    }
