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


def test_the_cluster_is_set_as_the_docker_stack_is(stack: Any, chart: Any) -> None:
    environment = stack["x-airflow"]["environment"]
    config = chart["config"]
    assert config["core"]["auth_manager"] == environment["AIRFLOW__CORE__AUTH_MANAGER"]
    for section, name in (
        ("scheduler", "task_instance_heartbeat_timeout"),
        ("scheduler", "orphaned_tasks_check_interval"),
        ("core", "dagbag_import_timeout"),
        ("dag_processor", "dag_file_processor_timeout"),
        ("celery", "worker_concurrency"),
        ("celery", "worker_prefetch_multiplier"),
    ):
        (default,) = re.findall(r"\d+", environment[f"AIRFLOW__{section.upper()}__{name.upper()}"])
        assert str(config[section][name]) == default, name


def test_the_image_of_the_release_is_named_once(chart: Any) -> None:
    repository = chart["images"]["airflow"].pop("repository")
    assert [name for name, image in chart["images"].items() if isinstance(image, dict)] == ["airflow"]
    assert not [text for text in texts(chart) if repository in text]


def test_one_command_prepares_a_release_in_the_cluster_and_in_docker(stack: Any, chart: Any) -> None:
    job = chart["migrateDatabaseJob"]
    assert job["args"] == ["python", "-m", "multitv.release"]
    assert find_spec("multitv.release") is not None
    assert " ".join(job["args"]) in stack["services"]["init"]["command"][-1].splitlines()
    # Through the image's entrypoint, with the ISP's connection, by the image of the release.
    assert "command" not in job
    assert job["applyCustomEnv"] is True
    assert job.get("enabled", True) is True


def test_nothing_else_migrates_or_makes_the_pool(stack: Any, chart: Any) -> None:
    commands = [service.get("command") for service in stack["services"].values()]
    for text in [*texts(commands), *texts(chart)]:
        assert not re.search(r"db migrate|database\.migrate|airflow pools", text), text


def test_each_component_has_the_same_secrets_in_the_cluster_as_in_docker(stack: Any, chart: Any) -> None:
    """With CeleryExecutor, that is: in Docker, the scheduler may be the one that runs the tasks."""
    places = {
        "init": chart["migrateDatabaseJob"],
        "api-server": chart["apiServer"],
        "dag-processor": chart["dagProcessor"],
        "triggerer": chart["triggerer"],
        "worker": chart["workers"]["celery"],
    }
    for name, component in places.items():
        environment = stack["services"][name]["environment"]
        files = {variable.removesuffix("_FILE") for variable in environment if variable.endswith("_FILE")}
        assert files == {entry["name"] for entry in component.get("env", [])}, name
    scheduler, worker = (stack["services"][name]["environment"] for name in ("scheduler", "worker"))
    assert scheduler == worker


def test_a_task_has_as_long_to_end_in_docker_as_in_the_cluster(stack: Any, chart: Any) -> None:
    seconds = chart["workers"]["celery"]["terminationGracePeriodSeconds"]
    for name in ("scheduler", "worker"):
        assert stack["services"][name]["stop_grace_period"] == f"{seconds // 60}m"
