"""What every change has in common: its transaction, its locks and its audit row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from multitv.changes.values import words
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

    def hold_package(self, package_id: int) -> None:
        """Be alone with the offer of a package until the transaction ends. Always the last lock that is taken."""
        lock(self.connection, f"package {package_id}")

    def note(
        self,
        before: str | None,
        after: str | None,
        *,
        client_plan_id: int | None = None,
        service_plan_id: int | None = None,
        package_id: int | None = None,
    ) -> None:
        """Write the audit row of the client plan, the service plan or the package: exactly one of them.

        `before` and `after` are the changed row as JSON, None where there is none.
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


def titled(number: int, name: str | None) -> str:
    """Return what a message calls a plan or a package: its number, and its name as far as there is one."""
    return f"{number} ({name})" if name else str(number)


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
