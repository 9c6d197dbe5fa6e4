"""Checks that a client plan may have TV packages and points."""

from __future__ import annotations

from datetime import date

from multitv.changes.change import Change, titled
from multitv.changes.errors import NotThere, PlanRefused
from multitv.database.sql import named


def require_tv(change: Change, client_plan_id: int, today: date) -> int:
    """Return the service plan's id if packages and points may be added to the client plan on `today`.

    Raises NotThere, PlanRefused (cancelled, or the service plan allows no TV).
    """
    plan = change.connection.execute(
        named("contracts/read_client_plan"), {"client_plan_id": client_plan_id, "today": today}
    ).first()
    if plan is None:
        raise NotThere("client_plan_unknown", client_plan=client_plan_id)
    if plan.cancelled:
        raise PlanRefused("plan_is_cancelled", client_plan=client_plan_id)
    if not plan.allows_tv:
        service_plan = titled(plan.service_plan_id, plan.service_plan_name)
        raise PlanRefused("plan_allows_no_tv", service_plan=service_plan, client_plan=client_plan_id)
    return int(plan.service_plan_id)
