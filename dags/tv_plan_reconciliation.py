"""
# Reconciliação de planos de TV: what was sold is what the platform serves

Compares every client plan with TV with its subscriber on the platform, writes down a plan of what differs, a row an
operation, and applies that plan: subscribers are created, renamed, suspended, resumed or closed, services and devices
are added and taken away. It fills in the client's *ID Assinante Beenius* and *Auth Pin Assinante Beenius* (encrypted).

    take_snapshot >> make_plan >> approve >> release >> apply >> verify >> [measure_drift, report]

At the end of a full run it measures the drift in reais that the *Painel* shows: what is sold but not active, active but
not billed, billed but not active (`reconciliation.drift`).

It runs every hour and after each catalogue sync. By hand: `only`, a client plan, for one client; `dry_run`, to see the
plan and do nothing; `allow_removals`, so that nobody is asked because of many removals.

    {"only": 4711, "dry_run": true}

## Triage notes

* **Normal:** an hour in which nothing changed is green in seconds, with everything from `release_batches` on skipped.
  Rejected operations in the report are normal in small numbers: each has its reason and is tried again by the next run.
* **`approve` waits for input:** the plan takes something from more clients than is usual, or the ERP or the platform
  shrank. Read the counts. In doubt reject: nothing is written, and the next run asks again. An answer that does not
  come counts as a rejection. Until then no other run starts, and no client is changed.
* **`take_snapshot` failed:** the platform could not be read completely. Nothing was written. It was retried; look at
  the platform, then clear the task.
* **`release` or `apply` failed, or was killed:** clear it. It goes on where it stopped: what was done is not done
  twice. If the message says that the plan is too old or superseded, trigger a new run instead.
* **`verify` failed:** the platform differs from the plan and nothing explains it: somebody else changes subscribers, or
  the platform lost a write. The message names some; the next run tries to repair them.
* **`measure_drift` failed:** nothing is wrong with the platform; the *Painel* shows the drift of an earlier run, and
  since when. Staging belongs to one run at a time, so that of an old run cannot be repeated: the next run measures.
* **The report names unmanaged subscribers:** they were created by hand, or their contract is gone from the ERP. They
  are never touched. Close them on the platform, or repair the contract.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, AssetOrTimeSchedule, CronTriggerTimetable, get_current_context, task

from multitv.beenius.client import BeeniusClient
from multitv.beenius.hook import BeeniusHook
from multitv.beenius.pool import NAME as BEENIUS_POOL
from multitv.catalog.assets import TV_CATALOG
from multitv.dag_defaults import default_args
from multitv.database.engine import task_engine
from multitv.reconciliation import apply as applying
from multitv.reconciliation import plan as plans
from multitv.reconciliation import report as reports
from multitv.reconciliation import snapshot as snapshots
from multitv.reconciliation import verify as verifying
from multitv.reconciliation.operators import ApprovePlan
from multitv.reconciliation.params import reconciliation_form
from multitv.reports import revenue_assurance
from multitv.settings import get_settings

settings = get_settings()

# A first provisioning of a million clients takes hours; a plan is good for twenty.
APPLY_TIMEOUT = timedelta(hours=6)
# Templates and not the tasks' outputs, which would draw arrows from the first tasks to every other one.
SNAPSHOT = "{{ ti.xcom_pull(task_ids='take_snapshot') }}"
PLAN = "{{ ti.xcom_pull(task_ids='make_plan') }}"

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
        return snapshots.take(task_engine(), platform(), only)

    @task(task_display_name="Planejar")
    def make_plan(snapshot: str) -> int:
        context = get_current_context()
        plan = plans.make(task_engine(), int(snapshot), get_settings().today(), context["params"]["only"])
        context["ti"].xcom_push("markdown", reports.plan_report(task_engine(), plan))
        return plan

    @task(task_display_name="Dividir as retiradas de pontos")
    def release_batches(plan: str) -> list[list[int]]:
        return applying.batches(task_engine(), int(plan), get_settings(), "release")

    @task(task_display_name="Retirar pontos", pool=BEENIUS_POOL, execution_timeout=APPLY_TIMEOUT)
    def release(batch: list[int], plan: str) -> None:
        apply_batch(batch, plan, "release")

    @task(task_display_name="Dividir as operações")
    def apply_batches(plan: str) -> list[list[int]]:
        return applying.batches(task_engine(), int(plan), get_settings(), "rest")

    @task(task_display_name="Aplicar", pool=BEENIUS_POOL, execution_timeout=APPLY_TIMEOUT)
    def apply(batch: list[int], plan: str) -> None:
        apply_batch(batch, plan, "rest")

    @task(task_display_name="Conferir a plataforma")
    def verify(plan: str) -> None:
        verifying.verify(task_engine(), platform(), int(plan))

    @task.skip_if(lambda context: bool(context["params"]["only"] or context["params"]["dry_run"]))
    @task(task_display_name="Medir a divergência", trigger_rule="none_failed")
    def measure_drift(plan: str) -> None:
        revenue_assurance.measure(task_engine(), int(plan), get_settings().today())

    @task(task_display_name="Relatório", trigger_rule="none_failed")
    def report(plan: str) -> str:
        return reports.outcome_report(task_engine(), int(plan))

    def platform() -> BeeniusClient:
        settings = get_settings()
        return BeeniusHook().get_conn(settings.beenius_concurrency, settings.beenius_requests_per_second)

    def apply_batch(batch: list[int], plan: str, wave: applying.Wave) -> None:
        first, last = batch
        applying.apply(task_engine(), platform(), int(plan), first, last, get_settings(), wave)

    (
        take_snapshot()
        >> make_plan(SNAPSHOT)
        >> ApprovePlan(task_id="approve", task_display_name="Aprovar", plan=PLAN)
        >> (to_release := release_batches(PLAN))
        >> release.partial(plan=PLAN).expand(batch=to_release)
        >> (to_apply := apply_batches(PLAN))
        >> apply.partial(plan=PLAN).expand(batch=to_apply)
        >> verify(PLAN)
        >> [measure_drift(PLAN), report(PLAN)]
    )
