"""A crowd at each page of the screens: how long the health check and the API of the tasks take meanwhile."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from include.local import postgres
from include.local.postgres import Server
from include.sandbox.process import sandbox as running_sandbox
from multitv.database.engine import engine_for
from multitv.database.migrate import migrate
from tests.bench.harness import show
from tests.web.crowd import ASKS_PLATFORM, READ, besiege, hanging, locked, request
from tests.web.population import make_world
from tests.web.routes import Place
from tests.web.server import Web, api_server
from tests.web.visitor import Visitor

SIZE = 300
# Each page takes half a minute while nothing answers, so one in so many stands for all.
SAMPLE = 6
# What whoever restarts the server, and every running task, may be kept waiting, in seconds.
GOAL_SECONDS = 2.0


def bench(server: Server, rows: int) -> None:
    """Print the slowest answer of Airflow's own while 300 requests of each page are under way; `rows` is not used."""
    isp = engine_for(postgres.database(server, "crowd"))
    migrate(isp)
    with tempfile.TemporaryDirectory(prefix="multitv-crowd-") as folder, running_sandbox(Path(folder)) as sandbox:
        home = Path(folder) / "airflow"
        home.mkdir()
        with api_server(home, server, isp.url, sandbox, "crowd_airflow") as web:
            world = make_world(isp, web.environment["MULTITV_PIN_KEYS"])
            person = web.visitor("admin")
            things = world.things(person.api("POST", f"/billing/{world.coming}/load").json()["run_id"])
            _besiege("as ever", web, person, things, READ, nullcontext)
            _besiege("the platform hangs", web, person, things, ASKS_PLATFORM, lambda: hanging(sandbox))
            _besiege("the ISP's database is locked", web, person, things, READ[::SAMPLE], lambda: locked(isp))
            for place in READ:
                found = besiege(web.address, [request(place, person, things)])
                assert set(found.statuses) <= {200, 303}, f"{place} is not well afterwards: {found.statuses}"


def _besiege(
    when: str,
    web: Web,
    person: Visitor,
    things: dict[str, object],
    places: list[Place],
    trouble: Callable[[], AbstractContextManager[None]],
) -> None:
    probes: list[float] = []
    statuses: Counter[int] = Counter()
    slowest = 0.0
    with trouble():
        for place in places:
            seen = besiege(web.address, [request(place, person, things)] * SIZE)
            probes.append(seen.slowest_probe)
            statuses += seen.statuses
            slowest = max(slowest, seen.slowest)
    assert set(statuses) <= {200, 303, 503}, f"{when}: {statuses}"
    refused = f"{100 * statuses[503] / statuses.total():.0f} % refused, the last after {slowest:.1f} s"
    crowd = f"crowd: {SIZE} requests of each of {len(places)} pages, {when} ({refused})"
    name = f"{crowd}: the slowest answer of health or the task API"
    show(name, max(probes) / GOAL_SECONDS, 1.0, SIZE * len(places), max(probes), GOAL_SECONDS)
