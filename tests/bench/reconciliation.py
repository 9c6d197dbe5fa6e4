"""The reconciliation: reading the platform, comparing, carrying out; and what memory that takes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from statistics import median

import requests
from cryptography.fernet import Fernet
from pydantic import SecretStr
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from sqlalchemy import Engine

from include.local import postgres
from include.local.postgres import Server
from multitv.beenius.answers import Call
from multitv.beenius.client import BeeniusClient
from multitv.beenius.transport import RetryPolicy, Transport
from multitv.database.engine import engine_for
from multitv.database.migrate import migrate
from multitv.database.sql import named
from multitv.reconciliation.apply import apply_batch
from multitv.reconciliation.change_set import list_steps, staging_transaction
from multitv.reconciliation.lanes import FULL
from multitv.reconciliation.snapshot import stage_subscribers
from multitv.settings import Settings
from tests.bench import sql
from tests.bench.harness import TURNS, Scores, checkpoint, copy_of, exists, in_turns, memory, seconds, show
from tests.bench.stub_platform import LATENCY_SECONDS

SMALL = 10_000
PAGE = 500
DIFF = "reconciliation: diff and stored change set against a bare full join"
SNAPSHOT = "reconciliation: snapshot of subscribers against json.loads of its pages and COPY of its rows"
JSONB = "reconciliation: snapshot of subscribers against COPY of the same bytes as jsonb"
FULL_JOIN = (
    "select count(*) from staging.desired_subscriber as d full join staging.subscriber as s using (client_plan_id) "
    "where (d.first_name, d.last_name, d.status, d.services, d.devices) "
    "is distinct from (s.first_name, s.last_name, s.status, s.services, s.devices)"
)
MEMORY = (
    "import sys; from multitv.database.engine import engine_for; "
    "from multitv.reconciliation.snapshot import stage_subscribers; from tests.bench.reconciliation import Platform; "
    "stage_subscribers(engine_for(sys.argv[1]), Platform(int(sys.argv[2])))"
)


def bench(server: Server, rows: int) -> None:
    """Print the ratios of snapshot, diff and apply, and of the memory at `rows` and at 10,000 subscribers."""
    scores = Scores(rows)
    template = sides(server, rows)
    for turn in range(TURNS):
        with copy_of(server, template) as engine:
            scores.add(DIFF, *in_turns(turn, lambda: diff(engine), lambda: bare(engine, FULL_JOIN)))
            ours, decoded, jsonb = take(engine, turn, rows)
            scores.add(SNAPSHOT, ours, decoded)
            scores.add(JSONB, ours, jsonb)
    scores.show(SNAPSHOT, 1.2)
    scores.show(JSONB, 1.2)
    scores.show(DIFF, 1.2)
    for concurrency, goal in ((8, 0.8), (32, 0.65)):
        apply(server, concurrency, goal)
    large, small = (taken(server, template, size) for size in (rows, SMALL))
    show("reconciliation: memory of a snapshot (MB) against 10,000", large / small, 1.1, rows, large, small)


def sides(server: Server, rows: int) -> str:
    """Return the name of a database with both sides of this size, made on the first call."""
    name = f"reconciliation_{rows}"
    if not exists(server, name):
        engine = engine_for(postgres.database(server, name))
        migrate(engine)
        sql.run(engine, "reconciliation_sides", rows=rows)
    return name


def diff(engine: Engine) -> None:
    """Compare what is staged, and store the change set."""
    with staging_transaction(engine, FULL) as connection:
        list_steps(connection, None)
        for step in ("insert_operations", "insert_unmanaged"):
            connection.execute(named(f"reconciliation/{step}"), {"change_set": 1})


def bare(engine: Engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)


class Pages(Transport):
    """A platform whose answers are there at once: all of a scan but the network."""

    ROW = (
        '{"uid": "sub-%(n)d", "external_id": "%(n)d", "first_name": "Maria", "last_name": "da Silva %(n)d", '
        '"status": "ACTIVE", "services": ['
        '{"service_uid": "a", "active_from": "2026-11-23T00:00:00Z", "active_to": null}, '
        '{"service_uid": "b", "active_from": "2026-11-23T00:00:00Z", "active_to": null}], '
        '"devices": [{"mac": "02:00:00:00:00:01", "device_type_uid": "stb", "serial": "S", "label": "Sala"}], '
        '"version": 3, "updated_at": "2026-11-23T00:00:00Z"}'
    )

    def __init__(self, rows: int, made: list[bytes] | None = None) -> None:
        super().__init__("http://127.0.0.1:9", "bench", "bench", "bench", RetryPolicy(), 1)
        self.rows = rows
        self.made = made

    def rows_of(self, number: int) -> list[str]:
        """Return the subscribers of a page, as JSON."""
        numbers = range((number - 1) * PAGE + 1, min(number * PAGE, self.rows) + 1)
        return [self.ROW % {"n": n} for n in numbers]

    def body(self, number: int) -> bytes:
        """Return a page as it comes over the wire: made before, or now."""
        if self.made:
            return self.made[number - 1]
        rows = ", ".join(self.rows_of(number))
        return f'{{"list": [{rows}], "pageNumber": {number}, "pageSize": {PAGE}, "rowCount": {self.rows}}}'.encode()

    def numbers(self) -> range:
        """Return the numbers of the pages."""
        return range(1, -(-self.rows // PAGE) + 1)

    def _exchange(self, call: Call, auth: AuthBase) -> requests.Response:
        del auth
        response = requests.Response()
        response.status_code = 200
        response._content = b'{"access_token": "t"}' if "token" in call.path else self.body(int(call.params[0][1]))
        return response


class Platform(BeeniusClient):
    """A client of that platform."""

    def __init__(self, rows: int, made: list[bytes] | None = None) -> None:
        super().__init__("http://127.0.0.1:9", "bench", "bench", "bench")
        self._transport = Pages(rows, made)


def take(engine: Engine, turn: int, rows: int) -> tuple[float, float, float]:
    """Return the seconds of a snapshot, of decoding its pages with a COPY of the rows that it stored, and of a COPY of
    the pages' bytes into jsonb, a subscriber a line."""
    pages = Pages(rows)
    bodies = [pages.body(number) for number in pages.numbers()]
    subscribers = ["\n".join(pages.rows_of(number)) + "\n" for number in pages.numbers()]
    stage_subscribers(engine, Platform(rows, bodies))
    driver = engine.raw_connection()
    try:
        cursor = driver.cursor()
        with cursor.copy("copy staging.subscriber to stdout") as copy:
            lines = [bytes(line) for line in copy]
        driver.rollback()

        def decoded() -> None:
            cursor.execute("truncate staging.subscriber")
            with cursor.copy("copy staging.subscriber from stdin") as copy:
                for start, body in enumerate(bodies):
                    json.loads(body)
                    copy.write(b"".join(lines[start * PAGE : (start + 1) * PAGE]))
            driver.commit()

        def jsonb() -> None:
            cursor.execute("create unlogged table staging.subscriber_json (subscriber jsonb)")
            with cursor.copy("copy staging.subscriber_json from stdin") as copy:
                for page in subscribers:
                    copy.write(page)
            driver.commit()

        checkpoint(engine)
        ours, floor = in_turns(turn, lambda: stage_subscribers(engine, Platform(rows, bodies)), decoded)
        return ours, floor, seconds(jsonb)
    finally:
        driver.close()


