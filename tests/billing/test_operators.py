"""What the operators of Carregar and Salvar do with a list, and with a person's answer about it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

import pytest
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import DAG, Context
from airflow.sdk.exceptions import DownstreamTasksSkipped, TaskAwaitingInput

from multitv.billing import correction, operators, review, tv
from multitv.event_codes import EventCodeRefused, event_code
from multitv.settings import get_settings
from tests.support.isp import DUE, FIRST, Isp
from tests.support.settings import SETTINGS


class TaskInstance:
    """As much of Airflow's as the operator uses."""

    map_index = -1

    def __init__(self, task_id: str = "save") -> None:
        self.task_id = task_id
        self.xcoms: dict[str, Any] = {}

    def xcom_push(self, key: str, value: Any) -> None:
        self.xcoms[key] = value

    def xcom_pull(self, task_ids: str, key: str) -> Any:
        assert task_ids == self.task_id
        return self.xcoms.get(key)


@pytest.fixture
def asked(isp: Isp, monkeypatch: pytest.MonkeyPatch) -> tuple[Isp, operators.ReviewAndSave, dict[str, Any]]:
    """A list that was shown to a person."""
    isp.sell(isp.client_plan(), isp.package("10.00"))
    monkeypatch.setattr(operators, "task_engine", lambda: isp.engine)
    with DAG("d", schedule=None):
        operator = operators.ReviewAndSave(task_id="save", due_date=str(DUE))
    ti = TaskInstance()
    request = tv.save(isp.engine, DUE, SETTINGS, approval="always")
    assert isinstance(request, review.ApprovalRequest)
    ti.xcom_push("review", request.review)
    ti.xcom_push("digest", request.digest)
    return isp, operator, {"params": {"allow_voids": False, "approval": "always"}, "ti": ti}


def answer(option: str, name: str | None) -> dict[str, Any]:
    user = None if name is None else {"id": "1", "name": name}
    return {
        "chosen_options": [option],
        "params_input": {},
        "responded_at": datetime(2026, 12, 1, tzinfo=UTC),
        "responded_by_user": user,
        "timedout": name is None,
    }


def test_no_answer_in_time_fails_and_can_be_asked_again(asked: Any) -> None:
    isp, operator, context = asked
    hours = f"{get_settings().billing_approval_hours:g}"
    with pytest.raises(review.ReviewUnanswered, match=f"within {hours} hours .* Nothing was saved. Clear this task"):
        operator.execute_complete(context, answer(operator.REJECT, None))
    assert isp.run("select decision from billing.review") == [(None,)]
    assert isp.events() == {}


def test_a_rejected_list_fails_its_run_and_can_be_asked_again(asked: Any) -> None:
    isp, operator, context = asked
    with pytest.raises(review.ListRejected, match="Ana rejected the list of .* Nothing was saved"):
        operator.execute_complete(context, answer(operator.REJECT, "Ana"))
    assert isp.run("select decision, decided_by from billing.review") == [("rejected", "Ana")]
    assert isp.events() == {}
    assert isinstance(tv.save(isp.engine, DUE, SETTINGS, approval="always"), review.ApprovalRequest)


def test_what_was_approved_is_saved(asked: Any) -> None:
    isp, operator, context = asked
    operator.execute_complete(context, answer(operator.APPROVE, "Ana"))
    assert isp.run("select decision, decided_by from billing.review") == [("approved", "Ana")]
    assert len(isp.events()) == 1


def test_what_changed_after_it_was_approved_is_tried_again(asked: Any) -> None:
    isp, operator, context = asked
    isp.run("update tv.package set price = 11.00")
    with pytest.raises(review.ListChanged, match="the next try of this task asks again"):
        operator.execute_complete(context, answer(operator.APPROVE, "Ana"))
    assert isp.events() == {}


def test_an_answer_is_no_answer_on_another_list_of_the_same_number(asked: Any) -> None:
    """Which a database has that was restored to before the question, and asked another one since."""
    isp, operator, context = asked
    isp.run("update tv.package set price = 99.00")
    other = tv.save(isp.engine, DUE, SETTINGS, approval="always")
    assert isinstance(other, review.ApprovalRequest)
    context["ti"].xcom_push("review", other.review)
    with pytest.raises(review.ReviewLost, match="Nothing was saved. Clear this task"):
        operator.execute_complete(context, answer(operator.APPROVE, "Ana"))
    assert isp.run("select decision from billing.review") == [(None,), (None,)]
    assert isp.events() == {}


def load(isp: Isp, monkeypatch: pytest.MonkeyPatch, *, dry_run: bool) -> tuple[bool | set[str], dict[str, Any]]:
    """Run the task; return whether the run goes on, or else the tasks that are skipped, and the task's XComs."""
    monkeypatch.setattr(operators, "task_engine", lambda: isp.engine)
    with DAG("d", schedule=None):
        operator = operators.LoadList(task_id="load", due_date=str(DUE))
        operator >> EmptyOperator(task_id="next") >> EmptyOperator(task_id="report", trigger_rule="none_failed")
    ti = TaskInstance()
    try:
        goes_on = operator.execute(cast("Context", {"params": {"dry_run": dry_run}, "ti": ti, "task": operator}))
    except DownstreamTasksSkipped as skipped:
        return set(skipped.tasks), ti.xcoms
    return goes_on, ti.xcoms


