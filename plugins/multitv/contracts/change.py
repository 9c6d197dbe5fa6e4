"""What every change has in common: its transaction, its locks, the rules of the client plan, and its audit row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import psycopg
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from multitv.contracts.errors import NotThere, PlanRefused
from multitv.contracts.values import words
from multitv.database.engine import transaction
from multitv.database.locks import lock
from multitv.database.sql import named


@dataclass(frozen=True)
class Change:
    """An open transaction in which one person makes one change."""

    connection: Connection
    author: str
    action: str

    def hold_client_plan(self, client_plan_id: int) -> None:
        """Be alone with a client plan until the transaction ends. Always the first lock that is taken."""
        lock(self.connection, f"client plan {client_plan_id}")

    def note(
        self,
        before: str | None,
        after: str | None,
        *,
        client_plan_id: int | None = None,
        service_plan_id: int | None = None,
    ) -> None:
        """Write the audit row; `before` and `after` are the changed row as JSON, None where there is none."""
        self.connection.execute(
            named("contracts/insert_contract_change"),
            {
                "author": self.author,
                "action": self.action,
                "client_plan_id": client_plan_id,
                "service_plan_id": service_plan_id,
                "before": before,
                "after": after,
            },
        )

    def require_tv(self, client_plan_id: int, today: date) -> int:
        """Return the service plan of a client plan that may be given packages and points.

        Raises NotThere, PlanRefused.
        """
        plan = self.connection.execute(
            named("contracts/read_client_plan"), {"client_plan_id": client_plan_id, "today": today}
        ).first()
        if plan is None:
            raise NotThere(f"The ERP has no client plan {client_plan_id}: check the number.")
        if plan.cancelled:
            raise PlanRefused(f"Client plan {client_plan_id} is cancelled: nothing is added to it any more.")
        if not plan.allows_tv:
            raise PlanRefused(
                f"Service plan {plan.service_plan_id} of client plan {client_plan_id} allows no TV: allow it in the "
                "plan's TV tab, or move the client to a plan that has TV."
            )
        return int(plan.service_plan_id)


@contextmanager
def changing(engine: Engine, author: str, action: str) -> Iterator[Change]:
    """Open the transaction of one change; it is committed whole or not at all.

    Raises InvalidValue without an author, DatabaseUnavailable.
    """
    name = words("author", author)
    with transaction(engine) as connection:
        yield Change(connection, name, action)


@contextmanager
def guarded(connection: Connection, refusals: dict[str, Exception]) -> Iterator[None]:
    """Run the block; if one of the named constraints refuses it, undo the block alone and raise that refusal."""
    try:
        with connection.begin_nested():
            yield
    except IntegrityError as error:
        cause = error.orig
        broken = cause.diag.constraint_name if isinstance(cause, psycopg.Error) else None
        if broken not in refusals:
            raise
        raise refusals[broken] from error
