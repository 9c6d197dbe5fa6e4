"""Airflow operators of the guard: what passes, what waits for a person, and the person's answer."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import BaseOperator, Context
from sqlalchemy import Engine

from multitv.approval import ASKS_NO_MORE, Answer
from multitv.database.engine import task_engine
from multitv.reconciliation.change_set import read_change_set
from multitv.reconciliation.errors import QuestionUnanswered, RemovalsRejected
from multitv.reconciliation.guard import NOBODY, ask_again, asked_questions, assess, record_decision, start_question
from multitv.reconciliation.report import change_set_report, size_of
from multitv.settings import get_settings

log = logging.getLogger(__name__)

APPROVAL_DAG = "tv_reconciliation_approval"
ASK = "ask"
# However often a question is replaced, a person has some time to answer the last one.
SHORTEST_WAIT = timedelta(minutes=5)


class GuardChangeSet(BaseOperator):
    """Approves what is usual about a change set, and returns the questions whose runs are to be started or ended.

    Pushes as the XCom `applies` whether anything is to be applied at once: nothing is in a dry run.
    """

    template_fields = ("change_set",)

    def __init__(self, *, change_set: str, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.change_set = change_set

    def execute(self, context: Context) -> list[dict[str, Any]]:
        """Return the arguments of a run for each question. Raises SourceShrunken, DatabaseUnavailable."""
        params = context["params"]
        engine, change_set_id = task_engine(), int(self.change_set)
        if params["dry_run"]:
            log.info("Change set %s: dry run. Nothing is applied, and nobody is asked.", change_set_id)
            context["ti"].xcom_push("applies", False)
            return []
        ask_lost_anew(engine, context["ti"])
        assessment = assess(
            engine,
            change_set_id,
            get_settings(),
            allow_removals=params["allow_removals"],
            allow_shrink=params["allow_shrink"],
        )
        for concern in assessment.concerns:
            log.warning("Change set %s: some client plans wait for a person: %s.", change_set_id, concern)
        change_set = read_change_set(engine, change_set_id)
        if not change_set.operations:
            log.info("Change set %s: nothing is to be applied at once.", change_set_id)
        context["ti"].xcom_push("applies", bool(change_set.operations))
        return [run_of_question(question) for question in assessment.questions]


def ask_lost_anew(engine: Engine, ti: Any) -> None:
    """Have questions asked anew whose run does not ask them any more: it was deleted, or its task ended otherwise."""
    questions = {f"change_set_{question}": question for question in asked_questions(engine)}
    if not questions:
        return
    states = ti.get_task_states(dag_id=APPROVAL_DAG, task_ids=[ASK], run_ids=list(questions))
    lost = [question for run, question in questions.items() if states.get(run, {}).get(ASK, "removed") in ASKS_NO_MORE]
    if lost:
        log.warning("Nobody can answer the questions %s any more: they are asked anew.", lost)
        ask_again(engine, lost)


def run_of_question(question: int) -> dict[str, Any]:
    """Return the arguments of the run that asks a question."""
    return {"trigger_run_id": f"change_set_{question}", "conf": {"change_set": question}}


class RunQuestion(TriggerDagRunOperator):
    """Starts the run that asks a person, or starts it again so that it ends. Fails if that DAG is paused."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(
            trigger_dag_id=APPROVAL_DAG,
            logical_date=None,
            reset_dag_run=True,
            fail_when_dag_is_paused=True,
            **arguments,
        )


class AskForApproval(ApprovalOperator):
    """Asks a person whether what was held back is to be applied. A rejection, or no answer in time, is a failure.

    What is not approved stays on the platform, which needs a person still. Skips what follows, and asks nobody, if
    another question replaced this one.
    """

    template_fields = ("change_set",)

    def __init__(self, *, change_set: str, **arguments: Any) -> None:
        super().__init__(
            subject="Retiradas na plataforma",
            # No default answer: a question that matters must not be answered by the clock.
            response_timeout=timedelta(hours=get_settings().reconciliation_approval_hours),
            **arguments,
        )
        self.change_set = change_set

    def execute(self, context: Context) -> None:
        """Wait for a person, unless the question was decided or replaced before. Raises RemovalsRejected."""
        engine, change_set_id = task_engine(), int(self.change_set)
        waited = start_question(engine, change_set_id)
        change_set = read_change_set(engine, change_set_id)
        if waited is None:
            approved = change_set.decided_by is not None and change_set.status != "rejected"
            log.info(
                "The question of change set %s needs no answer: it is %s (decided by %s).",
                change_set_id,
                change_set.status,
                change_set.decided_by or "nobody",
            )
            if change_set.status == "rejected":
                raise _rejected(change_set_id, change_set.decided_by)
            if not approved:
                self.skip(ti=context["ti"], tasks=list(context["task"].get_direct_relatives(upstream=False)))
            return
        allowed = timedelta(hours=get_settings().reconciliation_approval_hours)
        self.response_timeout = max(SHORTEST_WAIT, allowed - timedelta(seconds=waited))
        self.subject = f"Retiradas na plataforma ({change_set_id}): aplicar {size_of(change_set)}?"
        self.body = change_set_report(engine, change_set_id)
        # Its number alone may be another change set's, if the database is restored before the answer comes.
        context["ti"].xcom_push("made_at", change_set.created_at.isoformat())
        log.warning("Change set %s waits for a person.", change_set_id)
        super().execute(context)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> Any:
        """Record who decided what and when, then go on. Raises QuestionUnanswered, RemovalsRejected, NotApproved."""
        engine, change_set_id = task_engine(), int(self.change_set)
        if "error" in event:
            record_decision(engine, change_set_id, approved=False, by=NOBODY, at=datetime.now(UTC))
            raise QuestionUnanswered(
                f"Nobody answered whether change set {change_set_id} is to be applied within "
                f"{get_settings().reconciliation_approval_hours:g} hours (MULTITV_RECONCILIATION_APPROVAL_HOURS). "
                "Nothing of it was written. The next hourly reconciliation asks again, with what is then to be removed."
            )
        answer = Answer.of(event, self.APPROVE)
        made_at = context["ti"].xcom_pull(task_ids=context["ti"].task_id, key="made_at")
        record_decision(
            engine,
            change_set_id,
            approved=answer.approved,
            by=answer.by or NOBODY,
            at=answer.at,
            made_at=datetime.fromisoformat(made_at) if made_at else None,
        )
        log.info("Change set %s was %s by %s.", change_set_id, answer, answer.by)
        if not answer.approved:
            raise _rejected(change_set_id, answer.by)
        return super().execute_complete(context, event)


def _rejected(change_set_id: int, by: str | None) -> RemovalsRejected:
    return RemovalsRejected(
        f"Change set {change_set_id} was rejected by {by or NOBODY}. Nothing of it was written, so these clients keep "
        "on the platform what their contracts say is over, and they are not asked about for 24 hours. If the ERP is "
        "wrong, correct it until then; otherwise answer the next question, or trigger tv_plan_reconciliation with "
        "allow_removals."
    )
