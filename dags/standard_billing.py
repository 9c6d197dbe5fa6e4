"""
# Faturamento Padrão: invoice the plans of a due date

Makes an invoice for each active client plan that falls due, posts the plan's monthly price on it, and closes the
standard billing of the due date. `tv_billing` waits until it is closed. Plan fees of open months go on the same
invoices, if the billing policy bills open months; the report names the others.

    resolve_due_date >> check_plans >> bill >> check_fees >> report

It starts by itself some days before each due date of the ISP, later than `tv_billing` (`MULTITV_DUE_DAYS`,
`MULTITV_STANDARD_BILLING_DAYS_AHEAD`). To run it by hand, pick the due date (*Vencimento*) in the form, or send:

    {"due_date": "2026-12-10"}

An ISP whose ERP invoices the plans itself leaves this DAG paused and writes `finance.invoice` and `billing.run` itself.

## Triage notes

* **Normal:** it takes a minute. A second run of a due date finds it closed and changes nothing.
* **`check_plans` or the report names parked client plans:** their rows in the ERP are wrong, or that of their service
  plan is, and the message says how. They have no invoice; all others are billed. Correct the rows, then run this DAG
  and `tv_billing` for the same due date again. All of them are in `quality.offender`.
* **A task failed with ErpViewFailed or ErpUnavailable:** a view over the ERP raises an error, or does not reach it. The
  message names the view. The former is not tried again: correct the view or the row, then clear the task.
* **`check_fees` or the report names client plans:** their due day moved within the month, and the plan fee is on the
  invoice that is named. They also have an invoice of this due date, for TV extras, without a second fee. All of them
  are in `quality.offender`.
* **`check_fees` warns of `fee_of_no_contract`:** a fee is not its plan's price of today, or the ERP has no such
  contract. If neither changed since, ask who wrote it.
* **`check_fees` failed:** a client plan has two plan fees in a month, or one on an invoice of another client plan. Do
  not send the invoices out, and call the owner of billing before you clear anything.
* **`bill` failed with ErpIncomplete:** many contracts are gone from the ERP, or wrong in it. Look whether it
  is completely loaded, then clear the task. The message says what to do if it is as it should be.
* **`check_plans` or `bill` failed and has no retry left:** the failure is recorded, and the TV billing of this due date
  stops waiting. After a successful run here, clear `wait_for_standard_billing` in `tv_billing`.
* **A task was killed:** clear it. `bill` is one transaction.
"""

from __future__ import annotations

import pendulum
from airflow.sdk import DAG, task

from multitv.billing import standard
from multitv.billing.callbacks import record_standard_failure
from multitv.billing.due_date import parse_due_date
from multitv.billing.params import DUE_DATE, due_date_form, resolve_due_date
from multitv.billing.report import standard_report
from multitv.billing.timetables import DueDayTimetable
from multitv.dag_defaults import default_args, on_failure
from multitv.database.engine import task_engine
from multitv.erp import history
from multitv.quality import books
from multitv.settings import get_settings

settings = get_settings()

with DAG(
    "standard_billing",
    dag_display_name="Faturamento Padrão",
    description="Faz a fatura e lança a mensalidade de cada plano de um vencimento, e fecha o faturamento padrão",
    doc_md=__doc__,
    schedule=DueDayTimetable(
        settings.due_days, settings.standard_billing_days_ahead, settings.billing_time, settings.timezone
    ),
    start_date=pendulum.datetime(2026, 1, 1, tz=settings.timezone.key),
    catchup=False,
    max_active_runs=64,
    default_args=default_args(),
    tags=["faturamento", "impacto:alto"],
    params=due_date_form(),
) as dag:

    @task(task_display_name="Conferir os planos", on_failure_callback=on_failure(record_standard_failure))
    def check_plans(due_date: str) -> None:
        books.warn_of(task_engine(), books.PLANS, parse_due_date(due_date))

    @task(task_display_name="Faturar os planos", on_failure_callback=on_failure(record_standard_failure))
    def bill(due_date: str) -> None:
        settings = get_settings()
        history.record(task_engine(), settings.today(), settings)
        standard.bill_plans(task_engine(), parse_due_date(due_date))

    @task(task_display_name="Conferir as mensalidades")
    def check_fees(due_date: str) -> None:
        books.warn_of(task_engine(), books.FEES, parse_due_date(due_date))
        books.check(task_engine(), books.ONE_FEE, parse_due_date(due_date))

    @task(task_display_name="Relatório")
    def report(due_date: str) -> None:
        standard_report(task_engine(), parse_due_date(due_date))

    resolve_due_date() >> check_plans(DUE_DATE) >> bill(DUE_DATE) >> check_fees(DUE_DATE) >> report(DUE_DATE)
