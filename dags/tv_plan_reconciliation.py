"""
# Reconciliar planos de TV: make the platform serve what was sold

Compares every client plan with TV with its subscriber on the platform, stores the differences as a change set with one
row for each operation, and applies it: subscribers are created, renamed, suspended, resumed or closed, and services and
devices are added and removed. It fills in the client's *ID Assinante Beenius* and *Auth Pin Assinante Beenius*.

    take_snapshot >> compute_change_set >> guard >> [ask, release]
    release >> apply >> verify >> [measure_discrepancies, report]

At the end of a full run it measures the discrepancies in reais (revenue assurance) that the *Painel* shows
(`reports.discrepancy`), and records what the ERP says and what the ISP sells, as true from today on (`history`).

It runs every hour and after each catalogue sync. A run by hand can be for one client plan (`only`), show the change
set without applying it (`dry_run`), allow many removals (`allow_removals`), or confirm that an ERP or a platform that
shrank is complete (`allow_shrink`). If more client plans than usual lose something within 24 hours, those wait for a
person in `tv_reconciliation_approval`, which `ask` starts; all others are served at once.

    {"only": 4711, "dry_run": true}

## Triage notes

* **Normal:** an hour in which nothing changed is green in seconds, with everything from `release_batches` on skipped.
  Rejected operations in the report are normal in small numbers: each has its reason and is tried again by the next run.
* **A task is deferred:** the platform does not answer. The run goes on by itself when it does.
* **`guard` failed with SourceShrunken:** the ERP or the platform lost much, or nearly everybody would be created anew.
  Nothing was sent. See that both are complete, then trigger a new run; with `allow_shrink` if they are as they should.
* **`ask` failed:** mostly because `tv_reconciliation_approval` is paused: unpause it, then clear `ask`.
* **`take_snapshot` failed:** something is wrong with the installation, or the platform could not be read completely.
  Do what the message says, then clear the task.
* **`release` or `apply` failed, or was killed:** clear it; it goes on where it stopped. It fails for the platform as a
  whole only. If the message says that the change set is too old or superseded, trigger a new run instead.
* **`verify` failed:** somebody else changes subscribers, or the platform lost a write. The next run tries to repair it.
* **`measure_discrepancies` failed:** the platform is as it should be; do what the message says.
* **The report names parked subscribers:** they cannot be read, or their external id and the recorded uid disagree. They
  and their client plans wait, nobody else. Correct them on the platform.
* **The report names unmanaged subscribers:** they were made by hand, or their contract is gone. They are never touched.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, AssetOrTimeSchedule, CronTriggerTimetable, get_current_context, task

from multitv.beenius.pool import BEENIUS_POOL
from multitv.catalog.assets import TV_CATALOG
from multitv.dag_defaults import default_args, uses
from multitv.database.engine import task_engine
from multitv.erp import history
from multitv.reconciliation.apply import apply_batch, list_batches
from multitv.reconciliation.change_set import make_change_set
from multitv.reconciliation.operators import GuardChangeSet, RunQuestion
from multitv.reconciliation.params import reconciliation_form
from multitv.reconciliation.report import change_set_report, outcome_report
from multitv.reconciliation.snapshot import stage_subscribers
from multitv.reconciliation.verify import verify_change_set
from multitv.reports import revenue_assurance
from multitv.reports.platform_requests import counted_client
from multitv.settings import get_settings

settings = get_settings()

# A first provisioning of a million clients takes hours; a change set is valid for twenty.
APPLY_TIMEOUT = timedelta(hours=6)
PLATFORM = uses(platform=True, pool=BEENIUS_POOL)
# Templates, because the tasks' outputs would draw arrows from the first tasks to all others.
SNAPSHOT = "{{ ti.xcom_pull(task_ids='take_snapshot') }}"
CHANGE_SET = "{{ ti.xcom_pull(task_ids='compute_change_set') }}"

with DAG(
    "tv_plan_reconciliation",
    dag_display_name="Reconciliar planos de TV",
    description="Compara a cada hora a plataforma com os contratos e corrige as diferenças",
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

    @task(task_display_name="Ler os assinantes da plataforma", pre_execute=PLATFORM)
    def take_snapshot() -> int:
        params = get_current_context()["params"]
        since = None if params["read_all"] else get_settings().complete_since()
        return stage_subscribers(task_engine(), counted_client(get_settings()), params["only"], complete_since=since)

    @task(task_display_name="Planejar")
    def compute_change_set(snapshot: str) -> int:
        context = get_current_context()
        params, today = context["params"], get_settings().today()
        change_set = make_change_set(task_engine(), int(snapshot), today, params["only"], takes=not params["dry_run"])
        context["ti"].xcom_push("markdown", change_set_report(task_engine(), change_set))
        return change_set

    @task.run_if(lambda context: context["ti"].xcom_pull(task_ids="guard", key="applies"))
    @task(task_display_name="Dividir as retiradas de pontos", pre_execute=uses())
    def release_batches(change_set: str) -> list[tuple[int, int]]:
        return list_batches(task_engine(), int(change_set), get_settings(), "release")

    @task(task_display_name="Retirar pontos", pool=BEENIUS_POOL, pre_execute=PLATFORM, execution_timeout=APPLY_TIMEOUT)
    def release(batch: tuple[int, int], change_set: str) -> None:
        apply_batch(task_engine(), counted_client(get_settings()), int(change_set), *batch, get_settings(), "release")

    @task(task_display_name="Dividir as operações")
    def apply_batches(change_set: str) -> list[tuple[int, int]]:
        return list_batches(task_engine(), int(change_set), get_settings(), "rest")

    @task(task_display_name="Aplicar", pool=BEENIUS_POOL, pre_execute=PLATFORM, execution_timeout=APPLY_TIMEOUT)
    def apply(batch: tuple[int, int], change_set: str) -> None:
        apply_batch(task_engine(), counted_client(get_settings()), int(change_set), *batch, get_settings(), "rest")

    @task(task_display_name="Conferir a plataforma", pre_execute=PLATFORM)
    def verify(change_set: str) -> None:
        since = get_settings().complete_since()
        verify_change_set(task_engine(), counted_client(get_settings()), int(change_set), complete_since=since)

    @task.skip_if(lambda context: bool(context["params"]["only"] or context["params"]["dry_run"]))
    @task(task_display_name="Medir a divergência", trigger_rule="none_failed", pre_execute=uses())
    def measure_discrepancies(change_set: str) -> None:
        history.record(task_engine(), settings.today(), settings, judged=True)
        revenue_assurance.measure(task_engine(), int(change_set), settings.today())

    @task(task_display_name="Relatório", trigger_rule="none_failed")
    def report(change_set: str) -> str:
        return outcome_report(task_engine(), int(change_set))

    guard = GuardChangeSet(task_id="guard", task_display_name="Conferir os limites", change_set=CHANGE_SET)
    # One at a time: a question that another one replaces is ended before that one is asked.
    ask = RunQuestion.partial(task_id="ask", task_display_name="Perguntar a uma pessoa", max_active_tis_per_dagrun=1)
    ask.expand_kwargs(guard.output)

    (
        take_snapshot()
        >> compute_change_set(SNAPSHOT)
        >> guard
        >> (to_release := release_batches(CHANGE_SET))
        >> release.partial(change_set=CHANGE_SET).expand(batch=to_release)
        >> (to_apply := apply_batches(CHANGE_SET))
        >> apply.partial(change_set=CHANGE_SET).expand(batch=to_apply)
        >> verify(CHANGE_SET)
        >> [measure_discrepancies(CHANGE_SET), report(CHANGE_SET)]
    )