def apply(server: Server, concurrency: int, goal: float) -> None:
    """Print how near the operations a second come to what so many requests in flight allow, where more is better, and
    how long they take against the same requests by the library alone: on a slow processor neither reaches the first."""
    operations = concurrency * 150
    settings = Settings(
        pin_keys=SecretStr(Fernet.generate_key().decode()),
        beenius_concurrency=concurrency,
        beenius_requests_per_second=100_000,
    )
    name = f"apply_{concurrency}"
    engine = engine_for(postgres.database(server, name))
    migrate(engine)
    sql.run(engine, "reconciliation_work", rows=operations)
    scores = Scores(operations)
    against = f"reconciliation: apply at {concurrency} in flight against the same requests by the library alone"
    with answering() as host:
        for turn in range(TURNS):
            with copy_of(server, name) as copy:
                client = BeeniusClient(host, "bench", "bench", "bench", connections=concurrency)
                pair = in_turns(
                    turn,
                    lambda: apply_batch(copy, client, 1, 0, operations, settings, "rest"),  # noqa: B023
                    lambda: requested(host, operations, concurrency),
                )
                scores.add(against, *pair)
    ideal = operations * LATENCY_SECONDS / concurrency
    found = median(ours for ours, _ in scores.pairs[against])
    name = f"reconciliation: apply at {concurrency} in flight, share of concurrency / latency (more is better)"
    show(name, ideal / found, goal, operations, found, ideal)
    scores.show(against, 1.2)


def requested(host: str, operations: int, concurrency: int) -> None:
    """Send as many requests as an apply does, with so many in flight, and do nothing else."""
    session = requests.Session()
    session.mount(host, HTTPAdapter(pool_connections=1, pool_maxsize=concurrency, pool_block=True))

    def send(number: int) -> None:
        session.put(
            f"{host}/provisioning/v1/operators/bench/subscribers/sub-{number}/services/svc-1",
            json={"active_from": None},
            headers={"Authorization": "Bearer bench", "Idempotency-Key": str(number)},
            timeout=(5, 30),
            allow_redirects=False,
        )

    with session, ThreadPoolExecutor(concurrency) as pool:
        list(pool.map(send, range(operations)))


@contextmanager
def answering() -> Iterator[str]:
    """The address of a platform that answers after 20 ms."""
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.stub_platform"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.kill()
        process.wait()


def taken(server: Server, template: str, rows: int) -> float:
    """Return the memory, in MB, of reading so many subscribers."""
    with copy_of(server, template) as engine:
        return memory(MEMORY, engine.url.render_as_string(hide_password=False), rows)
