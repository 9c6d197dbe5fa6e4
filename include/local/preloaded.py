"""Runs Airflow's scheduler with the packages that tasks use imported already.

With the LocalExecutor each task is a process forked from the scheduler, which would import Airflow's task runner, what
its DAG file uses, and Great Expectations: half a second to five of a processor, for work that takes a tenth.
"""

from __future__ import annotations

import os
import runpy
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from airflow import __main__ as airflow
from airflow.configuration import conf

from multitv.quality import gate

TASK_RUNNER = (
    "airflow.dag_processing.dagbag",
    "airflow.sdk.execution_time.supervisor",
    "airflow.sdk.execution_time.task_runner",
)
# What tasks import themselves, because a DAG file would take seconds with it.
LATE = (
    "airflow.providers.postgres.hooks.postgres",
    "babel.dates",
    "great_expectations.checkpoint.actions",
    "great_expectations.render.renderer.site_builder",
    "pandas",
)


def preload(dags_folder: Path) -> None:
    """Import the packages that the tasks of these DAG files use."""
    gate.expectations()
    for name in (*TASK_RUNNER, *LATE):
        import_module(name)
    for path in sorted(dags_folder.glob("*.py")):
        # The dag-processor tells what is wrong with a file.
        with suppress(Exception):
            runpy.run_path(str(path))
    # Our own modules are imported anew by each task, so that a change to one counts from the next task on.
    for name in [name for name in sys.modules if name.split(".")[0] == "multitv"]:
        del sys.modules[name]


if __name__ == "__main__":
    # A process with several threads cannot be forked safely, and numpy starts some when it is imported.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    preload(Path(conf.get("core", "dags_folder")))
    airflow.main()
