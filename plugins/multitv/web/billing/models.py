"""What a program sends to bill a due date, and the runs that it is told of."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from multitv.web.core.models import Body, Id


class Saving(Body):
    """`preview_id`: the list that is approved. `allow_voids`: void more pending events than is plausible."""

    preview_id: Id
    allow_past: Annotated[bool, Field(strict=True)] = False
    allow_voids: Annotated[bool, Field(strict=True)] = False


class Started(BaseModel):
    """A DAG run that was started, or was there already."""

    dag_id: str
    run_id: str


class TaskState(BaseModel):
    task_id: str
    name: str
    state: str | None


class RunState(BaseModel):
    """A DAG run. `question`: what a task that waits for a person asks."""

    dag_id: str
    run_id: str
    state: str
    tasks: list[TaskState]
    question: str | None
