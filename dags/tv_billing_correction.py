"""
# Corrigir um evento de faturamento: void or reverse one event

A pending charge is voided. A processed charge is reversed by a credit of the same amount, which is linked to its
posting. The reason and the author are recorded. Nothing that was posted is ever edited.

    correct

It is only started by hand, with a form. `event_id` is the event's number (`billing.event.id`); the author is the person
who triggers it.

    {"event_id": 2026121000000001, "action": "reverse", "reason": "cobrado depois do cancelamento"}

The credit goes on the invoice of the charge. If that was paid or closed meanwhile, it goes on the client plan's next
invoice: until there is one, the reversal stays pending, and the settlement of a later due date posts it.

The package is not charged for that month again, even if its due date is run again. To charge it again, at today's
price, set `rebill` and trigger `tv_billing` for the due date afterwards.

## Triage notes

* **CorrectionRefused:** the message says what the event is and how it can be corrected. Nothing was written.
* **The task was killed:** clear it. It is one transaction, and the same correction is made only once.
"""

from __future__ import annotations

from airflow.sdk import DAG, get_current_context, task

from multitv.billing import correction
from multitv.billing.params import correction_form
from multitv.dag_defaults import default_args
from multitv.database.engine import task_engine

with DAG(
    "tv_billing_correction",
    dag_display_name="Corrigir um evento de faturamento",
    doc_md=__doc__,
    schedule=None,
    catchup=False,
    max_active_runs=8,
    default_args=default_args(),
    tags=["tv", "faturamento", "impacto:alto"],
    params=correction_form(),
) as dag:

    @task(task_display_name="Corrigir")
    def correct() -> str:
        context = get_current_context()
        form = context["params"]
        author = context["dag_run"].triggering_user_name or ""
        return correction.correct(
            task_engine(),
            form["event_id"],
            form["action"],
            reason=form["reason"],
            author=author,
            rebill=form["rebill"],
        ).explanation

    correct()
