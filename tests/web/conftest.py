"""A real api-server of Airflow with the screens, a small ISP behind it, and a person of each role in front of it."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from include.local import postgres
from include.local.postgres import Server
from include.sandbox.process import Sandbox
from multitv.database.engine import engine_for
from tests.support.ports import free_ports
from tests.web.population import make_world
from tests.web.server import Web, api_server
from tests.web.visitor import Visitor
from tests.web.world import World

with warnings.catch_warnings():
    # Of what Airflow's api-server is made of, when it is imported for the first time.
    warnings.simplefilter("ignore")
    import multitv.web.app  # noqa: F401


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put last what changes whatever it finds."""
    items.sort(key=lambda item: item.path == Path(__file__).with_name("test_openapi.py"))


@pytest.fixture(scope="session")
def isp_engine(server: Server, migrated: str) -> Engine:
    """The ISP's database behind the screens."""
    return engine_for(postgres.database(server, "web_isp", template=migrated))


@pytest.fixture(scope="session")
def web(request: pytest.FixtureRequest, server: Server, isp_engine: Engine, sandbox_process: Sandbox) -> Iterator[Web]:
    """One api-server for the whole session. Its home, with its log, is kept if a test failed."""
    home = Path(tempfile.mkdtemp(prefix="multitv-web-"))
    [port] = free_ports(1)
    public = f"https://localhost:{port}"
    with api_server(home, server, isp_engine.url, sandbox_process, "web_airflow", public) as running:
        yield running
    if not request.session.testsfailed:
        shutil.rmtree(home)


@pytest.fixture(scope="session")
def world(web: Web, isp_engine: Engine) -> Iterator[World]:
    """What the ISP has; a test that changes something makes its own client plan."""
    made = make_world(isp_engine, web.environment["MULTITV_PIN_KEYS"])
    yield made
    written = web.log.read_text(errors="replace")
    assert not [pin for pin in made.pins.values() if pin in written], "a PIN is in the log"


@pytest.fixture(scope="session")
def viewer(web: Web) -> Visitor:
    return web.visitor("viewer")


@pytest.fixture(scope="session")
def user(web: Web) -> Visitor:
    return web.visitor("user")


@pytest.fixture(scope="session")
def op(web: Web) -> Visitor:
    return web.visitor("op")


@pytest.fixture(scope="session")
def admin(web: Web) -> Visitor:
    return web.visitor("admin")


@pytest.fixture
def stranger(web: Web) -> Visitor:
    return Visitor(web.address)


@pytest.fixture
def people(viewer: Visitor, user: Visitor, op: Visitor, admin: Visitor) -> dict[str, Visitor]:
    return {person.name: person for person in (viewer, user, op, admin)}


@pytest.fixture(scope="session")
def things(world: World, user: Visitor, web: Web) -> dict[str, object]:
    """What may stand in an address: something of everything, with the names that are worst to show."""
    assert user.send("/faturamento/carregar", {"vencimento": str(world.coming)}).status_code == 204
    return world.things(web.api.runs("tv_billing")[-1])
