"""
# Reconciliar planos de TV: make the platform serve what was sold

Compares every client plan with TV with its subscriber on the platform, stores the differences as a change set with one
row for each operation, and applies it: subscribers are created, renamed, suspended, resumed or closed, and services and
devices are added and removed. It fills in the client's *ID Assinante Beenius* and *Auth Pin Assinante Beenius*
(encrypted).

    take_snapshot >> compute_change_set >> approve >> release >> apply >> verify >> [measure_discrepancies, report]

At the end of a full run it measures the discrepancies in reais (revenue assurance) that the *Painel* shows: what is
sold but not active, active but not billed, billed but not active (`reports.discrepancy`). It also records what the ERP
says of the contracts and what the ISP sells, as true from today on (`history`).

It runs every hour and after each catalogue sync. A run by hand can be for one client plan (`only`), show the change
set without applying it (`dry_run`), or allow many removals without asking anybody (`allow_removals`).

    {"only": 4711, "dry_run": true}

## Triage notes

* **Normal:** an hour in which nothing changed is green in seconds, with everything from `release_batches` on skipped.
  Rejected operations in the report are normal in small numbers: each has its reason and is tried again by the next run.
* **`approve` waits for input:** the change set takes something from more clients than is usual, or the ERP or the
  platform shrank. Read the counts. If in doubt, reject: nothing is written, and the next run asks again. No answer in
  time counts as a rejection. Until then no other run starts, and no client is changed.
* **`take_snapshot` failed:** the platform could not be read completely. Nothing was written. It was retried; look at
  the platform, then clear the task.
* **`release` or `apply` failed, or was killed:** clear it. It goes on where it stopped: what was done is not done
  twice. If the message says that the change set is too old or superseded, trigger a new run instead.
* **`verify` failed:** the platform still differs and nothing explains it: somebody else changes subscribers, or the
  platform lost a write. The message names some; the next run tries to repair them.
* **`measure_discrepancies` failed:** nothing is wrong with the platform; the *Painel* shows the discrepancies of an
  earlier run and their age. Staging holds one run at a time, so an old run cannot be measured again: the next run
  measures.
* **`measure_discrepancies` failed with ErpIncomplete:** many contracts are gone from the ERP, or wrong in it. Look
  whether it is completely loaded, then clear the task. The message says what to do if it is as it should be.
* **The report names parked subscribers:** what the platform says of them cannot be read, or its external id and the uid
  recorded here disagree. They and their client plans wait; the others were served. Correct them on the platform.
* **The report names data that the platform shows otherwise:** it accepted them twice and keeps another form, such as a
  label that it cuts. They are not sent again until either side changes.
* **The report names unmanaged subscribers:** they were created by hand, or their contract is gone from the ERP. They
  are never touched. Close them on the platform, or repair the contract.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, AssetOrTimeSchedule, CronTriggerTimetable, get_current_context, task

from multitv.beenius.client import BeeniusClient
from multitv.beenius.hook import BeeniusHook
from multitv.beenius.pool import BEENIUS_POOL
from multitv.catalog.assets import TV_CATALOG
from multitv.dag_defaults import default_args
from multitv.database.engine import task_engine
from multitv.erp import history
from multitv.reconciliation.apply import Wave, apply_batch, list_batches
from multitv.reconciliation.change_set import make_change_set
from multitv.reconciliation.operators import ApproveChangeSet
from multitv.reconciliation.params import reconciliation_form
from multitv.reconciliation.report import change_set_report, outcome_report
from multitv.reconciliation.snapshot import stage_subscribers
from multitv.reconciliation.verify import verify_change_set
from multitv.reports import revenue_assurance
from multitv.settings import get_settings

settings = get_settings()

# A first provisioning of a million clients takes hours; a change set is valid for twenty.
APPLY_TIMEOUT = timedelta(hours=6)
# Templates, because the tasks' outputs would draw arrows from the first tasks to all others.
SNAPSHOT = "{{ ti.xcom_pull(task_ids='take_snapshot') }}"
CHANGE_SET = "{{ ti.xcom_pull(task_ids='compute_change_set') }}"

with DAG(
    "tv_plan_reconciliation",
    dag_display_name="Reconciliar planos de TV",
    doc_md=__doc__,
    schedule=AssetOrTimeSchedule(
        timetable=CronTriggerTimetable("30 * * * *", timezone=settings.timezone.key, run_immediately=False),
        assets=[TV_CATALOG],
    ),
    catchup=False,
    max_active_runs=1,
    default_args=default_args(),
    tags=["tv", "plataforma", "impacto:alto"],
    params=reconciliation_form(),
) as dag:

    @task(task_display_name="Ler os assinantes da plataforma")
    def take_snapshot() -> int:
        only = get_current_context()["params"]["only"]
        return stage_subscribers(task_engine(), platform(), only)

    @task(task_display_name="Planejar")
    def compute_change_set(snapshot: str) -> int:
        context = get_current_context()
        change_set = make_change_set(task_engine(), int(snapshot), get_settings().today(), context["params"]["only"])
        context["ti"].xcom_push("markdown", change_set_report(task_engine(), change_set))
        return change_set

    @task(task_display_name="Dividir as retiradas de pontos")
    def release_batches(change_set: str) -> list[tuple[int, int]]:
        return list_batches(task_engine(), int(change_set), get_settings(), "release")

    @task(task_display_name="Retirar pontos", pool=BEENIUS_POOL, execution_timeout=APPLY_TIMEOUT)
    def release(batch: tuple[int, int], change_set: str) -> None:
        send(batch, change_set, "release")

    @task(task_display_name="Dividir as operações")
    def apply_batches(change_set: str) -> list[tuple[int, int]]:
        return list_batches(task_engine(), int(change_set), get_settings(), "rest")

    @task(task_display_name="Aplicar", pool=BEENIUS_POOL, execution_timeout=APPLY_TIMEOUT)
    def apply(batch: tuple[int, int], change_set: str) -> None:
        send(batch, change_set, "rest")

    @task(task_display_name="Conferir a plataforma")
    def verify(change_set: str) -> None:
        verify_change_set(task_engine(), platform(), int(change_set))

    @task.skip_if(lambda context: bool(context["params"]["only"] or context["params"]["dry_run"]))
    @task(task_display_name="Medir a divergência", trigger_rule="none_failed")
    def measure_discrepancies(change_set: str) -> None:
        settings = get_settings()
        history.record(task_engine(), settings.today(), settings)
        revenue_assurance.measure(task_engine(), int(change_set), settings.today())

    @task(task_display_name="Relatório", trigger_rule="none_failed")
    def report(change_set: str) -> str:
        return outcome_report(task_engine(), int(change_set))

    def platform() -> BeeniusClient:
        settings = get_settings()
        return BeeniusHook().get_conn(settings.beenius_concurrency, settings.beenius_requests_per_second)

    def send(batch: tuple[int, int], change_set: str, wave: Wave) -> None:
        first, last = batch
        apply_batch(task_engine(), platform(), int(change_set), first, last, get_settings(), wave)

    (
        take_snapshot()
        >> compute_change_set(SNAPSHOT)
        >> ApproveChangeSet(task_id="approve", task_display_name="Aprovar", change_set=CHANGE_SET)
        >> (to_release := release_batches(CHANGE_SET))
        >> release.partial(change_set=CHANGE_SET).expand(batch=to_release)
        >> (to_apply := apply_batches(CHANGE_SET))
        >> apply.partial(change_set=CHANGE_SET).expand(batch=to_apply)
        >> verify(CHANGE_SET)
        >> [measure_discrepancies(CHANGE_SET), report(CHANGE_SET)]
    )
