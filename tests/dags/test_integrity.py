"""Every DAG, as Airflow's own DAG processor would take it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import pendulum
import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import DAG, BaseOperator
from airflow.serialization.serialized_objects import DagSerialization
from airflow.timetables.base import DataInterval, TimeRestriction
from airflow.timetables.trigger import CronTriggerTimetable

from multitv.alerts.callbacks import end_failures, record_failure
from multitv.beenius import pool
from multitv.billing.callbacks import record_tv_failure
from multitv.dag_defaults import _check
from multitv.settings import get_settings

DAG_IDS = {
    "tv_catalog_sync",
    "tv_plan_reconciliation",
    "tv_plan_changes",
    "tv_reconciliation_approval",
    "tv_promotion",
    "tv_privacy",
    "tv_billing",
    "tv_billing_correction",
    "tv_billing_backfill",
    "tv_billing_policy",
    "tv_billing_sweep",
    "tv_dashboard",
    "tv_alerts",
    "tv_maintenance",
    "standard_billing",
}
# The tasks that use more than the database, with what they check, and wait for.
USES = {
    ("tv_catalog_sync", "fetch"): {"platform"},
    ("tv_plan_reconciliation", "take_snapshot"): {"platform", "pool"},
    ("tv_plan_reconciliation", "release"): {"platform", "pool"},
    ("tv_plan_reconciliation", "apply"): {"platform", "pool"},
    ("tv_plan_reconciliation", "verify"): {"platform", "pool"},
    ("tv_plan_changes", "serve"): {"platform", "pool"},
}
# Airflow reads the DAG files again and again. What it imports itself, such as httpx, costs nothing more.
ONLY_IN_TASKS = (
    "pandas",
    "numpy",
    "great_expectations",
    "requests",
    "alembic",
    "fastapi",
    "starlette",
    "xlsxwriter",
    "multitv.web",
    "multitv.check",
    "multitv.beenius.client",
    "multitv.beenius.transport",
)
TAGS = {"tv", "catalogo", "plataforma", "faturamento", "impacto:alto", "impacto:medio"}


@pytest.fixture(scope="module")
def bag() -> DagBag:
    return DagBag(Path(__file__).resolve().parents[2] / "dags")


@pytest.fixture(params=sorted(DAG_IDS))
def dag(request: pytest.FixtureRequest, bag: DagBag) -> DAG:
    return bag.dags[request.param]


def test_exactly_the_known_dags_are_there_and_import(bag: DagBag) -> None:
    assert bag.import_errors == {}
    assert set(bag.dags) == DAG_IDS


def test_a_bad_key_for_pins_is_in_the_import_error_of_every_dag_and_its_value_in_none(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("MULTITV_PIN_KEYS", "segredo")
    get_settings.cache_clear()
    try:
        refused = DagBag(Path(__file__).resolve().parents[2] / "dags")
    finally:
        get_settings.cache_clear()
    assert refused.dags == {}
    assert len(refused.import_errors) == len(DAG_IDS)
    for told in refused.import_errors.values():
        assert "MULTITV_PIN_KEYS: key 1 of 1 is not a Fernet key" in told
    assert "segredo" not in "".join([*refused.import_errors.values(), caplog.text])


def test_a_dag_tells_what_it_is_and_what_to_do_at_three_in_the_morning(dag: DAG) -> None:
    assert "## Triage notes" in (dag.doc_md or "")
    assert dag.dag_display_name != dag.dag_id
    assert re.fullmatch(r"[A-ZÀ-Ú].{20,160}[^.]", dag.description or ""), "one Portuguese line for the list of DAGs"
    assert set(dag.tags) <= TAGS
    assert any(tag.startswith("impacto:") for tag in dag.tags)


def test_every_task_has_an_owner_retries_with_backoff_and_a_time_limit(dag: DAG) -> None:
    for task in dag.tasks:
        assert task.owner == "multitv"
        assert task.retries == 3
        assert task.retry_exponential_backoff
        assert task.retry_policy is not None
        assert task.execution_timeout or task.task_id in ("wait_for_standard_billing", "wait")
        assert task.task_display_name != task.task_id


def checks_of(task: Any) -> Any:
    hook: Any = task._pre_execute_hook if isinstance(task, BaseOperator) else task.partial_kwargs["pre_execute"]
    # A task that may be skipped has a hook of several.
    [check] = [
        each
        for each in ([hook] if isinstance(hook, partial) else hook.__closure__[0].cell_contents)
        if isinstance(each, partial)
    ]
    assert check.func is _check
    return check


def test_every_task_checks_what_it_uses_and_only_that(dag: DAG) -> None:
    for task in dag.tasks:
        assert set(checks_of(task).args[0]) == USES.get((dag.dag_id, task.task_id), set()), task.task_id


def test_only_the_alerts_do_not_wait_for_the_database(dag: DAG) -> None:
    for task in dag.tasks:
        assert checks_of(task).args[1] is (dag.dag_id != "tv_alerts"), task.task_id


def test_every_task_that_fails_for_good_or_ends_well_says_so(dag: DAG) -> None:
    for task in dag.tasks:
        assert [*cast("Any", task.on_failure_callback)][-1] is record_failure, task.task_id
        assert task.on_success_callback == [end_failures], task.task_id


def test_a_task_records_its_failure_where_its_screen_shows_it_as_well(bag: DagBag) -> None:
    task = bag.dags["tv_billing"].get_task("settle")
    assert task.on_failure_callback == [record_tv_failure, record_failure]


def test_every_task_is_in_a_pool_that_a_release_makes(bag: DagBag) -> None:
    pools = {task.pool for dag in bag.dags.values() for task in dag.tasks}
    assert pools == {"default_pool", *pool.POOLS}, "a task in a missing pool waits for ever"


def test_a_dag_survives_the_way_to_the_scheduler(dag: DAG) -> None:
    copy = DagSerialization.from_dict(DagSerialization.to_dict(dag))
    assert set(copy.task_dict) == set(dag.task_dict)
    assert type(copy.timetable).__name__ == type(dag.timetable).__name__


def test_missed_runs_are_not_made_up_for_by_airflow(dag: DAG) -> None:
    assert dag.catchup is False


def test_after_days_of_downtime_each_schedule_makes_one_late_run_and_goes_on(dag: DAG) -> None:
    timetable: Any = DagSerialization.from_dict(DagSerialization.to_dict(dag)).timetable
    timetable = getattr(timetable, "timetable", timetable)
    if not isinstance(timetable, CronTriggerTimetable):
        # Of the due days, in tests/billing/test_timetables.py; of changes; of runs by hand.
        assert type(timetable).__name__ in ("DueDayTimetable", "AssetTriggeredTimetable", "NullTimetable")
        return
    restriction = TimeRestriction(earliest=None, latest=None, catchup=False)
    now = pendulum.now("UTC")
    before = DataInterval.exact(timetable._align_to_prev(now.subtract(days=5)))
    late = timetable.next_dagrun_info(last_automated_data_interval=before, restriction=restriction)
    assert late is not None
    assert now.subtract(days=1) <= late.run_after <= pendulum.now("UTC")
    after = timetable.next_dagrun_info(last_automated_data_interval=late.data_interval, restriction=restriction)
    assert after is not None
    assert after.run_after > now


@pytest.mark.parametrize("dag_id", ["tv_billing", "standard_billing"])
def test_the_due_date_is_picked_from_a_calendar(bag: DagBag, dag_id: str) -> None:
    param = bag.dags[dag_id].params.get_param("due_date")
    assert param.value is None
    assert param.schema["format"] == "date"
    assert param.schema["title"] == "Vencimento"


def test_the_graph_of_tv_billing_is_one_line(bag: DagBag) -> None:
    line = [task.task_id for task in bag.dags["tv_billing"].topological_sort()]
    assert line == [
        "resolve_due_date",
        "load",
        "check_list",
        "save",
        "check_events",
        "wait_for_standard_billing",
        "settle",
        "check_books",
        "report",
    ]
    for task_id, after in pairwise(line):
        assert bag.dags["tv_billing"].get_task(task_id).downstream_task_ids == {after}


def test_a_backfill_triggers_one_due_date_at_a_time_and_waits_for_all_at_once(bag: DagBag) -> None:
    trigger, wait = (bag.dags["tv_billing_backfill"].get_task(task_id) for task_id in ("trigger", "wait"))
    assert (trigger.max_active_tis_per_dagrun, wait.max_active_tis_per_dagrun) == (1, None)
    assert isinstance(trigger, TriggerDagRunOperator)
    assert not trigger.wait_for_completion
    assert trigger.get_closest_mapped_task_group() is wait.get_closest_mapped_task_group() is not None


def test_a_correction_is_confirmed_before_it_is_made(bag: DagBag) -> None:
    dag = bag.dags["tv_billing_correction"]
    assert dag.get_task("confirm").downstream_task_ids == {"correct"}
    assert dag.get_task("correct").trigger_rule == "all_success"
    assert dag.params.get_param("event_code").schema["type"] == "string"
    assert dag.params["ask"] is True


def test_discrepancies_are_measured_also_where_nothing_had_to_be_applied(bag: DagBag) -> None:
    measure = bag.dags["tv_plan_reconciliation"].get_task("measure_discrepancies")
    assert measure.upstream_task_ids == {"verify"}
    assert measure.trigger_rule == "none_failed"


def test_statistics_are_made_after_the_partitions_are_merged_and_nothing_waits_for_deletions(bag: DagBag) -> None:
    dag = bag.dags["tv_maintenance"]
    assert dag.get_task("analyze_tables").upstream_task_ids == {"merge_partitions"}
    assert dag.get_task("delete_old").upstream_task_ids == dag.get_task("delete_old").downstream_task_ids == set()


@pytest.mark.parametrize(
    "path", sorted((Path(__file__).resolve().parents[2] / "dags").glob("*.py")), ids=lambda p: p.stem
)
def test_a_dag_file_knows_order_and_nothing_else(path: Path) -> None:
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""])
    }
    assert imported <= {"__future__", "airflow", "datetime", "multitv", "pendulum"}
    assert len(path.read_text().splitlines()) <= 150


@pytest.mark.slow
def test_importing_a_dag_does_not_import_what_only_its_tasks_need(repository: Path) -> None:
    program = (
        "import runpy, sys, glob\n"
        "for path in glob.glob('dags/*.py'): runpy.run_path(path)\n"
        f"print([name for name in {ONLY_IN_TASKS} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=repository, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.slow
def test_airflow_sees_one_plugin_and_none_of_the_rooms(repository: Path) -> None:
    program = (
        "import sys\n"
        "from airflow.plugins_manager import _get_plugins\n"
        "plugins, errors = _get_plugins()\n"
        "ours = [type(plugin).__name__ if not isinstance(plugin, type) else plugin.__name__ for plugin in plugins]\n"
        "stems = [name for name in ('engine', 'settings', 'due_date', 'tv', 'client') if name in sys.modules]\n"
        "print(errors, 'MultiTVPlugin' in ours, stems)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=repository, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1:] == ["{} True []"], done.stderr
