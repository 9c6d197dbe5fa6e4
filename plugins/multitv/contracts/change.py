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
            named("contracts/insert_contract_change"),
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

    def require_tv(self, client_plan_id: int, today: date) -> int:
        """Return the service plan of a client plan that may be given packages and points.

        Raises NotThere, PlanRefused.
        """
        plan = self.connection.execute(
            named("contracts/read_client_plan"), {"client_plan_id": client_plan_id, "today": today}
        ).first()
        if plan is None:
            raise NotThere(f"O ERP não tem o plano do cliente {client_plan_id}: confira o número.")
        if plan.cancelled:
            raise PlanRefused(
                f"O plano do cliente {client_plan_id} está cancelado e não recebe mais pacotes nem pontos: use um "
                "plano ativo do cliente."
            )
        if not plan.allows_tv:
            raise PlanRefused(
                f"O plano de serviço {titled(plan.service_plan_id, plan.service_plan_name)}, do plano do cliente "
                f"{client_plan_id}, não permite TV: ponha “Permite a criação de Planos de TV” em Sim na aba TV do "
                "plano de serviço, ou mude o cliente para um plano de serviço com TV."
            )
        return int(plan.service_plan_id)


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
