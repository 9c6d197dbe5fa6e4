"""What a person answered to a question of Airflow's, as the event that resumes the task has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

# States of Airflow in which a task asks nothing any more. A deleted run has none.
ASKS_NO_MORE = ("success", "failed", "upstream_failed", "skipped", "removed")


@dataclass(frozen=True)
class Answer:
    """A person's answer. `by` is None if nobody answered in time, and Airflow chose the default."""

    approved: bool
    by: str | None
    at: datetime

    @classmethod
    def of(cls, event: Mapping[str, Any], approve: str) -> Self:
        """Return the answer in an event without an error; `approve` is the option that approves."""
        user = event.get("responded_by_user") or {}
        return cls(
            approved=event["chosen_options"] == [approve],
            by=user.get("name") or user.get("id"),
            at=event.get("responded_at") or datetime.now(UTC),
        )

    def __str__(self) -> str:
        return "approved" if self.approved else "rejected"
