"""The trigger forms of the billing DAGs, and the task that reads the due date from them."""

from __future__ import annotations

from airflow.sdk import Param, get_current_context, task

from multitv.billing import due_date
from multitv.labels import label
from multitv.settings import get_settings

# A template: the output of the task itself would add an arrow from the first task to every other one.
DUE_DATE = "{{ ti.xcom_pull(task_ids='resolve_due_date') }}"


def due_date_form() -> dict[str, Param]:
    """Return the parameters of the due date: a date picker, empty in scheduled runs, and whether it may be past."""
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


def backfill_form() -> dict[str, Param]:
    """Return the parameters of a backfill: the due dates, and the review that all of them get."""
    several = Param(
        [],
        type="array",
        items={"type": "string", "format": "date"},
        title="Vencimentos",
        description="Um por linha, como 2026-10-10",
    )
    return {"due_dates": several} | review_form()


def void_form() -> dict[str, Param]:
    """Return the parameter with which a person allows that many events are voided at once."""
    return {
        "allow_voids": Param(
            False,
            type="boolean",
            title="Permitir muitos cancelamentos",
            description="Cancelar eventos pendentes acima do limite",
        )
    }


def review_form() -> dict[str, Param]:
    """Return the parameters of the review between Carregar and Salvar."""
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


def correction_form() -> dict[str, Param]:
    """Return the parameters of the correction of one event."""
    return {
        "event_code": Param(
            type="string",
            minLength=1,
            maxLength=100,
            title="Evento",
            description="O código do evento, como EV-20261210-00000024-4, da página do cliente",
        ),
        "action": Param(
            "reverse",
            enum=["reverse", "void", "take_back"],
            values_display={action: label(action) for action in ("reverse", "void", "take_back")},
            title="Correção",
            description="Estornar um evento processado, cancelar um pendente, ou desfazer a correção de um evento",
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
        "ask": Param(
            True,
            type="boolean",
            title="Perguntar antes",
            description="Mostrar o cliente e o valor, e corrigir só depois de um sim",
        ),
    }


@task(task_display_name="Vencimento")
def resolve_due_date() -> str:
    """Return the run's due date as YYYY-MM-DD. Raises BadDueDate."""
    context = get_current_context()
    form, run = context["params"], context["dag_run"]
    chosen, allow_past = form["due_date"], form["allow_past"]
    if run.run_type == "backfill" and run.data_interval_end is not None:
        # Airflow gives these runs their ids, and a backfill is meant for past due dates.
        chosen, allow_past = str(due_date.due_date_of(run.data_interval_end, get_settings().timezone)), True
    return str(due_date.resolve_due_date(chosen, context["run_id"], get_settings().today(), allow_past=allow_past))
