"""A real api-server of Airflow with the screens, a small ISP behind it, and a person of each role in front of it."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from sqlalchemy import Engine

from include.local import airflow, environment, postgres, processes
from include.local.config import Config
from include.local.postgres import Server
from include.local.processes import Process
from include.local.rest import Api
from include.sandbox.process import Sandbox
from multitv.database.engine import engine_for
from tests.web.population import make_world
from tests.web.visitor import Visitor
from tests.web.world import World

with warnings.catch_warnings():
    # Of what Airflow's api-server is made of, when it is imported for the first time.
    warnings.simplefilter("ignore")
    import multitv.web.app  # noqa: F401

ROLES = ("viewer", "user", "op", "admin")
START_SECONDS = 300.0
# How Airflow's log shows an exception, on a console and as JSON.
TRACES = ("Traceback (most recent call last)", '"exc_type"', "error_detail")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put last what changes whatever it finds."""
    items.sort(key=lambda item: item.path == Path(__file__).with_name("test_openapi.py"))


@dataclass(frozen=True)
class Web:
    """A running api-server. `environment` is that of its process; `logins` has a password for each role."""

    address: str
    environment: dict[str, str]
    logins: dict[str, str]
    log: Path
    api: Api

    def visitor(self, role: str) -> Visitor:
        """Log in as the user who is called as a role is."""
        with requests.Session() as session:
            session.trust_env = False
            login = {"username": role, "password": self.logins[role]}
            answer = session.post(f"{self.address}/auth/token", json=login, timeout=60)
        assert answer.status_code == 201, answer.text
        return Visitor(self.address, role, answer.json()["access_token"])


@pytest.fixture(scope="session")
def isp_engine(server: Server, migrated: str) -> Engine:
    """The ISP's database behind the screens."""
    return engine_for(postgres.database(server, "web_isp", template=migrated))


@pytest.fixture(scope="session")
def web(request: pytest.FixtureRequest, server: Server, isp_engine: Engine, sandbox_process: Sandbox) -> Iterator[Web]:
    """One api-server for the whole session: no scheduler, so the runs that it starts stay in the queue.

    Its home, with its log, is kept if a test failed.
    """
    home = Path(tempfile.mkdtemp(prefix="multitv-web-"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    logins = {role: secrets.token_urlsafe(16) for role in ROLES}
    passwords = environment.password_file(home)
    passwords.parent.mkdir(parents=True)
    passwords.write_text(json.dumps(logins))
    values = environment.for_processes(
        Config(home=home, airflow_port=port),
        # What a developer's shell says of an Airflow or of an ISP is not meant for this one.
        {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "MULTITV_", "SANDBOX_"))},
        environment.isp_connection(isp_engine.url),
        environment.sandbox_connection(
            sandbox_process.port, sandbox_process.client_id, sandbox_process.client_secret, sandbox_process.operator_uid
        ),
        environment.metadata_url(postgres.database(server, "web_airflow")),
    ) | {"AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(f"{role}:{role}" for role in ROLES)}
    running: list[Process] = []
    try:
        airflow.start_migrating(values, home / "logs").finish(airflow.MIGRATE_SECONDS)
        running += [
            Process.start(name, [sys.executable, "-m", "airflow", *arguments], values, home / "logs")
            for name, arguments in {
                "api-server": ("api-server", *airflow.COMPONENTS["api-server"]),
                "reserialize": ("dags", "reserialize"),
            }.items()
        ]
        api = Api(f"http://127.0.0.1:{port}", "admin", logins["admin"])
        _wait(api, running[0])
        running[1].finish(START_SECONDS)
        for dag_id in ("tv_billing", "tv_plan_reconciliation", "tv_dashboard"):
            api.unpause(dag_id)
        yield Web(api.address, values, logins, running[0].log, api)
        api.close()
    finally:
        processes.stop(running)
        processes.sweep(home)
        assert processes.free(port), "the api-server left its port taken"
    written = running[0].log.read_text(errors="replace")
    assert not [trace for trace in TRACES if trace in written], f"a request failed unforeseen: see {running[0].log}"
    if not request.session.testsfailed:
        shutil.rmtree(home)


def _wait(api: Api, server: Process) -> None:
    deadline = time.monotonic() + START_SECONDS
    while api.health() is None:
        server.check()
        assert time.monotonic() < deadline, f"the api-server does not answer.{processes.tail(server.log)}"
        time.sleep(0.2)


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
    [(sold,)] = world.run("select min(id) from tv.client_package where client_plan_id = :plan", plan=world.maria)
    [(point,)] = world.run("select id from tv.client_point where client_plan_id = :plan", plan=world.maria)
    [(listed,)] = world.run("select id from billing.preview where due_date = :due", due=world.coming)
    return {
        "client_plan_id": world.maria,
        "client_package_id": sold,
        "point_id": point,
        "service_plan_id": 3,
        "package_id": world.films,
        "due_date": world.coming,
        "preview_id": listed,
        "sync_id": 1,
        "run_id": web.api.runs("tv_billing")[-1],
    }
