"""Runs a command of Airflow: one that forks, with the packages imported already that it would import again and again.

The dag-processor forks a process for each DAG file that it reads; the scheduler, with the LocalExecutor, one for each
task, as a Celery worker does. Each would import what the DAG files use and Airflow's task runner, a task also Great
Expectations: half a second to five of a processor, for work that takes a tenth.
"""

from __future__ import annotations

import gc
import os
import runpy
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from airflow import __main__ as airflow
from airflow.configuration import conf

from multitv.quality import gate

FORKING = ("scheduler", "dag-processor", "celery")
OF_ALL = (
    "airflow.dag_processing.dagbag",
    "airflow.sdk.execution_time.supervisor",
    "airflow.sdk.execution_time.task_runner",
)
# What tasks import themselves, because a DAG file would take seconds with it.
OF_TASKS = (
    "airflow.providers.postgres.hooks.postgres",
    "babel.dates",
    "great_expectations.checkpoint.actions",
    "great_expectations.render.renderer.site_builder",
    "pandas",
)


def preload(dags_folder: Path, *, tasks: bool) -> None:
    """Import the packages that these DAG files use, and their tasks if told."""
    if tasks:
        gate.expectations()
    for name in OF_ALL + (OF_TASKS if tasks else ()):
        import_module(name)
    for path in sorted(dags_folder.glob("*.py")):
        # The dag-processor tells what is wrong with a file.
        with suppress(Exception):
            runpy.run_path(str(path))
    # Our own modules are imported anew by each process, so that a change to one counts from the next on.
    for name in [name for name in sys.modules if name.split(".")[0] == "multitv"]:
        del sys.modules[name]


if __name__ == "__main__":
    # Hardly anything of what is imported becomes garbage: to look for it as often as Python does takes a fifth of the
    # start, and a tenth of what follows.
    gc.disable()
    # A process with several threads cannot be forked safely, and numpy starts some when it is imported.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    command = sys.argv[1]
    if command in FORKING:
        runs_tasks = command == "celery" or (command == "scheduler" and conf.get("core", "executor") == "LocalExecutor")
        preload(Path(conf.get("core", "dags_folder")), tasks=runs_tasks)
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()
    airflow.main()
