"""A real api-server of Airflow with the screens and no scheduler, for the tests and the bench."""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from sqlalchemy import URL

from include.local import airflow, environment, postgres, processes
from include.local.config import Config
from include.local.postgres import Server
from include.local.processes import Process
from include.local.rest import Api
from include.sandbox.process import Sandbox
from multitv.database.roles import PIPELINE, SCREENS
from tests.support.ports import free_ports
from tests.web.visitor import Visitor

ROLES = ("viewer", "user", "op", "admin")
START_SECONDS = 300.0
# How Airflow's log shows an exception, on a console and as JSON.
TRACES = ("Traceback (most recent call last)", '"exc_type"', "error_detail")


@dataclass(frozen=True)
class Web:
    """A running api-server. `environment` is that of its process; `logins` has a password for each role."""

    address: str
    environment: dict[str, str]
    logins: dict[str, str]
    log: Path
    api: Api
    # The address that people type, where a proxy stands in front.
    public: str

    def visitor(self, role: str) -> Visitor:
        """Log in as the user who is called as a role is."""
        with requests.Session() as session:
            session.trust_env = False
            login = {"username": role, "password": self.logins[role]}
            answer = session.post(f"{self.address}/auth/token", json=login, timeout=60)
        assert answer.status_code == 201, answer.text
        return Visitor(self.address, role, answer.json()["access_token"])


@contextmanager
def api_server(
    home: Path, server: Server, isp: URL, sandbox: Sandbox, metadata: str, public: str | None = None
) -> Iterator[Web]:
    """Start an api-server and stop it at the end; runs that it starts stay in the queue.

    `home` is a folder for its state and its log; `metadata` is the name of Airflow's database, which is made. `public`
    is the address of a proxy in front of it, which it believes as in docker-compose.yml.
    """
    [port] = free_ports(1)
    logins = {role: secrets.token_urlsafe(16) for role in ROLES}
    passwords = environment.password_file(home)
    passwords.parent.mkdir(parents=True)
    passwords.write_text(json.dumps(logins))
    values = environment.for_processes(
        Config(home=home, airflow_port=port),
        # What a developer's shell says of an Airflow or of an ISP is not meant for this one.
        {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "MULTITV_", "SANDBOX_"))},
        environment.isp_connection(isp.set(username=PIPELINE)),
        environment.sandbox_connection(sandbox.port, sandbox.client_id, sandbox.client_secret, sandbox.operator_uid),
        environment.metadata_url(postgres.database(server, metadata)),
        environment.isp_connection(isp.set(username=SCREENS)),
    ) | {
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(f"{role}:{role}" for role in ROLES),
        "MULTITV_METRICS_TOKEN": secrets.token_urlsafe(32),
    }
    arguments = ["api-server", *airflow.COMPONENTS["api-server"]]
    if public:
        values |= {"AIRFLOW__API__BASE_URL": public, "FORWARDED_ALLOW_IPS": "127.0.0.1"}
        arguments.append("--proxy-headers")
    running: list[Process] = []
    try:
        airflow.start_migrating(values, home / "logs").finish(airflow.MIGRATE_SECONDS)
        running += [
            Process.start("api-server", airflow.command(*arguments), values, home / "logs"),
            Process.start("reserialize", airflow.command("dags", "reserialize"), values, home / "logs"),
        ]
        api = Api(f"http://127.0.0.1:{port}", "admin", logins["admin"])
        _wait(api, running[0])
        running[1].finish(START_SECONDS)
        for dag_id in ("tv_billing", "tv_plan_reconciliation", "tv_dashboard"):
            api.unpause(dag_id)
        yield Web(api.address, values, logins, running[0].log, api, public or api.address)
        api.close()
    finally:
        processes.stop(running)
        processes.sweep(home)
        assert processes.free(port), "the api-server left its port taken"
    written = running[0].log.read_text(errors="replace")
    assert not [trace for trace in TRACES if trace in written], f"a request failed unforeseen: see {running[0].log}"


def _wait(api: Api, server: Process) -> None:
    deadline = time.monotonic() + START_SECONDS
    while api.health() is None:
        server.check()
        assert time.monotonic() < deadline, f"the api-server does not answer.{processes.tail(server.log)}"
        time.sleep(0.2)
