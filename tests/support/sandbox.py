"""The simulated platform: clients in a hurry, its faults, and what it carried out."""

from __future__ import annotations

from typing import Any

from include.sandbox.process import Sandbox
from multitv.beenius.client import BeeniusClient
from multitv.beenius.transport import RetryPolicy

HURRY = RetryPolicy(
    connect_seconds=2, read_seconds=1, tries=3, total_seconds=20, first_wait_seconds=0.01, longest_wait_seconds=0.05
)
# The client plans that the platform has to serve on a day.
SERVED = (
    "select plan.id from erp.client_plan as plan join tv.service_plan_setting using (service_plan_id) "
    "where allows_tv and plan.status in ('active', 'suspended') and activated_on <= :today "
    "and (cancelled_on is null or cancelled_on > :today) order by plan.id"
)


def client_of(sandbox: Sandbox, **other: Any) -> BeeniusClient:
    """A client of the sandbox that waits little; any part of its connection may be another."""
    parts: dict[str, Any] = {
        "host": sandbox.url,
        "operator_uid": sandbox.operator_uid,
        "client_id": sandbox.client_id,
        "client_secret": sandbox.client_secret,
        "retry_policy": HURRY,
    }
    return BeeniusClient(**(parts | other))


def switch_on(sandbox: Sandbox, kind: str, **spec: Any) -> None:
    """Switch a fault of the platform on: switch_on(sandbox, "server-error", times=2)."""
    sandbox.admin("POST", "/admin/faults", {"kind": kind, **spec})


def writes_of(sandbox: Sandbox) -> list[dict[str, Any]]:
    """Every write that the platform carried out, oldest first."""
    found: list[dict[str, Any]] = []
    while page := sandbox.admin("GET", f"/admin/operations?after={found[-1]['id'] if found else 0}"):
        found += page
    return [write for write in found if write["status"] < 300]
