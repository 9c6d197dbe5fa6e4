"""
# Atualizar o painel: compute the figures of the page *Painel*, so that the page only reads them

Sums what was billed by month and package and by due date and status, counts the clients of each package, and sums the
discrepancies in reais and the operations of the last reconciliations, and counts what is pending: past its due date,
credits, payouts, open months, charges beyond what is owed. It writes to the schema `reports` only.

    sum_billing
    count_clients
    count_open_items
    sum_reconciliation

It runs every hour, a quarter of an hour after the reconciliation, which measures the discrepancies; by hand at any
time. Due dates are summed again only if their billing changed: a run that is not closed, a correction, a reversal that
was posted.

## Triage notes

* **Normal:** seconds. The very first run sums all due dates, and takes a few seconds for each million events.
* **A task failed:** the page shows the figures of the hour before and their age. Clear it, or wait for the next hour.
* **The discrepancies are old although this is green:** the reconciliation did not measure them. Look at its task
  `measure_discrepancies`.
* **Open months, or what was charged beyond what is owed, are old:** `tv_billing_sweep` finds them once a day. Trigger
  it to compare now.
* **A figure looks wrong:** it repeats what the tables say. Look at `tv_billing_sweep`, which checks the books.
"""

from __future__ import annotations

import pendulum
from airflow.sdk import DAG, CronTriggerTimetable, task

from multitv.dag_defaults import default_args
from multitv.database.engine import task_engine
from multitv.reports import dashboard
from multitv.settings import get_settings

settings = get_settings()

with DAG(
    "tv_dashboard",
    dag_display_name="Atualizar o painel",
    description="Calcula a cada hora os números do Painel",
    doc_md=__doc__,
    schedule=CronTriggerTimetable("45 * * * *", timezone=settings.timezone.key, run_immediately=False),
    start_date=pendulum.datetime(2026, 1, 1, tz=settings.timezone.key),
    catchup=False,
    max_active_runs=1,
    default_args=default_args(),
    tags=["tv", "impacto:medio"],
) as dag:

    @task(task_display_name="Somar o faturamento")
    def sum_billing() -> int:
        return dashboard.refresh_billing(task_engine(), get_settings().today())

    @task(task_display_name="Contar os clientes")
    def count_clients() -> None:
        dashboard.refresh_contracts(task_engine(), get_settings().today())

    @task(task_display_name="Contar as pendências")
    def count_open_items() -> None:
        dashboard.refresh_open_items(task_engine(), get_settings().today())

    @task(task_display_name="Somar a reconciliação")
    def sum_reconciliation() -> None:
        dashboard.refresh_reconciliation(task_engine(), get_settings().today(), get_settings().timezone)

    sum_billing()
    count_clients()
    count_open_items()
    sum_reconciliation()
