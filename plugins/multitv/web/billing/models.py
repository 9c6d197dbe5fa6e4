"""Models of the JSON API of billing: what a program sends to bill a due date, and the runs in the answers."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from multitv.web.core.models import Body, Id


class Saving(Body):
    """`preview_id` is the approved list; `allow_voids` allows an implausible number of pending events to be voided."""

    preview_id: Id
    allow_past: Annotated[bool, Field(strict=True)] = False
    allow_voids: Annotated[bool, Field(strict=True)] = False


class Started(BaseModel):
    """A DAG run that was started, or that had been started before."""

    dag_id: str
    run_id: str


class TaskState(BaseModel):
    task_id: str
    name: str
    state: str | None


class RunState(BaseModel):
    """A DAG run. `question` is that of a task that waits for a person."""

    dag_id: str
    run_id: str
    state: str
    tasks: list[TaskState]
    question: str | None
