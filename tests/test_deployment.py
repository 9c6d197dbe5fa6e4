"""The files that deploy Airflow elsewhere agree with each other and with the lock."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml


@pytest.fixture
def stack(repository: Path) -> Any:
    return yaml.safe_load((repository / "docker-compose.yml").read_text())


@pytest.fixture
def chart(repository: Path) -> Any:
    return yaml.safe_load((repository / "helm" / "values.yaml").read_text())


def test_one_version_of_airflow_everywhere(repository: Path, stack: Any, chart: Any) -> None:
    (locked,) = re.findall(r"^apache-airflow==(\S+)$", (repository / "requirements.txt").read_text(), re.MULTILINE)
    image = (repository / "Dockerfile").read_text()
    assert re.findall(r"apache/airflow:(\S+)", image) == [locked]
    assert re.findall(r"apache-airflow==(\S+)", image) == [locked]
    assert stack["x-airflow"]["image"].endswith(f":{locked}")
    assert chart["airflowVersion"] == locked


def test_no_container_is_privileged_unlimited_or_of_any_version(stack: Any) -> None:
    for name, service in stack["services"].items():
        assert service["user"] not in ("root", "0", 0), name
        assert service["cap_drop"] == ["ALL"], name
        assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory"}, name
        assert re.search(r":\d", service["image"]), name
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), name


def test_whatever_stays_up_is_watched_and_started_again(stack: Any) -> None:
    for name, service in stack["services"].items():
        if name not in ("init", "population"):
            assert service["restart"] == "unless-stopped", name
            assert service["healthcheck"]["test"], name


def test_the_cluster_is_set_as_the_docker_stack_is(stack: Any, chart: Any) -> None:
    environment = stack["x-airflow"]["environment"]
    config = chart["config"]
    assert config["core"]["auth_manager"] == environment["AIRFLOW__CORE__AUTH_MANAGER"]
    for section, name in (
        ("scheduler", "task_instance_heartbeat_timeout"),
        ("scheduler", "orphaned_tasks_check_interval"),
        ("celery", "worker_concurrency"),
        ("celery", "worker_prefetch_multiplier"),
    ):
        (default,) = re.findall(r"\d+", environment[f"AIRFLOW__{section.upper()}__{name.upper()}"])
        assert str(config[section][name]) == default, name
    secrets = {entry["envName"] for entry in chart["secret"]}
    assert {"AIRFLOW_CONN_ISP_DB", "AIRFLOW_CONN_BEENIUS_DEFAULT", "MULTITV_PIN_KEYS"} == secrets


def test_every_secret_comes_from_outside(stack: Any) -> None:
    seen = 0
    for service in stack["services"].values():
        for name, value in (service.get("environment") or {}).items():
            if re.search(r"PASSWORD|SECRET|_KEYS?$|REDISCLI_AUTH", name):
                assert value is None or re.fullmatch(r"\$\{\w+:[?-][^}]*\}", value), name
                assert value is None or ":-" not in value or value.endswith(":-}"), name
                seen += 1
            for login in re.findall(r"://\w*:([^@]*)@", value or ""):
                assert login.startswith("${"), name
                seen += 1
    assert seen > 30
