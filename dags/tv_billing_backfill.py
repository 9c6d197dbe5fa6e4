"""
# Faturar vários vencimentos: one run of the TV billing for each due date

Triggers `tv_billing` for each due date in the form, the oldest first, and waits for all of them. Each is a run of its
own: one that fails, or waits for a person or for its standard billing, does not hold up the others.

    due_dates >> bill (a task a due date)

Only by hand. Past due dates are meant, so they need no further leave; `approval` and `dry_run` are as in `tv_billing`.

    {"due_dates": ["2026-10-10", "2026-11-10"], "approval": "always"}

Airflow's own backfill of `tv_billing` does the same for all due dates whose runs would have started in a span of days.

## Triage notes

* **A `bill` task failed:** the run of its due date did; its link leads there. Repair that one, clear its tasks there,
  then clear the task here, or leave it.
* **`bill` waits for days:** so does its run, for the standard billing of its due date. Nothing is held meanwhile.
"""

from __future__ import annotations

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import DAG, get_current_context, task

from multitv.billing import due_date
from multitv.billing.form import backfill_form
from multitv.dag_defaults import default_args
from multitv.settings import get_settings

with DAG(
    "tv_billing_backfill",
    dag_display_name="Faturar vários vencimentos",
    doc_md=__doc__,
    schedule=None,
    catchup=False,
    max_active_runs=4,
    default_args=default_args(),
    tags=["tv", "faturamento", "impacto:alto"],
    params=backfill_form(),
) as dag:

    @task(task_display_name="Vencimentos")
    def due_dates() -> list[dict[str, object]]:
        context = get_current_context()
        return due_date.backfill_runs(context["params"], context["run_id"], get_settings().today())

    TriggerDagRunOperator.partial(
        task_id="bill",
        task_display_name="Faturar",
        trigger_dag_id="tv_billing",
        logical_date=None,
        wait_for_completion=True,
        deferrable=True,
        poke_interval=10,
        fail_when_dag_is_paused=True,
        skip_when_already_exists=False,
        reset_dag_run=True,
        # One after the other, so that the oldest is triggered first; those that wait are deferred and don't count.
        max_active_tis_per_dagrun=1,
        execution_timeout=None,
        # What its run could not do in its own retries needs a person.
        retries=0,
    ).expand_kwargs(due_dates())
