"""
# Faturar vários vencimentos: one run of the TV billing for each due date

Triggers `tv_billing` for each due date in the form, oldest first, and waits for all of them. Each has a run of its own:
one that fails, or waits for a person or for its standard billing, does not delay the others.

    due_dates >> bill (two tasks for each due date): trigger >> wait

It is only started by hand. Past due dates are allowed; `approval` and `dry_run` are those of `tv_billing`.

    {"due_dates": ["2026-10-10", "2026-11-10"], "approval": "always"}

Airflow's own backfill of `tv_billing` bills all due dates whose runs would have started in a range of days,
`max_active_runs` at a time; there, a waiting run counts.

## Triage notes

* **`wait` is deferred for days:** the run of its due date waits for a person or for its standard billing. No worker is
  occupied meanwhile.
* **`wait` failed:** the run of its due date failed or was deleted; the message names it. Repair a failed run on its own
  page and clear its tasks, then clear `wait` here. If it was deleted, clear `trigger` here *with its downstream tasks*.
* **`trigger` is skipped:** it was cleared or tried again, and the run of its due date already existed. That run was not
  changed; `wait` shows how it ended.
* **`trigger` failed:** the run of its due date was not created. If the message is DagIsPaused, unpause `tv_billing`.
  Then clear `trigger` *with its downstream tasks*.
"""

from __future__ import annotations

from airflow.providers.standard.operators.trigger_dagrun import DagIsPaused, TriggerDagRunOperator
from airflow.sdk import DAG, get_current_context, task, task_group

from multitv.billing.due_date import BackfillRun, backfill_runs
from multitv.billing.params import backfill_form
from multitv.billing.sensors import BillingRunSensor
from multitv.dag_defaults import default_args, retry_policy
from multitv.settings import get_settings

with DAG(
    "tv_billing_backfill",
    dag_display_name="Faturar vários vencimentos",
    description="Inicia o Faturamento TV de vários vencimentos e espera por todos",
    doc_md=__doc__,
    schedule=None,
    catchup=False,
    max_active_runs=4,
    default_args=default_args(),
    tags=["tv", "faturamento", "impacto:alto"],
    params=backfill_form(),
) as dag:

    @task(task_display_name="Vencimentos")
    def due_dates() -> list[BackfillRun]:
        context = get_current_context()
        return backfill_runs(context["params"], context["run_id"], get_settings().today())

    # In a mapped group `wait` follows only the `trigger` of its own due date; as two mapped tasks it would follow all.
    @task_group(group_display_name="Faturar", prefix_group_id=False)
    def bill(due_date: str, run_id: str, form: dict[str, object]) -> None:
        (
            TriggerDagRunOperator(
                task_id="trigger",
                task_display_name="Iniciar o faturamento",
                map_index_template="{{ task.conf['due_date'] }}",
                trigger_dag_id="tv_billing",
                trigger_run_id=run_id,
                conf=form,
                logical_date=None,
                # One at a time, in the order of the list. Deferred tasks count too, so this one never defers.
                max_active_tis_per_dagrun=1,
                # Not reset_dag_run, which restarts the tasks of a run in progress: `wait` follows the existing run.
                skip_when_already_exists=True,
                fail_when_dag_is_paused=True,
                retry_policy=retry_policy(DagIsPaused),
            )
            >> BillingRunSensor(
                task_id="wait",
                task_display_name="Aguardar o faturamento",
                map_index_template="{{ task.due_date }}",
                billing_dag_id="tv_billing",
                billing_run_id=run_id,
                due_date=due_date,
                trigger_rule="none_failed",
                execution_timeout=None,
            )
        )

    bill.expand_kwargs(due_dates())
