"""
# Manutenção do banco: merge partitions, delete what is old, refresh statistics

Keeps the database fast and of a bounded size. The partitions of closed due dates become one a month when the month is
over, and one a year when the year is over for `MULTITV_MERGE_YEAR_AFTER_MONTHS`. What is older than the settings
`MULTITV_KEEP_..._DAYS` is deleted; events, postings, corrections and the audit are kept for ever. Statistics are made
anew where autovacuum makes none.

    merge_partitions >> analyze_tables
    delete_old

It runs every night. A run by hand needs no parameter; to see what would be done without changing anything, switch
*Só simular* on in the form, or send:

    {"dry_run": true}

## Triage notes

* **Normal:** seconds; minutes in the night in which a year is merged. Each task's log has a report.
* **A merge is under “Ficou para a próxima noite”:** somebody read or wrote at that moment, and nobody is kept waiting
  for maintenance. If the same one is there every night, look for a transaction that stays open all night
  (`pg_stat_activity`, `xact_start`).
* **Due dates are under “Não pode ser juntado”:** their billing is not closed; `tv_billing_sweep` says what to do.
* **`merge_partitions` failed with “the copy of ... differs from it”:** the partitions are as they were. Call the owner
  of billing; the next run drops the copy.
* **A task died in the middle:** each step is one transaction. Clear it, or wait for the next night.
"""

from __future__ import annotations

import pendulum
from airflow.sdk import DAG, CronTriggerTimetable, get_current_context, task

from multitv.dag_defaults import default_args
from multitv.database.engine import task_engine
from multitv.maintenance import merge, retention, statistics
from multitv.maintenance.params import maintenance_form
from multitv.settings import get_settings

settings = get_settings()

with DAG(
    "tv_maintenance",
    dag_display_name="Manutenção do banco",
    description="Junta partições, apaga o que é antigo e atualiza estatísticas, toda noite",
    doc_md=__doc__,
    schedule=CronTriggerTimetable("0 2 * * *", timezone=settings.timezone.key, run_immediately=False),
    start_date=pendulum.datetime(2026, 1, 1, tz=settings.timezone.key),
    catchup=False,
    max_active_runs=1,
    default_args=default_args(),
    tags=["tv", "impacto:medio"],
    params=maintenance_form(),
) as dag:

    def is_dry_run() -> bool:
        return bool(get_current_context()["params"]["dry_run"])

    @task(task_display_name="Juntar partições")
    def merge_partitions() -> None:
        merge.merge_partitions(task_engine(), get_settings(), get_settings().today(), dry_run=is_dry_run())

    @task(task_display_name="Atualizar estatísticas")
    def analyze_tables() -> None:
        statistics.analyze_tables(task_engine(), dry_run=is_dry_run())

    @task(task_display_name="Apagar o que é antigo")
    def delete_old() -> None:
        retention.delete_old(task_engine(), get_settings(), dry_run=is_dry_run())

    merge_partitions() >> analyze_tables()
    delete_old()
