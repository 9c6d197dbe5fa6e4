"""Writes a note on each DAG run as it starts: its due date and local time, which Airflow's own pages do not show."""

from __future__ import annotations

import logging
from typing import Any

from airflow.listeners import hookimpl

from multitv.settings import OWNER, get_settings
from multitv.web.core.run_titles import title

log = logging.getLogger(__name__)


@hookimpl
def on_dag_run_running(dag_run: Any) -> None:
    """Called by the scheduler, within its transaction, whoever or whatever made the run. Keeps a person's note."""
    try:
        if getattr(dag_run.dag, "owner", None) == OWNER and not dag_run.note:
            dag_run.note = note_of(dag_run)
    except Exception as error:  # noqa: BLE001, a missing note must stop no run
        log.warning("The run %s has no note: %r", dag_run.run_id, error)


def note_of(dag_run: Any) -> str:
    """Return what a run does, for which due date, and when it started in the ISP's time zone."""
    zone = get_settings().timezone
    ends = dag_run.data_interval_end
    described = {
        "dag_id": dag_run.dag_id,
        "conf": dag_run.conf,
        "run_type": str(getattr(dag_run.run_type, "value", dag_run.run_type)),
        "data_interval_end": ends.isoformat() if ends else None,
    }
    what = title(described)
    if what == "Execução":
        what = dag_run.dag.dag_display_name
    began = dag_run.start_date.astimezone(zone)
    return f"{what}. Início: {began:%d/%m/%Y %H:%M}, horário de {zone.key}."
