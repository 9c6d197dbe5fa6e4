"""
# Faturamento TV: bill the TV extras of a due date

Lists every client with an extra package whose plan falls due (*Carregar*), saves the charges as pending billing events
(*Salvar*), waits for the ISP's standard billing of the same due date, marks the events processed and posts them on its
invoices.

    resolve_due_date >> load >> check_list >> save >> check_events >> wait_for_standard_billing >> settle
    >> check_books >> report

It starts some days before each due date of the ISP (`MULTITV_DUE_DAYS`, `MULTITV_TV_BILLING_DAYS_AHEAD`). To run it by
hand, pick the due date (*Vencimento*) in the trigger form, or send:

    {"due_date": "2026-12-10", "approval": "always"}

`approval` says whether a person has to approve the list before it is saved: auto (if something is unusual), always or
never. With `dry_run` the list is stored for the screen (`billing.preview`) and the run ends; nothing is charged.

A due date may be run any number of times, also twice at once: pending events are added, re-priced or voided, processed
events never change, and nobody is charged twice for a package in a month.

## Triage notes

* **Normal:** `wait_for_standard_billing` is deferred for days and occupies no worker. If the list of a due date is
  empty, the run is green, its tasks are skipped, and the report says so.
* **`save` waits for input:** something about the list is unusual, and the page says what. If you approve, exactly that
  list is saved; if you reject, nothing is, and the task fails. If the data changed meanwhile, it asks again. Without an
  answer in time it fails, too. Clear it to be asked again.
* **`check_events` failed:** saved events do not look like charges, and nothing was posted. The message and the Data
  Docs say what is wrong. Correct the data that they come from and trigger a run for the same due date.
* **`check_books` failed:** the books of this due date are wrong. The message and `quality.offender` name the rows. Do
  not send the invoices out, and call the owner of billing before you clear anything.
* **The report or `check_books` names what is parked:** a price is negative, or the row of the contract or of its
  service plan in the ERP is wrong. It is not charged, and what it had pending is neither posted nor voided. Correct the
  row and trigger a run of `standard_billing` and of this DAG for the same due date.
* **A task failed with ErpViewFailed or ErpUnavailable:** a view over the ERP raises an error, or does not reach it. The
  message names the view. The former is not tried again: correct the view or the row, then clear the task.
* **`wait_for_standard_billing` failed:** the standard billing failed or is late; the message says which. Repair or run
  `standard_billing` for this due date, then clear the task. The events stay pending; nothing is lost.
* **`settle` is green and the report says “ainda pendentes”:** those client plans have no open invoice. Make or re-open
  it in the ERP and trigger a run for the same due date. All other events are posted.
* **`save` or `settle` failed with TooManyVoids:** more clients lost their charge than is plausible. Check that the ERP
  and the catalogue are complete. The message says what to do if they are.
* **The report says “hoje não seriam cobrados”:** a contract or package was cancelled after the posting. Decide
  whether to reverse the charge (`tv_billing_correction`).
* **`save`, `check_events`, the wait or `settle` failed:** the page *Faturamento TV* names the cause beside the state
  of the due date, until a save or a settlement ends well.
* **`save` or `settle` was tried again after DueDateOvertaken:** a due day moved while two due dates were billed at
  once. The next try sees what the other did. Look into it only if all tries fail.
* **`check_books` warns of `charge_of_other_price`:** the price of a charge is neither the sale's nor one that the
  package has or had. Ask who changed it in the database.
* **`load` or `settle` failed with ErpIncomplete:** many contracts are gone from the ERP, or wrong in it. Look
  whether it is completely loaded, then clear the task. The message says what to do if it is as it should be.
* **A task was killed:** clear it. Each task is one transaction.
"""

from __future__ import annotations

import pendulum
from airflow.sdk import DAG, get_current_context, task

from multitv.billing import tv
from multitv.billing.callbacks import record_tv_failure
from multitv.billing.due_date import parse_due_date
from multitv.billing.operators import LoadList, ReviewAndSave
from multitv.billing.params import DUE_DATE, due_date_form, resolve_due_date, review_form, void_form
from multitv.billing.report import tv_report
from multitv.billing.sensors import StandardBillingSensor
from multitv.billing.timetables import DueDayTimetable
from multitv.dag_defaults import default_args, on_failure
from multitv.database.engine import task_engine
from multitv.erp import history
from multitv.quality import books
from multitv.quality.billing import check_charges
from multitv.settings import get_settings

settings = get_settings()

with DAG(
    "tv_billing",
    dag_display_name="Faturamento TV",
    description="Lista, confere, salva e lança no Financeiro os pacotes extras de TV de um vencimento",
    doc_md=__doc__,
    schedule=DueDayTimetable(
        settings.due_days, settings.tv_billing_days_ahead, settings.billing_time, settings.timezone
    ),
    start_date=pendulum.datetime(2026, 1, 1, tz=settings.timezone.key),
    catchup=False,
    max_active_runs=64,
    default_args=default_args(),
    tags=["tv", "faturamento", "impacto:alto"],
    params=due_date_form() | review_form() | void_form(),
) as dag:

    @task(task_display_name="Conferir a lista")
    def check_list() -> None:
        books.warn(task_engine(), books.NEVER_BILLED, get_settings().due_days)

    @task(task_display_name="Conferir os eventos", on_failure_callback=on_failure(record_tv_failure))
    def check_events(due_date: str) -> None:
        check_charges(task_engine(), parse_due_date(due_date), get_settings())

    @task(task_display_name="Processar e lançar no Financeiro", on_failure_callback=on_failure(record_tv_failure))
    def settle(due_date: str) -> None:
        settings = get_settings()
        history.record(task_engine(), settings.today(), settings)
        allow_voids = get_current_context()["params"]["allow_voids"]
        tv.settle(task_engine(), parse_due_date(due_date), settings, allow_voids=allow_voids)

    @task(task_display_name="Conferir os lançamentos")
    def check_books(due_date: str) -> None:
        books.warn_of(task_engine(), books.PARKED + books.PRICES, parse_due_date(due_date))
        books.check(task_engine(), books.BOOKS, parse_due_date(due_date))

    @task(task_display_name="Relatório", trigger_rule="none_failed")
    def report(due_date: str) -> None:
        tv_report(task_engine(), parse_due_date(due_date), get_settings().data_docs_page(f"billing-{due_date}"))

    (
        resolve_due_date()
        >> LoadList(task_id="load", task_display_name="Carregar", due_date=DUE_DATE)
        >> check_list()
        >> ReviewAndSave(
            task_id="save",
            task_display_name="Conferir e salvar",
            due_date=DUE_DATE,
            on_failure_callback=on_failure(record_tv_failure),
        )
        >> check_events(DUE_DATE)
        >> StandardBillingSensor(
            task_id="wait_for_standard_billing",
            task_display_name="Aguardar o Faturamento Padrão",
            due_date=DUE_DATE,
            execution_timeout=None,
            on_failure_callback=on_failure(record_tv_failure),
        )
        >> settle(DUE_DATE)
        >> check_books(DUE_DATE)
        >> report(DUE_DATE)
    )
