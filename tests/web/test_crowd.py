"""A crowd in front of the screens never stops the rest of Airflow, and finds all well when it comes back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from sqlalchemy import Engine
from starlette.routing import BaseRoute, Mount

from include.sandbox.process import Sandbox
from multitv.web.app import make_app
from tests.web.crowd import ASKS_PLATFORM, READ, Crowd, besiege, hanging, locked, request
from tests.web.routes import PLACES, Place
from tests.web.server import Web
from tests.web.visitor import Visitor

# More than the 40 threads that the api-server's own handlers, the task API included, share.
CROWD = 48
ASKS_AIRFLOW = [
    place
    for place in READ
    if place.path in ("/painel/execucoes", "/faturamento/{due_date}/execucoes", "/api/v1/billing/runs/{run_id}")
]


def crowd(web: Web, person: Visitor, places: list[Place], things: dict[str, object], size: int) -> Crowd:
    asked = [request(place, person, things) for place in places]
    return besiege(web.address, [asked[number % len(asked)] for number in range(size)])


def require_all_is_well(person: Visitor, things: dict[str, object]) -> None:
    for place in READ:
        answer = person.ask("GET", place.at(things), person.bearer if place.of_api else person.cookie)
        assert answer.status_code in (200, 303), f"{place}: {answer.status_code}"


def test_no_handler_or_dependency_of_ours_runs_in_a_thread_that_airflow_needs() -> None:
    handlers = [route for route in _routes(make_app().routes) if isinstance(route, APIRoute)]
    assert len(handlers) == len(PLACES)
    for route in handlers:
        for needed in (route.dependant, *_dependencies(route.dependant)):
            assert needed.is_coroutine_callable, f"{route.path}: {needed.call} is not a coroutine function"


def _routes(routes: Iterable[BaseRoute]) -> Iterator[BaseRoute]:
    for route in routes:
        yield from _routes(route.routes or []) if isinstance(route, Mount) else [route]


def _dependencies(dependant: Dependant) -> Iterator[Dependant]:
    for needed in dependant.dependencies:
        yield needed
        yield from _dependencies(needed)


@pytest.mark.proof
@pytest.mark.parametrize("place", ASKS_AIRFLOW, ids=str)
def test_a_page_that_asks_airflow_stops_nothing(
    web: Web, admin: Visitor, things: dict[str, object], place: Place
) -> None:
    seen = crowd(web, admin, [place], things, CROWD)
    assert set(seen.statuses) <= {200, 503}, seen
    assert seen.statuses[200] > 0
    assert crowd(web, admin, [place], things, 1).statuses == {200: 1}


def test_all_pages_at_once_stop_nothing(web: Web, admin: Visitor, things: dict[str, object]) -> None:
    seen = crowd(web, admin, READ, things, 2 * len(READ))
    assert set(seen.statuses) <= {200, 303, 503}, seen
    require_all_is_well(admin, things)


@pytest.mark.proof
def test_a_crowd_in_front_of_a_locked_database_stops_nothing(
    web: Web, isp_engine: Engine, admin: Visitor, things: dict[str, object]
) -> None:
    with locked(isp_engine):
        seen = crowd(web, admin, READ, things, 2 * len(READ))
    assert seen.statuses[503] > 0, "nothing was locked"
    assert set(seen.statuses) <= {200, 303, 503}, seen
    assert None not in seen.retry_after
    require_all_is_well(admin, things)


@pytest.mark.proof
def test_a_crowd_in_front_of_a_platform_that_hangs_stops_nothing(
    web: Web, sandbox_process: Sandbox, admin: Visitor, things: dict[str, object]
) -> None:
    assert len(ASKS_PLATFORM) == 4
    with hanging(sandbox_process):
        seen = crowd(web, admin, ASKS_PLATFORM, things, CROWD)
        answer = admin.get(f"/clientes/{things['client_plan_id']}/plataforma")
    # Whoever asks the platform is told that it does not answer; the forms go without what it would have suggested.
    assert set(seen.statuses) == {200}, seen
    assert "A plataforma não respondeu agora." in answer.text
