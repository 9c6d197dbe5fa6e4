"""Fixtures of every room: a real PostgreSQL, and for each test a database of its own."""

from __future__ import annotations

import gc
import os
import tempfile
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import hypothesis
import pytest
from sqlalchemy import URL, Engine

from include.local import postgres
from include.local.postgres import Server
from include.sandbox.process import Sandbox
from include.sandbox.process import sandbox as running_sandbox
from multitv.database.engine import engine_for
from multitv.database.migrate import migrate
from multitv.installation import REPOSITORY
from tests.support.databases import as_pipeline, own_database, own_server
from tests.support.house import House, furnish
from tests.support.sandbox import switch_on
from tests.support.shop import Shop, open_shop
from tests.support.size import takes_its_turn

# How long an example takes says more of the machine than of the code.
hypothesis.settings.register_profile("any-machine", deadline=None)
hypothesis.settings.load_profile("any-machine")

# Before anything imports Airflow: a home of its own, and the house's folders.
os.environ |= {
    "AIRFLOW_HOME": tempfile.mkdtemp(prefix="airflow-of-the-tests-"),
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__DAGS_FOLDER": str(REPOSITORY / "dags"),
    "AIRFLOW__CORE__PLUGINS_FOLDER": str(REPOSITORY / "plugins"),
}

# Nothing that is imported or collected becomes garbage, and to look for it again and again takes a fifth of the time.
gc.disable()

SOAK = REPOSITORY / "tests" / "soak"
E2E = REPOSITORY / "tests" / "e2e"
# Whatever asks for one of these waits for another process: an Airflow, or the platform.
SLOW_FIXTURES = {"web", "stack", "release", "sandbox_process"}
# Scenarios that are many and much alike, and each take about a second of a processor.
SCENARIO_FIXTURES = {"life"}
# Proofs as whole files: each has a whole Airflow, or its tests go on from one another.
FILES_OF_PROOFS = ("test_celery.py", "test_screens_*.py")


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Generator[None]:
    units = {item: _unit_in_turn(item) for item in items}
    for item, unit in units.items():
        if unit or _is_in(SOAK, item.path):
            item.add_marker(pytest.mark.proof)
            item.add_marker(pytest.mark.slow)
        if SLOW_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)
    # By these marks, pytest selects.
    yield
    left_out = {item for item in items if (unit := units[item]) and not takes_its_turn(unit)}
    config.hook.pytest_deselected(items=list(left_out))
    items[:] = [item for item in items if item not in left_out]
    # The longest first, so that no process is left with one of them at the end.
    items.sort(key=lambda item: [not _is_in(folder, item.path) for folder in (SOAK, E2E)])


def _unit_in_turn(item: pytest.Item) -> str | None:
    """Return the name of what takes turns, a test or a whole file; None if it is tried every day."""
    if _is_in(E2E, item.path) and any(map(item.path.match, FILES_OF_PROOFS)):
        return item.path.name
    if item.get_closest_marker("proof"):
        return item.nodeid
    scenario = SCENARIO_FIXTURES & set(getattr(item, "fixturenames", ()))
    return item.nodeid if scenario and not _is_in(SOAK, item.path) and not _is_in(E2E, item.path) else None


@cache
def _is_in(folder: Path, path: Path) -> bool:
    # Asked several times of each of thousands of tests, in a few hundred files.
    return folder in path.parents


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """An embedded PostgreSQL for the whole test session."""
    with own_server() as running:
        with postgres.connect(running) as connection:
            # A thousand databases are made and dropped, and none has to outlive the machine's power.
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                connection.execute(f"alter system set {setting} = off")
            # Rows that were never counted look like many, and to start helpers for a handful takes most of the time.
            connection.execute("alter system set max_parallel_workers_per_gather = 0")
            connection.execute("select pg_reload_conf()")
        yield running


@pytest.fixture(scope="session")
def migrated(server: Server) -> str:
    """The name of a database that holds the current schema and no rows, to make copies of."""
    engine = engine_for(postgres.database(server, "migrated"))
    migrate(engine)
    return "migrated"


@pytest.fixture
def engine(server: Server, migrated: str) -> Iterator[Engine]:
    """A database of the current schema, this test's own."""
    with own_database(server, migrated) as engine:
        yield engine


@pytest.fixture
def database_url(engine: Engine) -> URL:
    return engine.url


@pytest.fixture(scope="session")
def sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One sandbox process for the whole test session."""
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


@pytest.fixture
def sandbox(sandbox_process: Sandbox) -> Sandbox:
    """The platform as on its first day: the whole lineup, no subscriber, no fault, an empty request log."""
    sandbox_process.admin("POST", "/admin/reset")
    return sandbox_process


@pytest.fixture
def shop(engine: Engine) -> Shop:
    return open_shop(engine)


@pytest.fixture(scope="session")
def furnished(server: Server, migrated: str) -> Iterator[str]:
    """The name of a database with made-up clients, to make copies of."""
    with own_database(server, migrated) as engine:
        furnish(engine)
        yield str(engine.url.database)


@pytest.fixture
def house(server: Server, furnished: str, sandbox: Sandbox) -> Iterator[House]:
    """An ISP with clients, and a platform that knows none of them."""
    with own_database(server, furnished) as engine:
        yield House(as_pipeline(engine), sandbox)


@pytest.fixture(scope="session")
def reconciled(server: Server, furnished: str, sandbox_process: Sandbox) -> Iterator[House]:
    """The same after the first reconciliation, to make copies of; the platform has kept what it was then."""
    sandbox_process.admin("POST", "/admin/reset")
    with own_database(server, furnished) as engine:
        house = House(as_pipeline(engine), sandbox_process)
        house.reconcile()
        sandbox_process.admin("POST", "/admin/keep")
        yield house


@pytest.fixture
def provisioned(server: Server, reconciled: House, sandbox: Sandbox) -> Iterator[House]:
    """An ISP with clients, and the platform, after the first reconciliation."""
    sandbox.admin("POST", "/admin/reset?to=kept")
    with own_database(server, str(reconciled.engine.url.database)) as engine:
        yield replace(reconciled, engine=as_pipeline(engine))


@pytest.fixture
def fault(sandbox: Sandbox) -> Callable[..., None]:
    """Switches a fault of the platform on: fault("server-error", times=2)."""
    return partial(switch_on, sandbox)


@pytest.fixture
def repository() -> Path:
    return REPOSITORY
