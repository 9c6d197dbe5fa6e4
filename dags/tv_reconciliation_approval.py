"""
# Aprovar retiradas de TV: ask a person before many clients lose something

The hourly `tv_plan_reconciliation` serves everybody at once, but client plans that would lose a service, a device or
the access, if more of them than is usual do so within 24 hours. Those, and whoever waits for their devices, are split
into a change set of their own, and a run of this DAG asks a person about it:

    ask >> reconcile >> report

* **Approve:** a full reconciliation is started at once. It judges every operation again by the present state: what is
  sold again meanwhile stays. What was approved passes the guard for 24 hours, and nothing else does.
* **Reject:** nothing is written, and the run fails, because the platform still serves what the contracts say is over.
  These operations are not asked again for 24 hours; correct the ERP until then.
* **No answer within `MULTITV_RECONCILIATION_APPROVAL_HOURS`:** the run fails and nothing is written. The next hourly
  reconciliation asks again.

There is one open question at a time. When something new comes up, another run asks about all of it, and the run before
ends as skipped. The time for an answer runs from the first of these questions on. A question whose run was deleted is
asked anew by the next hourly reconciliation.

## Triage notes

* **`ask` waits for input:** read the counts and the sample. If the ERP is wrong, reject.
* **`ask` failed with QuestionUnanswered:** nobody answered in time. Nothing is broken, but clients keep TV that they
  are not to have, and the devices are not free for others. Answer the next question.
* **`ask` failed with RemovalsRejected:** a person rejected it. Correct the ERP, or answer the next question.
* **`ask` failed with NotApproved:** a newer question replaced this one while it was answered: answer that one.
* **`reconcile` failed:** see that run of `tv_plan_reconciliation`. The approval holds for 24 hours: the next
  reconciliation carries it out.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.providers.standard.operators.trigger_dagrun import DagIsPaused, TriggerDagRunOperator
from airflow.sdk import DAG, task

from multitv.dag_defaults import default_args, retry_policy
from multitv.database.engine import task_engine
from multitv.reconciliation.operators import AskForApproval
from multitv.reconciliation.params import approval_form
from multitv.reconciliation.report import approval_report

QUESTION = "{{ params.change_set }}"

with DAG(
    "tv_reconciliation_approval",
    dag_display_name="Aprovar retiradas de TV",
    description="Pergunta a uma pessoa antes de retirar TV de muitos clientes",
    doc_md=__doc__,
    schedule=None,
    catchup=False,
    max_active_runs=1,
    # It only runs when the reconciliation starts it, and a question that nobody sees helps nobody.
    is_paused_upon_creation=False,
    default_args=default_args(),
    tags=["tv", "plataforma", "impacto:alto"],
    params=approval_form(),
) as dag:

    @task(task_display_name="Relatório")
    def report(question: str) -> str:
        return approval_report(task_engine(), int(question))

    (
        AskForApproval(task_id="ask", task_display_name="Aprovar", change_set=QUESTION)
        >> TriggerDagRunOperator(
            task_id="reconcile",
            task_display_name="Reconciliar",
            trigger_dag_id="tv_plan_reconciliation",
            trigger_run_id="approved_" + QUESTION,
            logical_date=None,
            reset_dag_run=True,
            wait_for_completion=True,
            deferrable=True,
            poke_interval=10,
            fail_when_dag_is_paused=True,
            execution_timeout=timedelta(hours=24),
            retry_policy=retry_policy(DagIsPaused),
        )
        >> report(QUESTION)
    )
