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


def backfill_form() -> dict[str, Any]:
    """Return the DAG parameters of a backfill: several due dates, reviewed alike."""
    several = Param(
        [],
        type="array",
        items={"type": "string", "format": "date"},
        title="Vencimentos",
        description="Um por linha, como 2026-10-10",
    )
    return {"due_dates": several} | review_form()


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


def correction_form() -> dict[str, Any]:
    """Return the DAG parameters of the correction of one event."""
    return {
        "event_id": Param(type="integer", minimum=1, title="Evento", description="O número do evento"),
        "action": Param(
            "reverse",
            enum=["reverse", "void"],
            title="Correção",
            description="reverse: estornar um evento processado; void: cancelar um pendente",
        ),
        "reason": Param(
            "", type="string", maxLength=500, title="Motivo", description="Por que; fica guardado com o seu nome"
        ),
        "rebill": Param(
            False,
            type="boolean",
            title="Cobrar de novo",
            description="O próximo faturamento pode cobrar este mês de novo",
        ),
    }


@task(task_display_name="Vencimento")
def resolve_due_date() -> str:
    """Return the run's due date as YYYY-MM-DD. Raises BadDueDate."""
    context = get_current_context()
    form, run = context["params"], context["dag_run"]
    chosen, allow_past = form["due_date"], form["allow_past"]
    if run.run_type == "backfill" and run.data_interval_end is not None:
        # Airflow names these runs itself, and whoever starts them means the past.
        chosen, allow_past = str(due_date.due_date_of(run.data_interval_end, get_settings().timezone)), True
    return str(due_date.resolve_due_date(chosen, context["run_id"], get_settings().today(), allow_past=allow_past))
