"""
# Vigiar o faturamento: find billing runs that stopped half-way, and books that became wrong

Looks every day for due dates whose TV billing was never saved, never settled or never ran, or whose standard billing
failed, for credits that are to be paid out or have waited for an invoice for two months, and checks the books of the
last two months again. Its report shows in reais what waits for an invoice. It changes nothing.

    find_unfinished
    check_due_days
    check_books
    compare_months

`compare_months` lists, in reais, what client plans owe beyond what was charged, month by month, and what was charged
beyond what is owed. It writes only what it found, for the next lists and the *Painel*, and the history.

## Triage notes

* **`find_unfinished` failed:** the message names each due date, and the report above it in the log says what to do. All
  of these steps may be repeated. A credit that is to be paid out is named every day until somebody notes the payment
  on the *Painel*.
* **`check_due_days` failed:** contracts with TV extras are on due days that no schedule serves. The message says how
  many, and how much a month. Add the days to `MULTITV_DUE_DAYS`, or correct the contracts in the ERP.
* **`compare_months` failed:** months that are over owe more than was charged. Bill them by hand or by a policy, or
  waive them on the page *Meses em aberto*; it is green again when none is left.
* **`check_books` failed:** the message names the check and the rows; all rows are in `quality.offender`. Call the owner
  of billing before you clear or correct anything.
"""

from __future__ import annotations

import pendulum
from airflow.sdk import DAG, CronTriggerTimetable, task

from multitv.billing import open_months, sweep
from multitv.dag_defaults import default_args
from multitv.database.engine import task_engine
from multitv.erp import history
from multitv.quality import books
from multitv.settings import get_settings

settings = get_settings()

with DAG(
    "tv_billing_sweep",
    dag_display_name="Vigiar o faturamento",
    description="Procura todo dia faturamentos parados, contratos fora da lista, meses em aberto e lançamentos errados",
    doc_md=__doc__,
    schedule=CronTriggerTimetable("0 8 * * *", timezone=settings.timezone.key, run_immediately=False),
    start_date=pendulum.datetime(2026, 1, 1, tz=settings.timezone.key),
    catchup=False,
    max_active_runs=1,
    default_args=default_args(),
    tags=["tv", "faturamento", "impacto:medio"],
) as dag:

    @task(task_display_name="Procurar faturamentos parados")
    def find_unfinished() -> None:
        sweep.sweep(task_engine(), get_settings(), get_settings().today())

    @task(task_display_name="Conferir os dias de vencimento")
    def check_due_days() -> None:
        books.require_served(task_engine(), get_settings().due_days)

    @task(task_display_name="Conferir os lançamentos")
    def check_books() -> None:
        books.check_all(task_engine(), books.BOOKS, sweep.recent_due_dates(task_engine(), get_settings().today()))

    @task(task_display_name="Comparar o devido e o cobrado")
    def compare_months() -> None:
        settings = get_settings()
        engine, today = task_engine(), settings.today()
        history.record(engine, today, settings)
        open_months.compare(engine, settings, today, sweep.recent_due_dates(engine, today))

    find_unfinished()
    check_due_days()
    check_books()
    compare_months()
