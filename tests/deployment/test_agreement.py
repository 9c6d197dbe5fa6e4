"""The files that deploy Airflow elsewhere agree with each other and with the lock."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any


def texts(values: Any) -> Iterator[str]:
    """Every text in the values, at any depth."""
    if isinstance(values, dict):
        values = [*values, *values.values()]
    if isinstance(values, list):
        for value in values:
            yield from texts(value)
    elif isinstance(values, str):
        yield values


def test_one_version_of_airflow_everywhere(repository: Path, stack: Any, chart: Any) -> None:
    (locked,) = re.findall(r"^apache-airflow==(\S+)", (repository / "requirements.txt").read_text(), re.MULTILINE)
    image = (repository / "Dockerfile").read_text()
    assert re.findall(r"apache/airflow:(\S+)", image) == [locked]
    # Airflow is in the lock, so nothing that the image installs changes it.
    installed = re.findall(r"pip install --no-cache-dir (.+?) \\", image)
    assert installed == ["--require-hashes --requirement /requirements.txt"]
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


def test_the_image_of_the_release_is_named_once(chart: Any) -> None:
    repository = chart["images"]["airflow"].pop("repository")
    assert [name for name, image in chart["images"].items() if isinstance(image, dict)] == ["airflow"]
    assert not [text for text in texts(chart) if repository in text]


def test_one_command_prepares_a_release_in_the_cluster_and_in_docker(stack: Any, chart: Any) -> None:
    job = chart["migrateDatabaseJob"]
    assert job["args"] == ["python", "-m", "multitv.release"]
    assert find_spec("multitv.release") is not None
    assert " ".join(job["args"]) in stack["services"]["init"]["command"][0].splitlines()
    # Through the image's entrypoint, with the ISP's connection, by the image of the release.
    assert "command" not in job
    assert job["applyCustomEnv"] is True
    assert job.get("enabled", True) is True


def test_nothing_else_migrates_or_makes_the_pool(stack: Any, chart: Any) -> None:
    commands = [service.get("command") for service in stack["services"].values()]
    for text in [*texts(commands), *texts(chart)]:
        assert not re.search(r"db migrate|database\.migrate|airflow pools", text), text


def test_who_migrates_alone_has_the_owners_login_and_the_screens_have_their_own(stack: Any, chart: Any) -> None:
    owner, screens, pipeline = (f"AIRFLOW_CONN_ISP_DB{of}" for of in ("_OWNER", "_SCREENS", ""))
    having = {
        name: {variable for variable in (owner, screens, pipeline) if variable in (service.get("environment") or {})}
        for name, service in stack["services"].items()
    }
    assert {name for name, variables in having.items() if owner in variables} == {"init"}
    assert having["api-server"] == {screens}
    for name in ("scheduler", "dag-processor", "triggerer", "worker"):
        assert having[name] == {pipeline}
    assert [entry["name"] for entry in chart["migrateDatabaseJob"]["env"]] == [owner]
    assert sum(text == owner for text in texts(chart)) == 2, "its name and its key"


def test_no_password_is_in_a_command(stack: Any) -> None:
    said = [text for service in stack["services"].values() for text in texts(service.get("command"))]
    assert any("airflow users create" in text for text in said)
    assert not [text for text in said if re.search(r"--password|--requirepass", text)]
