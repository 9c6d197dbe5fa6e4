"""What the containers of a stack are, as Docker and the machine's kernel tell it: their users, rights and secrets."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.compose.docker import docker, inspect
from tests.compose.stack import Compose
from tests.compose.standins import REPOSITORY

SECRETS = "/run/secrets/"


@dataclass(frozen=True)
class Rights:
    """What the kernel lets a process do."""

    uid: int
    capabilities: int
    may_gain: bool


def rights(status: str) -> Rights:
    """Return what /proc/PID/status says of a process."""
    said = dict(re.findall(r"^(\w+):\s+(\S+)", status, re.MULTILINE))
    return Rights(int(said["Uid"]), int(said["CapEff"], 16), said["NoNewPrivs"] != "1")


def found(secrets: Mapping[str, str], places: Mapping[str, str]) -> list[str]:
    """Return where a secret stands that must not, by name and place; never the secret."""
    return [
        f"{name} in {place}"
        for place, text in places.items()
        for name, value in secrets.items()
        if value and value in text
    ]


def wrong_rights(user: str, processes: Mapping[str, Rights]) -> list[str]:
    """Return what the processes of a container may that they must not; `user` is that of docker-compose.yml."""
    number = user.split(":")[0]
    wrong = []
    for command, has in processes.items():
        if has.uid == 0 or (number.isdigit() and has.uid != int(number)):
            wrong.append(f"{command} is user {has.uid}, not {user}")
        if has.capabilities or has.may_gain:
            wrong.append(f"{command} has capabilities {has.capabilities:x}, and may gain some: {has.may_gain}")
    return wrong


def check_confinement(stack: Compose) -> str:
    """No container runs as root, or has a secret that is not its own, or shows one. Return what was looked at."""
    services = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())["services"]
    containers = stack.containers()
    running = 0
    for name, id_ in containers.items():
        seen = inspect(id_)
        declared = services.get(name, {"user": "50000:0", "secrets": []})
        places = [mount["Destination"] for mount in seen["Mounts"]]
        mounted = {place.removeprefix(SECRETS) for place in places if place.startswith(SECRETS)}
        assert mounted == set(declared.get("secrets", [])), f"{name} has the secrets {sorted(mounted)}"
        assert seen["Config"]["User"] == declared["user"], f"{name} is started as {seen['Config']['User']!r}"
        if seen["State"]["Status"] == "running":
            running += 1
            processes = {f"{name} ({pid})": rights(Path(f"/proc/{pid}/status").read_text()) for pid in pids(id_)}
            assert processes, f"{name} runs no process"
            assert not (wrong := wrong_rights(declared["user"], processes)), wrong
    secrets, shown = stack.secrets(), _shown(containers)
    assert not (leaks := found(secrets, shown)), leaks
    return f"{len(containers)} containers, {running} running; {len(secrets)} secrets looked for in {len(shown)} places"


def _shown(containers: Mapping[str, str]) -> dict[str, str]:
    """Return what anybody sees who may use Docker's commands, or list the machine's processes."""
    places = {}
    for name, id_ in containers.items():
        seen: Any = inspect(id_)
        places[f"the settings of {name}"] = json.dumps(seen, ensure_ascii=False)
        places[f"the image of {name}"] = docker("image", "inspect", seen["Image"])
        places[f"the history of the image of {name}"] = docker("history", "--no-trunc", seen["Image"])
        places[f"the log of {name}"] = docker("logs", id_)
        if seen["State"]["Status"] == "running":
            places[f"the processes of {name}"] = docker("top", id_, "-eo", "pid,args")
    return places


def pids(container: str) -> list[int]:
    """Return the processes of a container by their numbers outside; one may end while it is looked at."""
    listed = docker("top", container, "-eo", "pid,args").splitlines()[1:]
    numbers = [int(line.split()[0]) for line in listed]
    return [number for number in numbers if Path(f"/proc/{number}").exists()]
