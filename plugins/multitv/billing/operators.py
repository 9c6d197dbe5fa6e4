"""Airflow operators of the steps Carregar and Salvar of the TV billing, and of the question before a correction."""

from __future__ import annotations

import logging
from datetime import date, timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.providers.standard.utils.skipmixin import SkipMixin
from airflow.sdk import BaseOperator, Context

from multitv.approval import Answer
from multitv.billing import correction, preview, tv
from multitv.billing.due_date import parse_due_date
from multitv.billing.review import ApprovalRequest, ListChanged, ListRejected, ReviewUnanswered, decide
from multitv.database.engine import task_engine
from multitv.erp import history
from multitv.errors import PermanentError
from multitv.event_codes import event_number
from multitv.settings import get_settings

log = logging.getLogger(__name__)


class LoadList(BaseOperator, SkipMixin):
    """Lists who would be charged on `due_date`; charges nobody. Records what the ERP says, but not in a dry run.

    With `dry_run` in the run's form it stores the list, pushes the list's number as the XCom `preview` and its totals
    as `markdown`, and skips all tasks that follow. Otherwise it skips the next task if nothing is to be saved, voided
    or settled; the trigger rules of the others then decide.
    """

    inherits_from_skipmixin = True
    template_fields = ("due_date",)

    def __init__(self, *, due_date: str, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.due_date = due_date

    def execute(self, context: Context) -> bool:
        """Return whether the run goes on. Raises BadDueDate, ErpEmpty, ErpIncomplete, DatabaseUnavailable."""
        due_date = parse_due_date(self.due_date)
        if context["params"]["dry_run"]:
            return self._store(context, due_date)
        return self._summarise(context, due_date)

    def _store(self, context: Context, due_date: date) -> bool:
        stored = preview.store(task_engine(), due_date, get_settings())
        context["ti"].xcom_push("preview", stored.id)
        context["ti"].xcom_push("markdown", stored.markdown)
        # Nothing is saved, so there is nothing to report on either.
        self.skip(ti=context["ti"], tasks=context["task"].get_flat_relatives(upstream=False))
        return False

    def _summarise(self, context: Context, due_date: date) -> bool:
        settings = get_settings()
        history.record(task_engine(), settings.today(), settings)
        has_work = tv.summarise_due_date(task_engine(), due_date).has_work
        if not has_work:
            self.skip(ti=context["ti"], tasks=context["task"].get_direct_relatives(upstream=False))
        return has_work


class ReviewAndSave(ApprovalOperator):
    """Saves a list that needs no approval; otherwise asks a person in Airflow, and saves exactly the approved list.

    If the person rejects the list, nothing of it is saved. That is a failure, because the due date is not billed, and
    so is no answer within MULTITV_BILLING_APPROVAL_HOURS.
    """

    template_fields = ("due_date",)

    def __init__(self, *, due_date: str, **arguments: Any) -> None:
        super().__init__(
            subject="Lista de faturamento",
            defaults=self.REJECT,
            response_timeout=timedelta(hours=get_settings().billing_approval_hours),
            # A person whose approved list changed meanwhile is waiting for the new one.
            **{"retry_delay": timedelta(seconds=5)} | arguments,
        )
        self.due_date = due_date

    def execute(self, context: Context) -> None:
        """Save the list, or wait for a person. Raises ErpEmpty, TooManyVoids, DatabaseUnavailable."""
        request = self._save(context)
        if request is None:
            return
        self.subject, self.body = request.subject, request.body
        context["ti"].xcom_push("review", request.review)
        context["ti"].xcom_push("digest", request.digest)
        log.warning("The list waits for a person. %s\n%s", request.subject, request.body)
        super().execute(context)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> Any:
        """Record the decision, then save the approved list.

        Raises ReviewUnanswered, ListRejected, ReviewDecided, ReviewLost, ListChanged, and what `execute` raises.
        """
        if "error" not in event:
            answer = Answer.of(event, self.APPROVE)
            if answer.by is None:
                raise ReviewUnanswered(
                    f"Nobody approved the list of {self.due_date} within {get_settings().billing_approval_hours:g} "
                    "hours (MULTITV_BILLING_APPROVAL_HOURS). Nothing was saved. Clear this task to be asked again."
                )
            ti = context["ti"]
            review, digest = (ti.xcom_pull(task_ids=ti.task_id, key=key) for key in ("review", "digest"))
            decide(task_engine(), int(review), digest, approved=answer.approved, by=answer.by, at=answer.at)
            if not answer.approved:
                raise ListRejected(
                    f"{answer.by} rejected the list of {self.due_date}. Nothing was saved, and nobody is charged. "
                    "Correct what is wrong in the list, then clear this task, which asks again if that is needed."
                )
            if self._save(context) is not None:
                raise ListChanged(
                    f"The list of {self.due_date} changed after it was approved. Nothing was saved; the next try of "
                    "this task asks again, with the list as it is then."
                )
        return super().execute_complete(context, event)

    def _save(self, context: Context) -> ApprovalRequest | None:
        params, settings = context["params"], get_settings()
        saved = tv.save(
            task_engine(),
            parse_due_date(self.due_date),
            settings,
            allow_voids=params["allow_voids"],
            approval=params["approval"] or settings.billing_approval,
        )
        return saved if isinstance(saved, ApprovalRequest) else None


class CorrectionUnanswered(PermanentError):
    """Nobody answered the question about a correction before its time limit."""


class CorrectionChanged(PermanentError):
    """What the correction would correct is not what the person was shown."""


class ConfirmCorrection(ApprovalOperator):
    """Shows a person whose event is about to be corrected, and its amount; skips what follows unless they approve.

    With `ask` false in the run's form it asks nobody. No answer within MULTITV_BILLING_APPROVAL_HOURS is a failure.
    """

    def __init__(self, **arguments: Any) -> None:
        super().__init__(
            subject="Correção de um evento de faturamento",
            defaults=self.REJECT,
            response_timeout=timedelta(hours=get_settings().billing_approval_hours),
            **arguments,
        )

    def execute(self, context: Context) -> None:
        """Ask a person. Raises EventCodeRefused, CorrectionRefused, DatabaseUnavailable."""
        asked = self._question(context)
        log.info("%s\n%s", asked.subject, asked.body)
        if context["params"]["ask"]:
            self.subject, self.body = asked.subject, asked.body
            context["ti"].xcom_push("asked", f"{asked.subject}\n{asked.body}")
            super().execute(context)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> Any:
        """Go on, or skip the tasks that follow.

        Raises CorrectionUnanswered, CorrectionChanged, and what `execute` raises.
        """
        if "error" not in event:
            answer = Answer.of(event, self.APPROVE)
            code = context["params"]["event_code"]
            if answer.by is None:
                raise CorrectionUnanswered(
                    f"Nobody answered about the correction of {code} within "
                    f"{get_settings().billing_approval_hours:g} hours (MULTITV_BILLING_APPROVAL_HOURS). Nothing was "
                    "written. Clear this task to be asked again."
                )
            log.info("The correction of %s was %s by %s.", code, answer, answer.by)
            if answer.approved:
                self._require_as_shown(context, code)
        return super().execute_complete(context, event)

    def _require_as_shown(self, context: Context, code: str) -> None:
        # After a restore of the database the number of the event may be another charge's.
        shown = context["ti"].xcom_pull(task_ids=context["ti"].task_id, key="asked")
        asked = self._question(context)
        if shown is not None and shown != f"{asked.subject}\n{asked.body}":
            raise CorrectionChanged(
                f"Event {code} is not any more what was shown when its correction was approved: it changed meanwhile, "
                "or the database was restored. Nothing was written. Clear this task to see the event as it is now."
            )

    def _question(self, context: Context) -> correction.Question:
        form = context["params"]
        event = event_number(form["event_code"])
        return correction.question(task_engine(), event, form["action"], reason=form["reason"], rebill=form["rebill"])
