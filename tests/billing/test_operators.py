"""What comes of an answer, or of none, to the question whether a list is saved."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from airflow.sdk import DAG

from multitv.billing import operators as approval
from multitv.billing import review, tv
from multitv.settings import get_settings
from tests.billing.isp import DUE, Isp


class TaskInstance:
    """As much of Airflow's as the operator uses."""

    task_id = "save"

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}

    def xcom_push(self, key: str, value: Any) -> None:
        self.kept[key] = value

    def xcom_pull(self, task_ids: str, key: str) -> Any:
        assert task_ids == self.task_id
        return self.kept[key]


@pytest.fixture
def asked(isp: Isp, monkeypatch: pytest.MonkeyPatch) -> tuple[Isp, approval.ReviewAndSave, dict[str, Any]]:
    """A list that was shown to a person."""
    isp.sell(isp.client_plan(), isp.package("10.00"))
    monkeypatch.setattr(approval, "task_engine", lambda: isp.engine)
    with DAG("d", schedule=None):
        operator = approval.ReviewAndSave(task_id="save", due_date=str(DUE))
    context = {"params": {"allow_voids": False, "approval": "always"}, "ti": TaskInstance()}
    request = tv.save(isp.engine, DUE, approval="always")
    assert isinstance(request, review.ApprovalRequest)
    context["ti"].xcom_push("review", request.review)
    return isp, operator, context


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
