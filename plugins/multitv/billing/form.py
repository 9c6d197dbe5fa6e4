"""The trigger form of the billing DAGs, and the task that turns it into a due date. The same for both."""

from __future__ import annotations

from typing import Any

from airflow.sdk import Param, get_current_context, task

from multitv.billing import due_date
from multitv.settings import get_settings

# A template and not the task's output, which would draw an arrow from the first task to every other one.
DUE_DATE = "{{ ti.xcom_pull(task_ids='resolve_due_date') }}"


def due_date_form() -> dict[str, Any]:
    """Return the DAG parameters: a date picker, which a scheduled run leaves empty, and the leave to bill the past."""
    return {
        "due_date": Param(
            None,
            type=["null", "string"],
            format="date",
            title="Vencimento",
            description="O vencimento a faturar",
        ),
        "allow_past": Param(
            False,
            type="boolean",
            title="Permitir vencimento passado",
            description="Faturar também se o vencimento for anterior a hoje",
        ),
    }


def void_form() -> dict[str, Any]:
    """Return the DAG parameter by which a person vouches for many events being voided at once."""
    return {
        "allow_voids": Param(
            False,
            type="boolean",
            title="Permitir muitos cancelamentos",
            description="Cancelar eventos pendentes acima do limite",
        )
    }


def review_form() -> dict[str, Any]:
    """Return the DAG parameters of the review between Carregar and Salvar."""
    return {
        "approval": Param(
            None,
            type=["null", "string"],
            enum=["auto", "always", "never", None],
            title="Aprovação",
            description="Quem confere a lista antes de salvar (vazio: MULTITV_BILLING_APPROVAL)",
        ),
        "dry_run": Param(False, type="boolean", title="Só conferir", description="Mostrar a lista e não salvar nada"),
    }


@task(task_display_name="Vencimento")
def resolve_due_date() -> str:
    """Return the run's due date as YYYY-MM-DD. Raises BadDueDate."""
    context = get_current_context()
    chosen = context["params"]
    resolved = due_date.resolve_due_date(
        chosen["due_date"], context["run_id"], get_settings().today(), allow_past=chosen["allow_past"]
    )
    return str(resolved)
