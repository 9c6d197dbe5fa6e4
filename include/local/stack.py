"""Starts and stops the whole local stack: PostgreSQL, the sandbox and Airflow."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext

import requests
from sqlalchemy import URL, Engine, make_url

from include.local import airflow, environment, outside, postgres, processes
from include.local.config import OWNER_CONNECTION, Config
from include.local.first_catalogue import bring_catalogue
from include.local.home import Home
from include.local.processes import Process, ProcessFailed
from include.local.rest import Api
from include.local.revival import Revival
from include.local.summary import has_clients
from include.sandbox.population.fitted import fitted, gaps, known_packages
from include.sandbox.population.offer import OF_THE_SANDBOX, Offer
from include.sandbox.population.seed import seed
from include.sandbox.process import Sandbox
from multitv.beenius import pool
from multitv.database.engine import engine_for
from multitv.database.migrate import migrate
from multitv.database.roles import PIPELINE, ROLES, SCREENS
from multitv.settings import get_settings

SANDBOX_SECONDS = 120.0

Say = Callable[[str], None]
Shield = Callable[[], AbstractContextManager[None]]


class Stack:
    """PostgreSQL, the sandbox and Airflow on the loopback address. Call `stop` at the end, also after a failed `start`.

    `shield` returns a context in which signals wait, for the moments between starting a process and recording it.
    """

    def __init__(self, config: Config, inherited: Mapping[str, str], say: Say, shield: Shield = nullcontext) -> None:
        self.config = config
        self.home = Home(config.home)
        self.dag_ids: list[str] = []
        self._inherited = inherited
        self._say = say
        self._shield = shield
        self._processes: list[Process] = []
        self._revival = Revival(say)
        self._postgres = postgres.Server(self.home.postgres) if config.needs_postgres else None
        self._entered = False

    def start(self) -> None:
        """Start everything, and wait until it answers and every DAG is parsed. Raises MultiTVError with the cause."""
        self.home.enter()
        self._entered = True
        self._make_room()
        started = time.time()
        metadata = self._start_postgres()
        self._prepare(metadata)
        migrating = self._start_migrating(metadata)
        self._start_sandbox()
        # Before the scheduler, which goes on with the tasks of the last time.
        self._migrate_isp_database()
        if migrating is None:
            self._start_components()
        self._load_population()
        if migrating is not None:
            migrating.finish(airflow.MIGRATE_SECONDS)
            self._processes.remove(migrating)
            airflow.note_migration(metadata, self.home.migration_note)
            self._say("Airflow's metadata is ready")
            self._start_components()
        self._wait_for_sandbox()
        airflow.wait_until_up(self.api, started, self.check)
        self._say(f"Airflow is up: {', '.join(airflow.COMPONENTS)}")
        self.dag_ids = airflow.wait_until_parsed(self.api, self.config.dags_folder, started, self.check)
        # Two tasks at once use up one machine, and the sandbox that runs on it.
        self.api.make_pool(pool.BEENIUS_POOL, 2, pool.DESCRIPTION)
        self.api.make_pool(pool.CHANGES_POOL, pool.CHANGES_SLOTS, pool.CHANGES_DESCRIPTION)
        self._say(f"DAGs are parsed: {', '.join(self.dag_ids) or 'none'}")
        environment.write_run_env(
            self.home.run_env, self.environment | self._owner(), self._inherited, postgres.plain(self.isp_engine.url)
        )

    def stop(self) -> None:
        """Stop everything, and wait until no process of this home is left."""
        if not self._entered:
            return
        self.home.run_env.unlink(missing_ok=True)
        processes.stop(self._processes)
        processes.sweep(self.config.home)
        if self._postgres is not None:
            self._postgres.stop()
        self.home.leave()
        self._entered = False

    def check(self) -> None:
        """Start again what should run and has ended, and name it with the end of its log.

        Raises ProcessFailed if it keeps ending, PostgresFailed if PostgreSQL cannot be started again.
        """
        # PostgreSQL first: without it, the others would only end again.
        if self._postgres is not None and not self._postgres.running():
            with self._shield():
                log = processes.tail(self.home.postgres / "log")
                self._revival.revive("PostgreSQL", f"It ended by itself.{log}", self._postgres.start)
        for process in self._processes:
            if (ended := process.end()) is not None:
                with self._shield():
                    self._revival.revive(process.name, ended, process.start_again)

    def _make_room(self) -> None:
        self.home.run_env.unlink(missing_ok=True)
        if swept := processes.sweep(self.config.home):
            self._say(f"Ended {swept} processes that an earlier start had left behind")
        wanted = {"AIRFLOW_PORT": self.config.airflow_port}
        if self.config.platform_connection is None:
            wanted["SANDBOX_PORT"] = self.config.sandbox_port
        for name, port in wanted.items():
            if not processes.free(port):
                raise ProcessFailed(
                    f"Port {port} of 127.0.0.1 is taken by another program: end it, or choose another, such as "
                    f"`make run {name}={port + 1000}`. Nothing was started."
                )

    def _start_postgres(self) -> URL:
        """Start the embedded PostgreSQL if it is needed; return the URL of Airflow's metadata database."""
        if self._postgres is None:
            assert self.config.metadata_url is not None  # noqa: S101, what needs_postgres means
            return make_url(self.config.metadata_url)
        with self._shield():
            self._postgres.start()
        self._say("PostgreSQL is up")
        if self.config.metadata_url is not None:
            return make_url(self.config.metadata_url)
        return postgres.database(self._postgres, "airflow")

    def _prepare(self, metadata: URL) -> None:
        """Prepare the environment of all processes, and the client of Airflow's API."""
        config = self.config
        self.sandbox = Sandbox(
            self.home.sandbox, config.sandbox_port, client_secret=environment.sandbox_secret(config.home)
        )
        isp, screens, self._isp_url = config.isp_connection, None, None
        if isp is None:
            assert self._postgres is not None  # noqa: S101, what needs_postgres means
            self._isp_url = postgres.database(self._postgres, "isp")
            postgres.make_logins(self._postgres, ROLES)
            isp = environment.isp_connection(self._isp_url.set(username=PIPELINE))
            screens = environment.isp_connection(self._isp_url.set(username=SCREENS))
        platform = config.platform_connection or environment.sandbox_connection(
            config.sandbox_port, self.sandbox.client_id, self.sandbox.client_secret, self.sandbox.operator_uid
        )
        self.environment = environment.for_processes(
            config, self._inherited, isp, platform, config.metadata_url or environment.metadata_url(metadata), screens
        )
        address = f"http://127.0.0.1:{config.airflow_port}"
        self.api = Api(address, environment.USER, environment.password(config.home), self.check)

    def _owner(self) -> dict[str, str]:
        """Return the connection of whoever migrates, which no process of the stack has; nothing if isp_db is that."""
        if self._isp_url is not None:
            return {OWNER_CONNECTION: environment.isp_connection(self._isp_url)}
        given = self._inherited.get(OWNER_CONNECTION)
        return {OWNER_CONNECTION: given} if given else {}

    def _start_migrating(self, metadata: URL) -> Process | None:
        """Start to migrate Airflow's metadata; return None if that was done by an earlier start."""
        metadata = metadata.set(drivername="postgresql+psycopg")
        if self.config.metadata_url is None and airflow.migrated(metadata, self.home.migration_note):
            return None
        with self._shield():
            migrating = airflow.start_migrating(self.environment, self.home.logs)
            self._processes.append(migrating)
        return migrating

    def _start_components(self) -> None:
        with self._shield():
            self._processes += airflow.start(self.environment, self.home.logs)

    def _start_sandbox(self) -> None:
        if self.config.platform_connection is not None:
            return
        sandbox = self.sandbox
        command = [sys.executable, "-m", "include.sandbox", "--host", "127.0.0.1", "--port", str(sandbox.port)]
        command += ["--state", str(sandbox.state), "--client-id", sandbox.client_id]
        command += ["--operator-uid", sandbox.operator_uid]
        settings = self.environment | {"SANDBOX_CLIENT_SECRET": sandbox.client_secret}
        with self._shield():
            self._processes.append(Process.start("sandbox", command, settings, self.home.logs))

    def _wait_for_sandbox(self) -> None:
        if self.config.platform_connection is not None:
            return
        deadline = time.monotonic() + SANDBOX_SECONDS
        while not _answers(f"{self.sandbox.url}/healthz"):
            self.check()
            if time.monotonic() > deadline:
                raise ProcessFailed(f"The sandbox does not answer.{processes.tail(self.home.logs / 'sandbox.log')}")
            time.sleep(0.1)
        self._say(f"The Beenius sandbox is up: {self.sandbox.url}")

    def _migrate_isp_database(self) -> None:
        url = self._isp_url or outside.isp_url(self.environment | self._owner())
        self.isp_engine: Engine = engine_for(url)
        migrate(self.isp_engine)
        self._say(f"The ISP's database has the current schema: {url.render_as_string(hide_password=True)}")

    def _load_population(self) -> None:
        if self.config.clients_to_seed:
            seeded = seed(self.isp_engine, self.config.clients_to_seed, get_settings().today(), offer=self._offer())
            did = "loaded" if seeded.created else "already there"
            self._say(f"The demo population is {did}: {seeded.clients} clients, {seeded.client_packages} TV packages")

    def _offer(self) -> Offer:
        """Return what the demo population is sold: on a given platform, what that one's catalogue has."""
        if self.config.platform_connection is None or has_clients(self.isp_engine):
            return OF_THE_SANDBOX
        device_types = bring_catalogue(self.environment)
        offer = fitted(known_packages(self.isp_engine), device_types)
        self._say(f"The demo population is sold what the platform has: {len(offer.packages)} packages")
        for gap in gaps(offer):
            self._say(f"The platform has {gap}")
        return offer


def _answers(url: str) -> bool:
    with requests.Session() as session:
        session.trust_env = False
        try:
            return session.get(url, timeout=5).ok
        except requests.RequestException:
            return False
