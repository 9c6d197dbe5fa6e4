"""
# Levar alterações à plataforma: make the platform follow a change within seconds

What a person changes of a contract on the screens or by the API, and what a recorded history shows of the ERP, is
written into `reconciliation.pending_change` in the transaction of the change. That wakes this DAG, which takes all that
waits, reads just those subscribers, and does for them what `tv_plan_reconciliation` does for all: change set, guard,
apply, verify. It has a staging and a pool of its own, so a full run at work keeps nobody waiting.

    serve >> apply >> verify >> ask

`serve` does everything for up to 200 client plans, and looks whether more has come before it ends; the other tasks are
then skipped. Of more, up to 10,000 in a run, `apply` does the rest in batches. What removes TV from many waits for a
person, together with what the full runs hold back.

A notification of the database is only a wake-up. One that is lost costs a look (`MULTITV_CHANGES_POLL_SECONDS`), and
the hourly full run stays the truth.

## Triage notes

* **Normal:** a run for each burst of changes, green in seconds, with all but `serve` skipped.
* **No run comes though *Aguardando* stands on a client's page:** see that this DAG is not paused and that the triggerer
  runs. What came meanwhile is announced again every five minutes, and the hourly full run serves it, too.
* **`serve` failed:** do what the message says; nothing is lost: what it did not take, and what it took and did not
  finish, is announced again within five minutes.
* **`apply` failed, or was killed:** clear it; it goes on where it stopped.
* **`verify` failed:** somebody else changes subscribers, or the platform lost a write. The next run tries to repair it.
* **`ask` failed:** mostly because `tv_reconciliation_approval` is paused: unpause it, then clear `ask`.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, get_current_context, task

from multitv.beenius.hook import platform_client
from multitv.beenius.pool import CHANGES_POOL
from multitv.dag_defaults import default_args
from multitv.database.engine import task_engine
from multitv.reconciliation.apply import apply_batch
from multitv.reconciliation.assets import pending_changes
from multitv.reconciliation.changes import ChangeRun
from multitv.reconciliation.operators import RunQuestion, run_of_question
from multitv.reconciliation.preflight import check_setup
from multitv.settings import get_settings

APPLY_TIMEOUT = timedelta(hours=2)
CHANGE_SET = "{{ ti.xcom_pull(task_ids='serve', key='change_set') }}"


def change_run() -> ChangeRun:
    """Return the run with this Airflow's connections and settings."""
    settings = get_settings()
    return ChangeRun(task_engine(), lambda: platform_client(settings), settings, settings.today)


with DAG(
    "tv_plan_changes",
    dag_display_name="Levar alterações à plataforma",
    doc_md=__doc__,
    schedule=[pending_changes(get_settings().changes_poll_seconds)],
    catchup=False,
    max_active_runs=1,
    default_args=default_args(),
    tags=["tv", "plataforma", "impacto:alto"],
) as dag:

    @task(task_display_name="Atender", pool=CHANGES_POOL, execution_timeout=APPLY_TIMEOUT)
    def serve() -> list[tuple[int, int]]:
        check_setup(get_settings(), CHANGES_POOL)
        taken = change_run().serve()
        get_current_context()["ti"].xcom_push("change_set", taken and taken.change_set)
        return taken.batches if taken else []

    @task(task_display_name="Aplicar", pool=CHANGES_POOL, execution_timeout=APPLY_TIMEOUT)
    def apply(batch: tuple[int, int], change_set: str) -> None:
        apply_batch(task_engine(), platform_client(get_settings()), int(change_set), *batch, get_settings(), "rest")

    @task(task_display_name="Conferir a plataforma")
    def verify(change_set: str) -> list[dict[str, object]]:
        return [run_of_question(question) for question in change_run().verify(int(change_set))]

    ask = RunQuestion.partial(task_id="ask", task_display_name="Perguntar a uma pessoa", max_active_tis_per_dagrun=1)

    applied = apply.partial(change_set=CHANGE_SET).expand(batch=serve())
    verified = verify(CHANGE_SET)
    applied >> verified
    ask.expand_kwargs(verified)
