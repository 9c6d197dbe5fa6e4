"""The approval between making and applying a change set: by the guard, or by a person in the Airflow UI."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import Context

from multitv.approval import Answer
from multitv.database.engine import task_engine
from multitv.reconciliation.change_set import read_change_set
from multitv.reconciliation.guard import LIMITS, NOBODY, assess, record_decision
from multitv.reconciliation.report import change_set_report, size_of
from multitv.settings import get_settings

log = logging.getLogger(__name__)


class ApproveChangeSet(ApprovalOperator):
    """Skips what follows if there is nothing to apply, lets a usual change set pass, and otherwise waits for a person.

    Records who decided and when. Rejecting a change set skips what follows, and nothing of it is written.
    """

    template_fields = ("change_set",)

    def __init__(self, *, change_set: str, **arguments: Any) -> None:
        super().__init__(
            subject="Alterações na plataforma",
            defaults=self.REJECT,
            response_timeout=timedelta(hours=get_settings().reconciliation_approval_hours),
            **arguments,
        )
        self.change_set = change_set

    def execute(self, context: Context) -> None:
        """Assess the change set; wait for a person if something about it is unusual."""
        params = context["params"]
        engine, change_set_id = task_engine(), int(self.change_set)
        assessment = assess(engine, change_set_id, get_settings(), allow_removals=params["allow_removals"])
        change_set = read_change_set(engine, change_set_id)
        if params["dry_run"] or not change_set.operations:
            reason = "dry run" if params["dry_run"] else "nothing to do"
            log.info("Change set %s: %s. Nothing is applied.", change_set_id, reason)
            self.skip(ti=context["ti"], tasks=self._followers(context))
            return
        if not assessment.concerns:
            log.info("Change set %s is within the limits: it is applied.", change_set_id)
            return
        self.subject = f"Alterações na plataforma ({change_set_id}): aplicar {size_of(change_set)}?"
        self.body = change_set_report(engine, change_set_id)
        concerns = "; ".join(f"{concern}, limited by {LIMITS[concern.code]}" for concern in assessment.concerns)
        log.warning("Change set %s waits for a person: %s.", change_set_id, concerns)
        super().execute(context)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> Any:
        """Record who decided what and when, then go on or skip."""
        if "error" not in event:
            answer = Answer.of(event, self.APPROVE)
            by = answer.by or NOBODY
            record_decision(task_engine(), int(self.change_set), approved=answer.approved, by=by, at=answer.at)
            log.info("Change set %s was %s by %s.", self.change_set, answer, by)
        return super().execute_complete(context, event)

    def _followers(self, context: Context) -> list[Any]:
        return list(context["task"].get_direct_relatives(upstream=False))
