"""
# Sincronizar catálogo de TV: copy channels and packages from the platform

Reads the whole catalogue of the TV platform, puts bad rows into quarantine, and makes channels, packages and their
links equal to the rest. What vanished from the platform is deactivated, never deleted. What the ISP owns (whether a
package is extra, its price, its point limit) is never overwritten.

    fetch >> gate >> merge >> report

It runs every day (`MULTITV_CATALOG_TIME`). A run by hand needs no parameter. After the platform really dropped more
than `MULTITV_CATALOG_MAX_SHRINK`, switch *Permitir redução* on in the form, or send:

    {"allow_shrink": true}

Every merge emits an event of the asset `tv_catalog` with what it changed in its extra (`changed`: 0 on a quiet day).

## Triage notes

* **Normal:** under a minute, and a report that says “Nada mudou”. Rows in quarantine are normal in small numbers:
  the rows they would replace stay as they are. Have them corrected on the platform; the next run takes them.
* **`fetch` is deferred:** the platform does not answer. It goes on by itself when it does.
* **`fetch` failed:** the message names the platform and the cause. Nothing was written. Unreachable, not JSON or an
  incomplete list: it was retried; look at the platform, then clear the task. Credentials, operator or connection:
  correct the connection `beenius_default`, then clear the task. An empty list: never accept it, call the platform.
* **`gate` failed:** the staged rows are invalid, although they were normalised. Clear `fetch` *with its downstream
  tasks*; if it fails again, it is a bug: keep the message.
* **`merge` refused:** the catalogue shrank, or too much is in quarantine; the message has the numbers. Channels and
  packages stay as they are, and billing goes on with them. Ask the platform before you allow it to shrink.
* **`report` names clients under “Desativados”:** their package is gone from the platform. Call whoever owns the offer:
  it is still sold and billed until somebody cancels it.
* **A task died in the middle:** staging and merging are one transaction each. Clear it.
"""

from __future__ import annotations

from airflow.sdk import DAG, CronTriggerTimetable, get_current_context, task

from multitv.beenius.hook import BeeniusHook
from multitv.catalog.assets import TV_CATALOG
from multitv.catalog.fetch import fetch_catalog
from multitv.catalog.merge import merge_catalog
from multitv.catalog.params import catalog_form
from multitv.catalog.report import catalog_report
from multitv.dag_defaults import default_args, uses
from multitv.database.engine import task_engine
from multitv.quality.catalog import check_catalog
from multitv.reports.platform_requests import counted
from multitv.settings import get_settings

settings = get_settings()

# A template and not the task's output, which would draw an arrow from the first task to every other task.
SYNC = "{{ ti.xcom_pull(task_ids='fetch') }}"

with DAG(
    "tv_catalog_sync",
    dag_display_name="Sincronizar catálogo de TV",
    description="Copia todo dia os canais e os pacotes da plataforma",
    doc_md=__doc__,
    schedule=CronTriggerTimetable(
        f"{settings.catalog_time.minute} {settings.catalog_time.hour} * * *",
        timezone=settings.timezone.key,
        # Otherwise Airflow runs a DAG without a start date as soon as it is unpaused.
        run_immediately=False,
    ),
    catchup=False,
    max_active_runs=1,
    default_args=default_args(),
    tags=["tv", "catalogo", "impacto:medio"],
    params=catalog_form(),
) as dag:

    @task(task_display_name="Buscar na plataforma", pre_execute=uses(platform=True))
    def fetch() -> int:
        return fetch_catalog(task_engine(), counted(BeeniusHook().get_conn()))

    @task(task_display_name="Conferir o que veio")
    def gate(sync: str) -> None:
        check_catalog(task_engine(), int(sync), get_settings())

    @task(task_display_name="Atualizar canais e pacotes", outlets=[TV_CATALOG])
    def merge(sync: str) -> None:
        context = get_current_context()
        allow_shrink = context["params"]["allow_shrink"]
        summary = merge_catalog(task_engine(), int(sync), get_settings(), allow_shrink=allow_shrink)
        context["outlet_events"][TV_CATALOG].extra = summary.as_extra()

    @task(task_display_name="Relatório")
    def report(sync: str) -> None:
        settings = get_settings()
        catalog_report(task_engine(), int(sync), settings.today(), settings.data_docs_page("catalogue"))

    fetch() >> gate(SYNC) >> merge(SYNC) >> report(SYNC)