def test_a_list_with_work_is_loaded_and_the_run_goes_on(isp: Isp, monkeypatch: pytest.MonkeyPatch) -> None:
    isp.sell(isp.client_plan(), isp.package("10.00"))
    assert load(isp, monkeypatch, dry_run=False) == (True, {})
    assert isp.run("select id from billing.preview") == []


def test_a_due_date_without_work_skips_the_next_task_and_leaves_the_report(
    isp: Isp, monkeypatch: pytest.MonkeyPatch
) -> None:
    isp.client_plan()
    skipped, _ = load(isp, monkeypatch, dry_run=False)
    assert skipped == {"next"}


def test_a_dry_run_stores_the_list_and_skips_every_task_after_it(isp: Isp, monkeypatch: pytest.MonkeyPatch) -> None:
    isp.sell(isp.client_plan(), isp.package("10.00"))
    skipped, xcoms = load(isp, monkeypatch, dry_run=True)
    assert skipped == {"next", "report"}
    assert isp.run("select id from billing.preview") == [(xcoms["preview"],)]
    assert "**1 (R$ 10,00)** de 1 pacote da lista seria cobrado." in xcoms["markdown"]
    assert isp.events() == {}


@pytest.fixture
def to_correct(isp: Isp, monkeypatch: pytest.MonkeyPatch) -> tuple[operators.ConfirmCorrection, dict[str, Any]]:
    """The question about the processed event of a client, and the form as a person leaves it."""
    isp.sell(isp.client_plan(), isp.package("10.00"))
    isp.bill()
    monkeypatch.setattr(operators, "task_engine", lambda: isp.engine)
    with DAG("d", schedule=None):
        operator = operators.ConfirmCorrection(task_id="confirm")
        operator >> EmptyOperator(task_id="correct")
    form = {"event_code": event_code(FIRST), "action": "reverse", "reason": "engano", "rebill": False, "ask": True}
    return operator, {"params": form, "ti": TaskInstance("confirm"), "task": operator}


def asked_about(operator: operators.ConfirmCorrection, context: Any, monkeypatch: pytest.MonkeyPatch) -> str | None:
    """Run the task; return the question that it waits with, None if it goes on without one."""

    def wait(self: Any, context: Context) -> None:
        raise TaskAwaitingInput(method_name="execute_complete", timeout=None)

    monkeypatch.setattr(ApprovalOperator, "execute", wait)
    try:
        operator.execute(context)
    except TaskAwaitingInput:
        return f"{operator.subject}\n{operator.body}"
    return None


def test_a_correction_waits_for_a_person_who_sees_whose_event_it_is(
    to_correct: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator, context = to_correct
    question = asked_about(operator, context, monkeypatch)
    assert question is not None
    assert question.startswith(f"Estornar o evento {event_code(FIRST)}, de R$ 10,00?")
    for shown in ("Cliente 1", "Pacote 2", "12/2026", "R$ 10,00"):
        assert shown in question


def test_a_script_may_correct_without_a_question(to_correct: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    operator, context = to_correct
    context["params"]["ask"] = False
    assert asked_about(operator, context, monkeypatch) is None


@pytest.mark.parametrize(
    ("typed", "ask"), [(str(FIRST), True), (str(FIRST), False), (event_code(FIRST)[:-1] + "0", True), ("", True)]
)
def test_what_is_no_code_is_refused_before_anybody_is_asked(
    to_correct: Any, monkeypatch: pytest.MonkeyPatch, typed: str, ask: bool
) -> None:
    operator, context = to_correct
    context["params"] |= {"event_code": typed, "ask": ask}
    with pytest.raises(EventCodeRefused, match="Evento de Faturamento"):
        asked_about(operator, context, monkeypatch)


def test_what_cannot_be_corrected_is_refused_before_anybody_is_asked(
    to_correct: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator, context = to_correct
    context["params"]["action"] = "void"
    with pytest.raises(correction.CorrectionRefused, match="já foi processado"):
        asked_about(operator, context, monkeypatch)


def test_a_correction_that_was_approved_goes_on(to_correct: Any) -> None:
    operator, context = to_correct
    operator.execute_complete(context, answer(operator.APPROVE, "Ana"))


def test_a_correction_is_of_the_event_that_was_shown_and_of_no_other_of_its_number(
    to_correct: Any, isp: Isp, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator, context = to_correct
    asked_about(operator, context, monkeypatch)
    isp.run("update erp.client set name = 'Outra Cliente'")
    with pytest.raises(operators.CorrectionChanged, match="Nothing was written. Clear this task"):
        operator.execute_complete(context, answer(operator.APPROVE, "Ana"))


def test_a_correction_that_was_rejected_skips_what_follows(to_correct: Any) -> None:
    operator, context = to_correct
    with pytest.raises(DownstreamTasksSkipped) as skipped:
        operator.execute_complete(context, answer(operator.REJECT, "Ana"))
    assert set(skipped.value.tasks) == {"correct"}


def test_a_correction_that_nobody_answers_fails(to_correct: Any) -> None:
    operator, context = to_correct
    with pytest.raises(operators.CorrectionUnanswered, match="Nothing was written. Clear this task"):
        operator.execute_complete(context, answer(operator.REJECT, None))
