"""The failure of a billing, as Airflow reports it to us."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest
from airflow.sdk import Context
from sqlalchemy import URL

from multitv.billing import tv
from multitv.billing.callbacks import record_standard_failure, record_tv_failure
from multitv.billing.due_date import BadDueDate
from multitv.billing.sensors import StandardBillingOverdue
from multitv.billing.standard import bill_plans, standard_billing
from multitv.erp.facts import ErpEmpty
from tests.support.isp import DUE, Isp
from tests.support.settings import SETTINGS


class FailedTask:
    """What the callback sees of a task: only what an earlier task has left."""

    def __init__(self, due_date: str | None, dag_id: str = "standard_billing") -> None:
        self.due_date = due_date
        self.dag_id = dag_id

    def xcom_pull(self, task_ids: str) -> str | None:
        assert task_ids == "resolve_due_date"
        return self.due_date


@pytest.fixture(autouse=True)
def connection(database_url: URL, monkeypatch: pytest.MonkeyPatch) -> None:
    settings: dict[str, object] = {"conn_type": "postgres", "host": database_url.query["host"]}
    settings |= {"login": database_url.username, "schema": database_url.database}
    monkeypatch.setenv("AIRFLOW_CONN_ISP_DB", json.dumps(settings))


@pytest.mark.parametrize(
    ("context", "code", "reason"),
    [
        ({"exception": ValueError("service plan 1 costs -5.00")}, "unexpected_error", "service plan 1 costs -5.00"),
        ({"exception": ErpEmpty("erp.client_plan is empty")}, "erp_empty", "erp.client_plan is empty"),
        ({"exception": None}, "task_killed", "its task was killed; see the log of standard_billing."),
        ({}, "task_killed", "its task was killed; see the log of standard_billing."),
    ],
)
def test_a_failed_task_leaves_its_cause_also_if_it_was_killed(
    isp: Isp, context: dict[str, Any], code: str, reason: str
) -> None:
    record_standard_failure(cast("Context", {"ti": FailedTask(str(DUE)), **context}))
    run = standard_billing(isp.engine, DUE)
    assert run is not None
    assert (run.status, run.reason) == ("failed", reason)
    assert isp.run("select reason_code from billing.run") == [(code,)]


def test_without_a_due_date_there_is_nothing_to_record_it_under(isp: Isp) -> None:
    with pytest.raises(BadDueDate, match="'None' is not a due date"):
        record_standard_failure(cast("Context", {"ti": FailedTask(None), "exception": ValueError("no due date")}))
    assert isp.run("select * from billing.run") == []


def fail_tv(error: Exception | None) -> None:
    record_tv_failure(cast("Context", {"ti": FailedTask(str(DUE), "tv_billing"), "exception": error}))


def test_a_failed_tv_billing_keeps_its_state_and_its_cause_until_it_goes_on(isp: Isp) -> None:
    isp.sell(isp.client_plan(), isp.package("29.90"))
    tv.save(isp.engine, DUE, SETTINGS)
    read = "select status, reason_code, reason from billing.run where kind = 'tv'"
    fail_tv(StandardBillingOverdue("it was not closed before the deadline"))
    assert isp.run(read) == [("saved", "standard_billing_overdue", "it was not closed before the deadline")]
    fail_tv(None)
    assert isp.run(read) == [("saved", "task_killed", "its task was killed; see the log of tv_billing.")]
    tv.save(isp.engine, DUE, SETTINGS)
    assert isp.run(read) == [("saved", None, None)]
    fail_tv(ValueError("disk full"))
    bill_plans(isp.engine, DUE)
    tv.settle(isp.engine, DUE, SETTINGS)
    assert isp.run(read) == [("closed", None, None)]
    fail_tv(ValueError("the books differ"))
    assert isp.run(read) == [("closed", None, None)]


def test_a_tv_billing_that_was_never_opened_is_not_opened_by_its_failure(isp: Isp) -> None:
    fail_tv(ErpEmpty("erp.client_plan is empty"))
    assert isp.run("select * from billing.run") == []
