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


# What the Docker stack sets and the cluster's values need not say, each with the reason.
NOT_IN_THE_CHART = {
    "AIRFLOW__CORE__EXECUTOR": "the chart's own value `executor`",
    "AIRFLOW__CORE__PARALLELISM": "for one machine",
    "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": "the chart writes it",
    "AIRFLOW__API__BASE_URL": "the host of helm/ingress.yaml",
    "AIRFLOW__FAB__COOKIE_SECURE": "helm/ingress.yaml has it",
    "AIRFLOW__FAB__ENABLE_PROXY_FIX": "helm/ingress.yaml has it",
    "FORWARDED_ALLOW_IPS": "helm/ingress.yaml has it",
    "DUMB_INIT_SETSID": "the chart writes it, of workers",
    "MULTITV_DATA_DOCS": "needs a volume that a cluster's team chooses",
    "MULTITV_PRIVACY_FOLDER": "needs a volume that a cluster's team chooses",
}
# What is secret is compared below, component by component.
SECRET = ("_CMD", "_FILE")


def settings_of(stack: Any) -> dict[str, str]:
    """Return what docker-compose.yml gives to a component of Airflow and what is no secret, with its default."""
    services = ("init", "api-server", "scheduler", "dag-processor", "triggerer", "worker")
    found: dict[str, str] = {}
    for name in services:
        environment = stack["services"][name]["environment"]
        found |= {key: value for key, value in environment.items() if value is not None and not key.endswith(SECRET)}
    return {key: re.sub(r"\$\{\w+:-(.*?)\}", r"\1", value) for key, value in found.items()}


def test_the_cluster_is_set_as_the_docker_stack_is(stack: Any, chart: Any) -> None:
    settings = {
        f"AIRFLOW__{section}__{name}".upper(): str(value)
        for section, values in chart["config"].items()
        for name, value in values.items()
    }
    settings |= {entry["name"]: entry["value"] for entry in chart["env"]}
    ours = settings_of(stack)
    assert set(NOT_IN_THE_CHART) <= set(ours), "a reason for nothing"
    for name, value in ours.items():
        if name not in NOT_IN_THE_CHART:
            assert settings.get(name, "nothing").lower() == value.lower(), name


def test_the_ingress_sets_what_the_docker_stack_sets_for_its_proxy(repository: Path) -> None:
    text = (repository / "helm" / "ingress.yaml").read_text()
    for name, reason in NOT_IN_THE_CHART.items():
        if "ingress" in reason:
            assert name.rpartition("__")[2].lower() in text.lower(), name


def test_the_first_lines_of_the_values_name_every_secret_to_make(repository: Path, chart: Any) -> None:
    """Who installs reads them and makes those; a pod whose secret lacks a key does not start."""
    head = (repository / "helm" / "values.yaml").read_text().partition("\nairflowVersion")[0]
    keys = re.findall(r"key: (\w+)", (repository / "helm" / "values.yaml").read_text())
    assert keys
    for key in keys:
        assert key in head, key
    for name in [*chart["data"].values(), chart["fernetKeySecretName"]]:
        assert f"`{name}`" in head, name


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
