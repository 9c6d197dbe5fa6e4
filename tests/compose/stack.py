"""A stack of docker-compose.yml under test: started, asked, and taken down by Compose."""

from __future__ import annotations

import json
import secrets
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import URL, Engine

from include.local import dotenv, job
from include.local.config import Config
from include.local.rest import Api
from multitv.database.engine import engine_for
from tests.compose import standins
from tests.compose.docker import DockerFailed, compose, inspect, run
from tests.support.ports import free_ports

PROJECT = "multitv-compose-test"
# Where the test comes in, each a port of this machine.
DOORS = ("airflow", "http", "https", "db", "sandbox")
RECEIVER = Path(__file__).with_name("receiver.py")
DEMO_CLIENTS = 1000
UP_SECONDS = 300


@dataclass
class Compose:
    """A stack under test, as the main job of `make run` sees one."""

    folder: Path
    profiles: list[str]
    ports: dict[str, int] = field(default_factory=lambda: dict(zip(DOORS, free_ports(len(DOORS)), strict=True)))
    dag_ids: tuple[str, ...] = job.DAGS
    config: Config = field(default_factory=lambda: Config(Path(), demo_clients=DEMO_CLIENTS))

    def __post_init__(self) -> None:
        dotenv.write(self.folder / ".env", self.profiles)
        self.alert_password = secrets.token_hex(16)
        self._let_alerts_out()
        self.environment = dotenv.variables(self.profiles) | {
            "SECRETS_FOLDER": str(self.folder / "secrets"),
            "AIRFLOW_PORT": str(self.ports["airflow"]),
            "AIRFLOW_BASE_URL": self.public,
            "PROXY_HTTP": f"127.0.0.1:{self.ports['http']}",
            "PROXY_HTTPS": f"127.0.0.1:{self.ports['https']}",
            # Beside the network of a stack that may run here already.
            "STACK_NETWORK": "172.31.251",
            "DEMO_CLIENTS": str(DEMO_CLIENTS),
            # Nobody wants to wait for the default here.
            "AIRFLOW_HEARTBEAT_TIMEOUT": "30",
            "MULTITV_STANDARD_BILLING_POLL_SECONDS": "2",
        }
        # Containers read it as another user.
        shutil.copyfile(RECEIVER, self.folder / RECEIVER.name)
        (self.folder / RECEIVER.name).chmod(0o644)
        (self.folder / "doors.yml").write_text(json.dumps({"services": self._doors()}))
        self.api = Api(f"http://127.0.0.1:{self.ports['airflow']}", "admin", self.secret("admin_password"))

    @property
    def public(self) -> str:
        """Return the address at which people come, through the proxy."""
        return f"https://localhost:{self.ports['https']}"

    def _let_alerts_out(self) -> None:
        """Write the addresses of alerts, as an operator does; `make .env` leaves them empty."""
        for name, address in (
            ("alert_urls", f"json://multitv:{self.alert_password}@receiver:8099/alert"),
            ("heartbeat_url", "http://receiver:8099/heartbeat"),
        ):
            path = self.folder / "secrets" / name
            path.chmod(0o644)
            path.write_text(address)

    def _doors(self) -> dict[str, Any]:
        """Return what only a test needs: doors to look in by, a receiver of alerts, the machine's network for pip."""
        return {
            "postgres": {"ports": [f"127.0.0.1:{self.ports['db']}:5432"]},
            "sandbox": {"ports": [f"127.0.0.1:{self.ports['sandbox']}:8090"]},
            "init": {"build": {"context": str(standins.REPOSITORY), "network": "host"}},
            "proxy": {"build": {"context": str(standins.REPOSITORY / "proxy"), "network": "host"}},
            "backup": {"build": standins.backup_build(self.folder.parent / "context")},
            "receiver": {
                "image": standins.IMAGE,
                "user": "50000:0",
                "cap_drop": ["ALL"],
                "security_opt": ["no-new-privileges:true"],
                "entrypoint": ["python", "/receiver.py"],
                "volumes": [f"{self.folder / RECEIVER.name}:/receiver.py:ro"],
            },
        }

    def __call__(self, *arguments: str, quiet: bool = True) -> str:
        """Run a command of Compose. Raises DockerFailed."""
        files = [standins.REPOSITORY / "docker-compose.yml", self.folder / "doors.yml"]
        options = [part for file in files for part in ("--file", str(file))]
        command = [*compose(), "--project-name", PROJECT, *options, *arguments]
        return run(command, quiet=quiet, environment=self.environment)

    def secret(self, name: str) -> str:
        """Return what a file of secrets/ holds."""
        return (self.folder / "secrets" / name).read_text()

    def secrets(self) -> dict[str, str]:
        """Return what is secret, by its name."""
        files = {path.name: path.read_text().strip() for path in (self.folder / "secrets").iterdir()}
        # It has no password, and stands in the receiver's log.
        del files["heartbeat_url"]
        return files | {"the password of alert_urls": self.alert_password}

    def add_profile(self, name: str) -> None:
        """Count the services of a profile as parts of the stack from now on."""
        self.environment["COMPOSE_PROFILES"] += f",{name}"

    @property
    def superuser(self) -> URL:
        """Return the login of PostgreSQL's superuser, without a database."""
        port = self.ports["db"]
        return URL.create("postgresql+psycopg", "postgres", self.secret("postgres_password"), "127.0.0.1", port)

    @property
    def isp_engine(self) -> Engine:
        url = self.superuser.set(username=dotenv.OWNER, password=self.secret("owner_password"), database="isp")
        return engine_for(url)

    def check(self) -> None:
        """Nothing is looked after here: what ends is to come back by itself."""

    def containers(self) -> dict[str, str]:
        """Return the container of each service."""
        ids = self("ps", "--all", "--quiet").split()
        return {inspect(id_)["Config"]["Labels"]["com.docker.compose.service"]: id_ for id_ in ids}

    def wait_until_healthy(self) -> None:
        """Return when every service is healthy, or has done its work. Raises DockerFailed."""
        deadline = time.monotonic() + UP_SECONDS
        while True:
            states = {name: inspect(id_)["State"] for name, id_ in self.containers().items()}
            waiting = [name for name, state in states.items() if not _settled(state)]
            if not waiting and self.parsed():
                return
            if time.monotonic() > deadline:
                raise DockerFailed(
                    f"Not healthy after {UP_SECONDS} s: {waiting}\n" + self("logs", "--tail=40", *waiting)
                )
            time.sleep(2)

    def parsed(self) -> bool:
        """Tell whether Airflow knows every DAG."""
        return set(job.DAGS) <= {dag["dag_id"] for dag in self.api.dags()} and not self.api.import_errors()

    def subscribers(self) -> int:
        """Return how many subscribers the platform has."""
        state = requests.get(f"http://127.0.0.1:{self.ports['sandbox']}/admin/state", timeout=60).json()
        return int(state["subscribers"])

    def writes(self) -> list[dict[str, Any]]:
        """Return every write that the platform carried out."""
        found: list[dict[str, Any]] = []
        while True:
            after = found[-1]["id"] if found else 0
            url = f"http://127.0.0.1:{self.ports['sandbox']}/admin/operations?after={after}"
            page = requests.get(url, timeout=60).json()
            if not page:
                return [write for write in found if write["status"] < 300]
            found += page


def _settled(state: dict[str, Any]) -> bool:
    if state["Status"] == "exited":
        return bool(state["ExitCode"] == 0)
    return bool(state["Status"] == "running" and state.get("Health", {}).get("Status", "healthy") == "healthy")
