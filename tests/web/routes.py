"""Every route of the application, so that none can be forgotten, with an address where nothing is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from fastapi.dependencies.utils import get_flat_dependant
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Mount

from multitv.web.app import make_app
from multitv.web.core.access import Right

# Nobody has this number, and nothing is due on that day.
NOBODY = 987_654_321
NEVER = "2199-12-30"
_VALUES = {
    "due_date": NEVER,
    "run_id": "nenhuma",
    "dag_id": "tv_billing",
    "task_id": "save",
    "kind": "sold_not_active",
    "item_kind": "open_months",
    "reference_month": "2199-12-01",
    "decision": "waive_month",
}

_CONTRACTS = Right.CONTRACTS
_BILLING = Right.BILLING
_CORRECTIONS = Right.CORRECTIONS
_OFFER = Right.OFFER
_PINS = Right.PINS
# What may not be done by everybody who reads, as docs/screens-and-api.md promises it, and not as the code has it.
RIGHTS = {
    # Searches, which post so that no CPF becomes part of an address.
    ("POST", "/clientes"): Right.READ,
    ("POST", "/api/v1/clients/search"): Right.READ,
    ("GET", "/clientes/{client_plan_id}/pacotes/novo"): _CONTRACTS,
    ("GET", "/clientes/{client_plan_id}/pacotes/novo/canais"): _CONTRACTS,
    ("POST", "/clientes/{client_plan_id}/pacotes/novo"): _CONTRACTS,
    ("GET", "/pacotes-do-cliente/{client_package_id}/cancelar"): _CONTRACTS,
    ("POST", "/pacotes-do-cliente/{client_package_id}/cancelar"): _CONTRACTS,
    ("GET", "/pacotes-do-cliente/{client_package_id}/apagar"): _CONTRACTS,
    ("POST", "/pacotes-do-cliente/{client_package_id}/apagar"): _CONTRACTS,
    ("GET", "/clientes/{client_plan_id}/pontos/novo"): _CONTRACTS,
    ("POST", "/clientes/{client_plan_id}/pontos/novo"): _CONTRACTS,
    ("GET", "/pontos/{point_id}/editar"): _CONTRACTS,
    ("POST", "/pontos/{point_id}/editar"): _CONTRACTS,
    ("GET", "/pontos/{point_id}/trocar"): _CONTRACTS,
    ("POST", "/pontos/{point_id}/trocar"): _CONTRACTS,
    ("GET", "/pontos/{point_id}/retirar"): _CONTRACTS,
    ("POST", "/pontos/{point_id}/retirar"): _CONTRACTS,
    ("POST", "/clientes/{client_plan_id}/sincronizar"): _CONTRACTS,
    ("POST", "/clientes/{client_plan_id}/pin"): _PINS,
    ("POST", "/faturamento/carregar"): _BILLING,
    ("POST", "/faturamento/{due_date}/salvar"): _BILLING,
    ("POST", "/painel/atualizar"): _BILLING,
    ("POST", "/execucoes/tv_billing/{run_id}/{task_id}/resposta"): _BILLING,
    ("GET", "/painel/pendencias/meses/{client_plan_id}/{package_id}/{reference_month}/{decision}"): _CORRECTIONS,
    ("POST", "/painel/pendencias/meses/{client_plan_id}/{package_id}/{reference_month}/{decision}"): _CORRECTIONS,
    ("GET", "/painel/pendencias/pagamentos/{payout_id}"): _CORRECTIONS,
    ("POST", "/painel/pendencias/pagamentos/{payout_id}"): _CORRECTIONS,
    ("GET", "/planos/{service_plan_id}/tv"): _OFFER,
    ("POST", "/planos/{service_plan_id}/tv"): _OFFER,
    ("GET", "/pacotes/{package_id}/oferta"): _OFFER,
    ("POST", "/pacotes/{package_id}/oferta"): _OFFER,
    ("POST", "/api/v1/client-plans/{client_plan_id}/packages"): _CONTRACTS,
    ("POST", "/api/v1/client-packages/{client_package_id}/cancel"): _CONTRACTS,
    ("DELETE", "/api/v1/client-packages/{client_package_id}"): _CONTRACTS,
    ("POST", "/api/v1/client-plans/{client_plan_id}/points"): _CONTRACTS,
    ("PATCH", "/api/v1/points/{point_id}"): _CONTRACTS,
    ("POST", "/api/v1/points/{point_id}/swap"): _CONTRACTS,
    ("POST", "/api/v1/points/{point_id}/remove"): _CONTRACTS,
    ("POST", "/api/v1/client-plans/{client_plan_id}/pin/reveal"): _PINS,
    ("POST", "/api/v1/billing/{due_date}/load"): _BILLING,
    ("POST", "/api/v1/billing/{due_date}/save"): _BILLING,
    ("POST", "/api/v1/open-months/{client_plan_id}/{package_id}/{reference_month}/waive"): _CORRECTIONS,
    ("POST", "/api/v1/open-months/{client_plan_id}/{package_id}/{reference_month}/take-back"): _CORRECTIONS,
    ("POST", "/api/v1/payouts/{payout_id}/payment"): _CORRECTIONS,
    ("PUT", "/api/v1/service-plans/{service_plan_id}/tv"): _OFFER,
    ("PUT", "/api/v1/packages/{package_id}/offer"): _OFFER,
}


@dataclass(frozen=True)
class Place:
    """A route below /multitv, with the names of what may follow the question mark."""

    method: str
    path: str
    query: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def of_api(self) -> bool:
        return self.path.startswith("/api/")

    @property
    def writes(self) -> bool:
        return self.method != "GET"

    @property
    def right(self) -> Right:
        """What one needs to come here. Of a write that is not in the table, nobody has said it."""
        return RIGHTS[self.method, self.path] if self.writes else RIGHTS.get((self.method, self.path), Right.READ)

    @property
    def names(self) -> list[str]:
        """The parts of the address that differ from one thing to another."""
        return re.findall(r"{(\w+)}", self.path)

    @property
    def address(self) -> str:
        """An address where nothing is."""
        return self.at({})

    def at(self, values: Mapping[str, object]) -> str:
        """Return the address of a thing; where a value is not given, there is nothing."""
        return re.sub(r"{(\w+)}", lambda found: str(values.get(found[1], _VALUES.get(found[1], NOBODY))), self.path)


def _places(routes: Iterable[BaseRoute], prefix: str = "") -> Iterator[Place]:
    for route in routes:
        if isinstance(route, APIRoute):
            query = tuple(sorted(field.alias for field in get_flat_dependant(route.dependant).query_params))
            yield from (Place(method, prefix + route.path, query) for method in sorted(route.methods))
        elif isinstance(route, Mount) and route.path != "/static":
            yield from _places(route.routes, prefix + route.path)
        else:
            assert isinstance(route, Mount), f"{route} is of a kind that nobody looks at here"


PLACES = sorted(_places(make_app().routes), key=str)
