"""
# Alertas: tell whoever must act, and a service outside that Airflow runs

Looks every five minutes for what needs a person: tasks that failed for good, questions that wait, rejected and parked
rows, due days that nobody bills, what is late, full pools, open months, unusual reveals of PINs. Each channel of
`MULTITV_ALERT_URLS` gets one message with what is new and what is over; what stays open is told again once a day.

    tell >> beat

`beat` asks the address of `MULTITV_HEARTBEAT_URL`, so that a service outside notices when nothing of Airflow runs, or
alerts do not get out. Without the two settings nothing is sent; the log names what is open all the same.

docs/runbook.md has each message, what it is about and what to do.

## Triage notes

* **Normal:** seconds, and green. The log of `tell` lists what is open.
* **`tell` failed with AlertNotSent:** a channel did not take a message; the others did. It gets it with the next run.
  The log names the channel by its position in `MULTITV_ALERT_URLS`.
* **`tell` failed with BadAlertUrl:** Apprise does not know the address at that position. Nothing was sent.
* **`tell` failed with AlertKindsFailed:** the statement of some alerts failed, and the log says how. The others were
  told.
* **`tell` warns that failures whose callbacks were lost are not known:** the api-server did not look for tasks that
  failed and left no word. Everything else was told; its log says why.
* **`beat` failed:** the service outside did not answer. It will tell you itself that it misses the heartbeat.
* **Nothing arrives although something is wrong:** see that this DAG is not paused, and send a test by
  `python -m multitv.alerts`.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pendulum
from airflow.sdk import DAG, CronTriggerTimetable, get_current_context, task

from multitv.alerts import failures
from multitv.alerts.airflow_api import ask, base_url, have_lost_recorded, states_of
from multitv.alerts.callbacks import hand_over
from multitv.alerts.channels import beat as send_heartbeat
from multitv.alerts.tell import tell as tell_channels
from multitv.beenius.pool import api_server
from multitv.dag_defaults import default_args
from multitv.database.engine import task_engine
from multitv.settings import get_settings

settings = get_settings()

with DAG(
    "tv_alerts",
    dag_display_name="Alertas",
    description="Avisa quem precisa agir do que falhou, espera ou está atrasado, e que o Airflow está vivo",
    doc_md=__doc__,
    schedule=CronTriggerTimetable("*/5 * * * *", timezone=settings.timezone.key, run_immediately=False),
    start_date=pendulum.datetime(2026, 1, 1, tz=settings.timezone.key),
    catchup=False,
    max_active_runs=1,
    # A database that is away is told at once, and what waits tells nobody.
    default_args=default_args(waits=False),
    tags=["tv", "impacto:alto"],
) as dag:
    # Before all others, if the pool is full.
    @task(task_display_name="Avisar", priority_weight=1000, weight_rule="absolute")
    def tell() -> None:
        engine, ti = task_engine(), get_current_context()["ti"]
        failures.give_up(engine, states_of(ti))
        # First, or what is kept is taken for lost.
        hand_over(engine)
        have_lost_recorded(api_server())
        failures.end_served(engine)
        tell_channels(engine, get_settings(), base_url(), datetime.now(UTC), ask(engine, ti))

    @task(task_display_name="Dar sinal de vida")
    def beat() -> None:
        send_heartbeat(get_settings().heartbeat_url)

    tell() >> beat()
