"""The transaction, the locks, the audit row and the pending change of a change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Row

from multitv.changes.errors import NotThere
from multitv.changes.values import checked_text
from multitv.database.engine import transaction
from multitv.database.locks import lock
from multitv.database.sql import named

# Of a service plan with more client plans a full run reads the platform faster, and writing a row for each would keep
# the person at the screen waiting.
MOST_CLIENT_PLANS = 20_000


@dataclass(frozen=True)
class Change:
    """An open transaction in which one person makes one change."""

    connection: Connection
    author: str
    action: str

    def lock_client_plan(self, client_plan_id: int) -> None:
        """Takes an exclusive lock on a client plan until the transaction ends.

        Taken before the locks of rows and MACs, so that two changes never wait for each other.
        """
        lock(self.connection, f"client plan {client_plan_id}")

    def lock_row(self, plan_of: str, lock_it: str, row_id: int, missing: NotThere) -> Row[Any]:
        """Lock the client plan of a row, then the row, until the transaction ends, and return the row.

        `plan_of` and `lock_it` are the statements that read the client plan and lock the row, by its `id`. Raises
        `missing` if there is no such row.
        """
        of = {"id": row_id}
        client_plan_id = self.connection.scalar(named(plan_of), of)
        if client_plan_id is None:
            raise missing
        self.lock_client_plan(client_plan_id)
        locked = self.connection.execute(named(lock_it), of).one_or_none()
        if locked is None:
            raise missing
        return locked

    def lock_package(self, package_id: int) -> None:
        """Takes an exclusive lock on the offer of a package until the transaction ends.

        Taken after all other advisory locks, so that two changes never wait for each other.
        """
        lock(self.connection, f"package {package_id}")

    def record(
        self,
        before: str | None,
        after: str | None,
        *,
        client_plan_id: int | None = None,
        service_plan_id: int | None = None,
        package_id: int | None = None,
        on_platform: bool = True,
    ) -> None:
        """Write the audit row of a client plan, a service plan or a package: exactly one of the three ids is given.

        `before` and `after` are the changed row as JSON: `before` is None for a new row, `after` for a deleted one.
        Also writes a pending change of each client plan that it concerns, so that it reaches the platform within
        seconds, unless `on_platform` says that the platform knows nothing of it. What the ISP sets of a package, extra,
        price and point limit, it never does.
        """
        self.connection.execute(
            named("changes/insert_contract_change"),
            {
                "author": self.author,
                "action": self.action,
                "client_plan_id": client_plan_id,
                "service_plan_id": service_plan_id,
                "package_id": package_id,
                "before": before,
                "after": after,
            },
        )
        if on_platform and client_plan_id is not None:
            self.connection.execute(named("changes/insert_pending_change"), {"client_plan_id": client_plan_id})
        elif on_platform and service_plan_id is not None:
            self.connection.execute(
                named("changes/insert_pending_changes_of_service_plan"),
                {"service_plan_id": service_plan_id, "at_most": MOST_CLIENT_PLANS},
            )


def titled(number: int, name: str | None) -> str:
    """Return the label of a plan or a package in messages: its number, and its name if it has one."""
    return f"{number} ({name})" if name else str(number)


@contextmanager
def changing(engine: Engine, author: str, action: str) -> Iterator[Change]:
    """Run the block in the transaction of one change, which is committed whole or not at all.

    Raises InvalidValue if `author` is empty, DatabaseUnavailable.
    """
    name = checked_text("author", author)
    with transaction(engine) as connection:
        yield Change(connection, name, action)
