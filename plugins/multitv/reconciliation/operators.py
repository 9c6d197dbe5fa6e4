"""The moment between planning and applying: the guard lets a plan pass, or a person is asked in the Airflow UI."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import Context

from multitv.database.engine import task_engine
from multitv.reconciliation.guard import decide, judge
from multitv.reconciliation.plan import read_plan
from multitv.reconciliation.report import plan_report
from multitv.settings import get_settings

log = logging.getLogger(__name__)

NOBODY = "nobody (no answer in time)"


class ApprovePlan(ApprovalOperator):
    """Skips what follows if there is nothing to apply, passes a plan that worries nobody, else waits for a person.

    Who decided and when is kept with the plan; a rejected plan skips what follows, and nothing of it is written.
    """

    template_fields = ("plan",)

    def __init__(self, *, plan: str, **arguments: Any) -> None:
        super().__init__(
            subject="Plano de reconciliação",
            defaults=self.REJECT,
            response_timeout=timedelta(hours=get_settings().reconciliation_approval_hours),
            **arguments,
        )
        self.plan = plan

    def execute(self, context: Context) -> None:
        """Judge the plan; wait for a person if something about it is unusual."""
        params = context["params"]
        engine, plan_id = task_engine(), int(self.plan)
        verdict = judge(engine, plan_id, get_settings(), allow_removals=params["allow_removals"])
        plan = read_plan(engine, plan_id)
        if params["dry_run"] or not plan.operations:
            log.info("Plan %s: %s. Nothing is applied.", plan_id, "dry run" if params["dry_run"] else "nothing to do")
            self.skip(ti=context["ti"], tasks=self._followers(context))
            return
        if not verdict.concerns:
            log.info("Plan %s is within the limits: it is applied.", plan_id)
            return
        self.subject = f"Plano {plan_id}: aplicar {plan.operations} operações em {plan.client_plans} planos de cliente?"
        self.body = plan_report(engine, plan_id)
        log.warning("Plan %s waits for a person: %s", plan_id, " ".join(verdict.concerns))
        super().execute(context)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> Any:
        """Keep who decided what and when, then go on or skip."""
        if "error" not in event:
            user = event.get("responded_by_user") or {}
            at = event.get("responded_at") or datetime.now(UTC)
            by = user.get("name") or user.get("id") or NOBODY
            approved = event["chosen_options"] == [self.APPROVE]
            decide(task_engine(), int(self.plan), approved=approved, by=by, at=at)
            log.info("Plan %s was %s by %s.", self.plan, "approved" if approved else "rejected", by)
        return super().execute_complete(context, event)

    def _followers(self, context: Context) -> list[Any]:
        return list(context["task"].get_direct_relatives(upstream=False))
