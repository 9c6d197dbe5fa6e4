"""Authentication by Airflow's own login, and authorisation by Airflow's own permissions.

Each right here is derived from a permission of Airflow, so that permissions are granted in one place.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.resource_details import (
    ConnectionDetails,
    DagAccessEntity,
    DagDetails,
)
from airflow.api_fastapi.core_api.security import bearer_scheme, get_user
from fastapi import Depends, HTTPException, Request, status
from fastapi.security import HTTPAuthorizationCredentials

from multitv.beenius.hook import CONNECTION_ID as PLATFORM
from multitv.errors import Refusal
from multitv.web.core.bulkhead import LOOKUPS, in_thread_of

BILLING_DAG = "tv_billing"
CORRECTION_DAG = "tv_billing_correction"
STANDARD_BILLING_DAG = "standard_billing"
RECONCILIATION_DAG = "tv_plan_reconciliation"
DASHBOARD_DAG = "tv_dashboard"
# The DAGs with their display names in Airflow, the most important ones first.
DAGS = {
    BILLING_DAG: "Faturamento TV",
    STANDARD_BILLING_DAG: "Faturamento Padrão",
    RECONCILIATION_DAG: "Reconciliar planos de TV",
    "tv_catalog_sync": "Sincronizar catálogo de TV",
    "tv_billing_sweep": "Vigiar o faturamento",
    "tv_maintenance": "Manutenção do banco",
    DASHBOARD_DAG: "Atualizar o painel",
}


class RightMissing(Refusal):
    """The person lacks the right for what they ask."""

    code = "forbidden"
    status = 403


class Right(StrEnum):
    """What a person may do on the screens; the value is how a refusal names it."""

    READ = "ver as telas do Multi TV"
    CONTRACTS = "alterar contratos (pacotes e pontos)"
    BILLING = "faturar"
    CORRECTIONS = "corrigir o faturamento (dispensas e pagamentos)"
    OFFER = "alterar a oferta (planos, preços)"
    PINS = "revelar o Auth Pin"


def _may_run(manager: Any, user: Any, dag_id: str) -> bool:
    return bool(
        manager.is_authorized_dag(
            method="POST", access_entity=DagAccessEntity.RUN, details=DagDetails(id=dag_id), user=user
        )
    )


def _may_platform(manager: Any, user: Any, method: str) -> bool:
    return bool(manager.is_authorized_connection(method=method, details=ConnectionDetails(conn_id=PLATFORM), user=user))


# The table of rights in docs/screens-and-api.md says the same.
_ALLOWED: dict[Right, Callable[[Any, Any], bool]] = {
    Right.READ: lambda manager, user: bool(
        manager.is_authorized_dag(method="GET", details=DagDetails(id=RECONCILIATION_DAG), user=user)
    ),
    # Triggering a DAG implies the right to change what it works on.
    Right.CONTRACTS: lambda manager, user: _may_run(manager, user, RECONCILIATION_DAG),
    Right.BILLING: lambda manager, user: _may_run(manager, user, BILLING_DAG),
    Right.CORRECTIONS: lambda manager, user: _may_run(manager, user, CORRECTION_DAG),
    # The offer concerns every client, and PINs are secrets: both require access to the platform's connection.
    Right.OFFER: lambda manager, user: _may_platform(manager, user, "PUT"),
    Right.PINS: lambda manager, user: _may_platform(manager, user, "GET"),
}


@dataclass(frozen=True)
class Person:
    """The logged-in person that a request comes from."""

    user: Any

    @cached_property
    def name(self) -> str:
        """The name that is written to audit rows."""
        return str(self.user.get_name() or self.user.get_id())

    @cached_property
    def rights(self) -> frozenset[Right]:
        """The rights of this person; none without the right to read."""
        manager = get_auth_manager()
        if not _ALLOWED[Right.READ](manager, self.user):
            return frozenset()
        return frozenset(right for right, allowed in _ALLOWED.items() if allowed(manager, self.user))

    def may(self, right: str) -> bool:
        """Return whether this person has the right of this name; for templates."""
        return Right[right] in self.rights


async def login(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer_scheme)]
) -> Any:
    """Return Airflow's user of a request. Raises HTTPException 401 if there is none.

    Airflow answers 403 to a token that it cannot read, such as one signed with an earlier secret; a 401 sends the
    person to the login instead.
    """
    try:
        return await get_user(request, None, credentials)
    except HTTPException as unknown:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED) from unknown


def requires(right: Right) -> Callable[..., Coroutine[Any, Any, Person]]:
    """Return a dependency that returns the logged-in person: 401 without a login, 403 without the right."""

    @in_thread_of(LOOKUPS)
    def person(user: Annotated[Any, Depends(login)]) -> Person:
        found = Person(user)
        if right not in found.rights:
            raise RightMissing("right_missing", right=right)
        return found

    return person


Reader = Annotated[Person, Depends(requires(Right.READ))]
ContractEditor = Annotated[Person, Depends(requires(Right.CONTRACTS))]
Biller = Annotated[Person, Depends(requires(Right.BILLING))]
Corrector = Annotated[Person, Depends(requires(Right.CORRECTIONS))]
OfferEditor = Annotated[Person, Depends(requires(Right.OFFER))]
PinReader = Annotated[Person, Depends(requires(Right.PINS))]
