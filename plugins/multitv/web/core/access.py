"""Who may do what: Airflow's own login, and Airflow's own permissions.

Each right here is one that Airflow knows already, so that whoever gives permissions gives them in one place.
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
from multitv.web.core.bulkhead import LOOKUPS, in_thread_of

BILLING_DAG = "tv_billing"
STANDARD_BILLING_DAG = "standard_billing"
RECONCILIATION_DAG = "tv_plan_reconciliation"
DASHBOARD_DAG = "tv_dashboard"
# As the DAGs are called in Airflow's pages, in the order in which they matter.
DAGS = {
    BILLING_DAG: "Faturamento TV",
    STANDARD_BILLING_DAG: "Faturamento Padrão",
    RECONCILIATION_DAG: "Reconciliar planos de TV",
    "tv_catalog_sync": "Sincronizar catálogo de TV",
    "tv_billing_sweep": "Vigiar o faturamento",
    DASHBOARD_DAG: "Atualizar o painel",
}


class Right(StrEnum):
    """What a person may do on the screens; the value is how a refusal names it."""

    READ = "ver as telas do Multi TV"
    CONTRACTS = "alterar contratos (pacotes e pontos)"
    BILLING = "faturar"
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


# README.md, "The screens", has this as a table.
_ALLOWED: dict[Right, Callable[[Any, Any], bool]] = {
    Right.READ: lambda manager, user: bool(
        manager.is_authorized_dag(method="GET", details=DagDetails(id=RECONCILIATION_DAG), user=user)
    ),
    # Whoever may have contracts carried to the platform may change them, and so for billing.
    Right.CONTRACTS: lambda manager, user: _may_run(manager, user, RECONCILIATION_DAG),
    Right.BILLING: lambda manager, user: _may_run(manager, user, BILLING_DAG),
    # What concerns every client, and secrets of clients, are for whoever has the platform's connection in hand.
    Right.OFFER: lambda manager, user: _may_platform(manager, user, "PUT"),
    Right.PINS: lambda manager, user: _may_platform(manager, user, "GET"),
}


@dataclass(frozen=True)
class Person:
    """Who asks, as Airflow's login knows them."""

    user: Any

    @cached_property
    def name(self) -> str:
        """The name that audit rows carry."""
        return str(self.user.get_name() or self.user.get_id())

    @cached_property
    def rights(self) -> frozenset[Right]:
        """All that this person may do; nothing without the right to read."""
        manager = get_auth_manager()
        if not _ALLOWED[Right.READ](manager, self.user):
            return frozenset()
        return frozenset(right for right, allowed in _ALLOWED.items() if allowed(manager, self.user))

    def may(self, right: str) -> bool:
        """Tell whether this person has a right, by its name (for templates)."""
        return Right[right] in self.rights


async def _login(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer_scheme)]
) -> Any:
    """Return who asks, as Airflow's login knows them.

    A token that it cannot read, such as one from before its secret changed, makes a stranger: Airflow calls that
    forbidden, and then nobody is shown the way to the login.
    """
    try:
        return await get_user(request, None, credentials)
    except HTTPException as unknown:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED) from unknown


def requires(right: Right) -> Callable[..., Coroutine[Any, Any, Person]]:
    """Return a dependency that gives the person who asks. 401 for a stranger, 403 for who lacks the right."""

    @in_thread_of(LOOKUPS)
    def person(user: Annotated[Any, Depends(_login)]) -> Person:
        found = Person(user)
        if right not in found.rights:
            raise HTTPException(status.HTTP_403_FORBIDDEN, f"Seu usuário não tem permissão para {right}.")
        return found

    return person


Reader = Annotated[Person, Depends(requires(Right.READ))]
ContractEditor = Annotated[Person, Depends(requires(Right.CONTRACTS))]
Biller = Annotated[Person, Depends(requires(Right.BILLING))]
OfferEditor = Annotated[Person, Depends(requires(Right.OFFER))]
PinReader = Annotated[Person, Depends(requires(Right.PINS))]
