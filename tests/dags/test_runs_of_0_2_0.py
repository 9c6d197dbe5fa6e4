"""What 0.2.0 wrote into Airflow's database is understood by today's code: runs that wait go on after an upgrade."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk import DAG, BaseOperator, Param
from airflow.sdk.definitions.param import ParamsDict
from airflow.triggers.base import BaseTrigger

# By DAG, the tasks of its runs.
TASKS = {
    "standard_billing": "resolve_due_date check_plans bill check_fees report",
    "tv_billing": "resolve_due_date load check_list save check_events wait_for_standard_billing settle "
    "check_books report",
    "tv_billing_backfill": "due_dates trigger wait",
    "tv_billing_correction": "correct",
    "tv_billing_sweep": "find_unfinished check_books",
    "tv_catalog_sync": "fetch gate merge report",
    "tv_dashboard": "sum_billing count_clients sum_reconciliation",
    "tv_plan_reconciliation": "take_snapshot compute_change_set approve release_batches release apply_batches apply "
    "verify measure_discrepancies report",
}
# Airflow marks it as removed and runs `guard`, which asks the same question in a run of its own.
REMOVED = {("tv_plan_reconciliation", "approve")}
# What runs were triggered with. CHANGELOG.md says that a correction names its event otherwise.
CONFIGURATIONS: list[tuple[str, dict[str, Any]]] = [
    ("standard_billing", {"due_date": "2026-12-10", "allow_past": False}),
    ("tv_billing", {"due_date": "2026-12-10"}),
    ("tv_billing", {"due_date": None, "allow_past": True, "approval": "always", "dry_run": True, "allow_voids": True}),
    ("tv_billing_backfill", {"due_dates": ["2026-12-10"], "approval": "never", "dry_run": False}),
    ("tv_catalog_sync", {"allow_shrink": True}),
    ("tv_plan_reconciliation", {}),
    ("tv_plan_reconciliation", {"only": 4711, "dry_run": True, "allow_removals": True}),
]
# Class paths and arguments of triggers, as the triggerer makes them again.
TRIGGERS: list[tuple[str, dict[str, Any]]] = [
    (
        "multitv.billing.sensors.StandardBillingTrigger",
        {"due_date": "2026-12-10", "deadline": "2026-12-21T00:00:00-03:00", "poll_seconds": 60.0},
    ),
    (
        "multitv.billing.sensors.BillingRunTrigger",
        {"dag_id": "tv_billing", "run_id": "backfill__2026-12-10", "poll_seconds": 60.0},
    ),
]
# The method with which a task goes on after its wait.
METHODS = [
    ("tv_billing", "wait_for_standard_billing", "resume"),
    ("tv_billing", "save", "execute_complete"),
    ("tv_billing_backfill", "wait", "resume"),
]


@pytest.fixture(scope="module")
def bag() -> DagBag:
    return DagBag(Path(__file__).resolve().parents[2] / "dags")


def dag_of(bag: DagBag, dag_id: str) -> DAG:
    return bag.dags[dag_id]


def test_every_task_of_a_run_is_still_there_but_the_one_that_is_known_to_be_gone(bag: DagBag) -> None:
    gone = {
        (dag_id, task)
        for dag_id, tasks in TASKS.items()
        for task in tasks.split()
        if task not in dag_of(bag, dag_id).task_ids
    }
    assert gone == REMOVED


@pytest.mark.parametrize(("dag_id", "configuration"), CONFIGURATIONS, ids=lambda value: str(value)[:60])
def test_the_configuration_of_a_run_is_still_valid(bag: DagBag, dag_id: str, configuration: dict[str, Any]) -> None:
    params: ParamsDict = dag_of(bag, dag_id).params
    assert set(configuration) <= set(params)
    for name, value in configuration.items():
        param: Param = params.get_param(name)
        assert param.resolve(value) == value


@pytest.mark.parametrize(("path", "arguments"), TRIGGERS, ids=lambda value: str(value).rpartition(".")[2][:30])
def test_a_trigger_is_made_again_with_the_arguments_that_were_stored(path: str, arguments: dict[str, Any]) -> None:
    module, _, name = path.rpartition(".")
    trigger: BaseTrigger = getattr(import_module(module), name)(**arguments)
    assert trigger.serialize() == (path, arguments)


@pytest.mark.parametrize(("dag_id", "task_id", "method"), METHODS)
def test_a_task_that_waited_has_the_method_to_go_on_with(bag: DagBag, dag_id: str, task_id: str, method: str) -> None:
    task = dag_of(bag, dag_id).get_task(task_id)
    assert isinstance(task, BaseOperator)
    assert callable(getattr(task, method))
