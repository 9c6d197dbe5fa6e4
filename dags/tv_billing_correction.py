"""
# Corrigir um evento de faturamento: void or reverse one event, or take that back

A pending charge is voided. A processed charge is reversed by a credit of the same amount, which is linked to its
posting. Either is taken back by `take_back`, with the code of the charge or of its credit. The reason and the author
are recorded. Nothing that was posted is ever edited.

    confirm >> correct

It is only started by hand, with a form. `event_code` is the code that a client's page and the exports show, such as
`EV-20261210-00000024-4`; the author is the person who triggers it.

    {"event_code": "EV-20261210-00000024-4", "action": "reverse", "reason": "cobrado depois do cancelamento"}

`confirm` shows whose event it is, with package, month and amount, and waits until a person approves it. A script may
set `ask` to false. SQL knows an event by its number, which is the code's 16 digits without the check digit.

The credit goes on the client plan's next open invoice, from that of the charge on, and stops at its total: what is left
stays pending, and the settlement of a later due date posts it or lists it for paying out. Taking back voids a credit of
which nothing was posted; otherwise a new event charges the amount again.

The package is not charged for that month again, even if its due date is run again. To charge it again, at today's
price, set `rebill`, now or by the same correction later, and trigger `tv_billing` for the due date afterwards.

## Triage notes

* **confirm waits:** that is normal. Somebody has to say yes under *Required Actions*; after a no, nothing is written.
* **CorrectionUnanswered:** nobody answered within `MULTITV_BILLING_APPROVAL_HOURS`. Clear `confirm` to ask again.
* **EventCodeRefused:** a number instead of a code, or a wrong check digit. Copy the code again from the client's page.
* **CorrectionRefused:** the message says what the event is and how it can be corrected. Nothing was written.
* **`correct` was killed:** clear it. It is one transaction, and the same correction is made only once.
"""

from __future__ import annotations

from airflow.sdk import DAG, get_current_context, task

from multitv.billing import correction
from multitv.billing.operators import ConfirmCorrection
from multitv.billing.params import correction_form
from multitv.dag_defaults import default_args
from multitv.database.engine import task_engine
from multitv.event_codes import event_number

with DAG(
    "tv_billing_correction",
    dag_display_name="Corrigir um evento de faturamento",
    description="Estorna, cancela ou refaz a cobrança de um evento de faturamento, depois de um sim",
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
            event_number(form["event_code"]),
            form["action"],
            reason=form["reason"],
            author=author,
            rebill=form["rebill"],
        ).explanation

    ConfirmCorrection(task_id="confirm", task_display_name="Confirmar") >> correct()
