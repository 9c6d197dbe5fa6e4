"""What the end-to-end tests of the reconciliation look at."""

from __future__ import annotations

from typing import Any

from multitv.settings import get_settings
from tests.e2e.conftest import RunningStack, rows

DAG = "tv_plan_reconciliation"
SERVED = (
    "select plan.id from erp.client_plan as plan join tv.service_plan_setting using (service_plan_id) "
    "where allows_tv and plan.status in ('active', 'suspended') and activated_on <= :today "
    "and (cancelled_on is null or cancelled_on > :today) order by plan.id"
)


def served(stack: RunningStack) -> list[int]:
    """The client plans that the platform has to serve today."""
    return [row.id for row in rows(stack, SERVED, today=get_settings().today())]


def last_change_set(stack: RunningStack) -> Any:
    return rows(stack, "select * from reconciliation.change_set order by id desc limit 1")[0]


def writes(stack: RunningStack) -> list[dict[str, Any]]:
    """Every write that the platform carried out, oldest first."""
    found: list[dict[str, Any]] = []
    while page := stack.sandbox.admin("GET", f"/admin/operations?after={found[-1]['id'] if found else 0}"):
        found += page
    return [write for write in found if write["status"] < 300]
