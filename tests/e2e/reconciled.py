"""What the end-to-end tests of the reconciliation look at."""

from __future__ import annotations

from typing import Any

from multitv.settings import get_settings
from tests.e2e.conftest import RunningStack, rows
from tests.support.sandbox import SERVED, writes_of

DAG = "tv_plan_reconciliation"
APPROVAL = "tv_reconciliation_approval"


def served(stack: RunningStack) -> list[int]:
    """The client plans that the platform has to serve today."""
    return [row.id for row in rows(stack, SERVED, today=get_settings().today())]


def last_change_set(stack: RunningStack) -> Any:
    return rows(stack, "select * from reconciliation.change_set where split_from is null order by id desc limit 1")[0]


def question(stack: RunningStack) -> Any:
    """The change set of the last question."""
    return rows(stack, "select * from reconciliation.change_set where split_from is not null order by id desc limit 1")[
        0
    ]


def writes(stack: RunningStack) -> list[dict[str, Any]]:
    """Every write that the platform carried out, oldest first."""
    return writes_of(stack.sandbox)
