"""The trigger form of the maintenance."""

from __future__ import annotations

from airflow.sdk import Param


def maintenance_form() -> dict[str, Param]:
    """Return the DAG parameters: whether to say only what would be done."""
    return {
        "dry_run": Param(
            False,
            type="boolean",
            title="Só simular",
            description="Mostrar no relatório o que seria juntado e apagado, sem mudar nada",
        ),
    }
