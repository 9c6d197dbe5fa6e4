"""The moment between Carregar and Salvar: the list is saved, or a person is asked in the Airflow UI first."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import Context

from multitv.billing import tv
from multitv.billing.due_date import parse_due_date
from multitv.billing.review import ApprovalRequest, ListChanged, ReviewUnanswered, decide
from multitv.database.engine import task_engine
from multitv.settings import get_settings

log = logging.getLogger(__name__)


class ReviewAndSave(ApprovalOperator):
    """Saves a list that nobody has to look at; else asks, and saves exactly what was approved.

    A rejected list skips what follows, and nothing of it is written. Nobody's answer is a failure.
    """

    template_fields = ("due_date",)

    def __init__(self, *, due_date: str, **arguments: Any) -> None:
        super().__init__(
            subject="Lista de faturamento",
            defaults=self.REJECT,
            response_timeout=timedelta(hours=get_settings().billing_approval_hours),
            # Whoever approved a list that changed meanwhile should not wait long for the new one.
            **{"retry_delay": timedelta(seconds=5)} | arguments,
        )
        self.due_date = due_date

    def execute(self, context: Context) -> None:
        """Save the list, or wait for a person."""
        request = self._save(context)
        if request is None:
            return
        self.subject, self.body = request.subject, request.body
        context["ti"].xcom_push("review", request.review)
        log.warning("The list waits for a person. %s\n%s", request.subject, request.body)
        super().execute(context)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> Any:
        """Keep who decided what and when; save what was approved, or skip what follows."""
        if "error" not in event:
            user = event.get("responded_by_user") or {}
            by = user.get("name") or user.get("id")
            if by is None:
                raise ReviewUnanswered(
                    f"Nobody approved the list of {self.due_date} within {get_settings().billing_approval_hours:g} "
                    "hours (MULTITV_BILLING_APPROVAL_HOURS). Nothing was saved. Clear this task to be asked again."
                )
            approved = event["chosen_options"] == [self.APPROVE]
            review = context["ti"].xcom_pull(task_ids=context["ti"].task_id, key="review")
            at = event.get("responded_at") or datetime.now(UTC)
            decide(task_engine(), int(review), approved=approved, by=by, at=at)
            if approved and self._save(context) is not None:
                raise ListChanged(
                    f"The list of {self.due_date} changed after it was approved. Nothing was saved; the next try of "
                    "this task asks again, with the list as it is then."
                )
        return super().execute_complete(context, event)

    def _save(self, context: Context) -> ApprovalRequest | None:
        params = context["params"]
        saved = tv.save(
            task_engine(),
            parse_due_date(self.due_date),
            allow_voids=params["allow_voids"],
            approval=params["approval"] or get_settings().billing_approval,
        )
        return saved if isinstance(saved, ApprovalRequest) else None
