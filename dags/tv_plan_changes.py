"""
# Levar alterações à plataforma: make the platform follow a change within seconds

What a person changes of a contract on the screens or by the API, and what a recorded history shows of the ERP, is
written into `reconciliation.pending_change` in the transaction of the change. That wakes this DAG, which takes all that
waits, reads just those subscribers, and does for them what `tv_plan_reconciliation` does for all: change set, guard,
apply, verify. It has a staging and a pool of its own, so a full run at work keeps nobody waiting.

    serve >> ask

`serve` goes on until nothing waits, for ten minutes at most, with up to 2,000 client plans in a change set, those that
a person changed first. Its log names, as the report of a full run does, what was refused and whose PIN is a new one.
What removes TV from many waits for a person, together with what the full runs hold back, and `ask` starts the question.

A notification of the database is only a wake-up. One that is lost costs a look (`MULTITV_CHANGES_POLL_SECONDS`), and
the hourly full run stays the truth.

## Triage notes

* **Normal:** a run for each burst of changes, green in seconds, with `ask` skipped.
* **No run comes though *Aguardando* stands on a client's page:** see that this DAG is not paused and that the triggerer
  runs. What nobody took is announced again every five minutes, and the hourly full run serves it, too.
* **`serve` is deferred, in two runs at most:** the platform does not answer. They go on by themselves when it does.
* **`serve` failed, or was killed:** do what the message says; nothing is lost: what it did not finish waits again.
* **`serve` failed with DifferenceLeft:** somebody else changes subscribers, or the platform lost a write. All others
  were served. It is tried again every five minutes, for an hour, and then by the full runs.
* **`ask` failed:** mostly because `tv_reconciliation_approval` is paused: unpause it, then clear `ask`.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, task

from multitv.beenius.pool import CHANGES_POOL
from multitv.dag_defaults import default_args, uses
from multitv.database.engine import task_engine
from multitv.reconciliation.assets import pending_changes
from multitv.reconciliation.changes import ChangeRun
from multitv.reconciliation.operators import RunQuestion, run_of_question
from multitv.reports.platform_requests import counted_client
from multitv.settings import get_settings

with DAG(
    "tv_plan_changes",
    dag_display_name="Levar alterações à plataforma",
    description="Leva à plataforma, em segundos, o que mudou em um contrato",
    doc_md=__doc__,
    schedule=[pending_changes(get_settings().changes_poll_seconds)],
    catchup=False,
    # While the last run ends, the next one can begin: `serve` itself is alone.
    max_active_runs=2,
    default_args=default_args(),
    tags=["tv", "plataforma", "impacto:alto"],
) as dag:

    @task(
        task_display_name="Atender",
        pool=CHANGES_POOL,
        pre_execute=uses(platform=True, pool=CHANGES_POOL),
        execution_timeout=timedelta(hours=2),
    )
    def serve() -> list[dict[str, object]]:
        settings = get_settings()
        run = ChangeRun(task_engine(), lambda: counted_client(settings), settings, settings.today)
        return [run_of_question(question) for question in run.serve()]

    ask = RunQuestion.partial(task_id="ask", task_display_name="Perguntar a uma pessoa", max_active_tis_per_dagrun=1)
    ask.expand_kwargs(serve())
