"""docker-compose.yml: what a careful operator of one server asks of it."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from multitv.dag_defaults import default_args

ONCE = ("roles", "init", "population")
# Which files of secrets/ each service has besides those that every component of Airflow needs.
AIRFLOWS_OWN = {"airflow_database", "fernet_key", "api_secret_key", "jwt_secret"}
TASKS = {"isp_db", "beenius_default", "pin_keys", "celery_broker", "alert_urls", "heartbeat_url"}
SECRETS = {
    "postgres": {"postgres_password"},
    "roles": {"postgres_password", "airflow_password", "owner_password", "pipeline_password", "screens_password"},
    "init": AIRFLOWS_OWN | {"isp_db_owner", "alert_urls", "admin_password"},
    "api-server": AIRFLOWS_OWN | {"isp_db_screens", "beenius_default", "pin_keys", "metrics_token"},
    "scheduler": AIRFLOWS_OWN | TASKS,
    "worker": AIRFLOWS_OWN | TASKS,
    "dag-processor": AIRFLOWS_OWN | {"isp_db", "alert_urls"},
    "triggerer": AIRFLOWS_OWN | {"isp_db", "beenius_default"},
    "valkey": {"valkey_password"},
    "proxy": set(),
    "sandbox": {"sandbox_client_secret"},
    "population": {"isp_db_owner"},
    "backup": AIRFLOWS_OWN | {"isp_db_owner", "pin_keys"},
}

# To end a hung database again and again may make things worse, and to end a late backup cuts off the one that is made.
FOR_A_PERSON = {"postgres", "backup"}


def megabytes(text: str) -> int:
    number, unit = re.fullmatch(r"(\d+)(MB|GB|M|G)", text).groups()  # type: ignore[union-attr]
    return int(number) * (1024 if unit[0] == "G" else 1)


def seconds(text: str) -> int:
    number, unit = re.fullmatch(r"(\d+)([sm])", text).groups()  # type: ignore[union-attr]
    return int(number) * (60 if unit == "m" else 1)


def test_no_container_is_privileged_unlimited_or_of_any_version(stack: Any) -> None:
    for name, service in stack["services"].items():
        assert service["user"].split(":")[0] not in ("root", "0"), name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert not {"cap_add", "privileged"} & set(service), name
        assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory"}, name
        assert re.search(r":\d+\.\d", service["image"]), name


def test_only_the_proxy_is_open_to_the_network(stack: Any) -> None:
    for name, service in stack["services"].items():
        for port in service.get("ports", []):
            assert name == "proxy" or port.startswith("127.0.0.1:"), name


def test_the_proxy_is_of_one_version(stack: Any, repository: Path) -> None:
    (version,) = re.findall(r"^FROM caddy:(\S+)$", (repository / "proxy/Dockerfile").read_text(), re.MULTILINE)
    assert stack["services"]["proxy"]["image"] == f"multitv-proxy:{version}"


def test_whatever_stays_up_is_started_again_if_it_ends_or_hangs(stack: Any) -> None:
    for name, service in stack["services"].items():
        if name in ONCE:
            assert service["restart"] == "no", name
            continue
        assert service["restart"] == "unless-stopped", name
        test = " ".join(service["healthcheck"]["test"])
        if name in FOR_A_PERSON:
            assert "include.container.check" not in test, name
        else:
            assert "include.container.check" in test or "kill 1" in test, name


def test_a_check_that_hangs_counts_as_failed_and_gives_a_start_its_time(stack: Any) -> None:
    for name, service in stack["services"].items():
        test = " ".join(service.get("healthcheck", {}).get("test", []))
        found = re.search(r"--end-after (\d+) (?:--kill-after \d+ )?--within (\d+)", test)
        assert (found is not None) == ("include.container.check" in test), name
        if found is None:
            continue
        check = service["healthcheck"]
        assert int(found[2]) < seconds(check["timeout"]), name
        before = int(found[1]) * seconds(check["interval"])
        assert before > int(check["retries"]) * seconds(check["interval"]), f"{name} is unhealthy first"
        assert before >= seconds(check.get("start_period", "0s")), name


def test_logs_of_containers_do_not_fill_the_disk(stack: Any) -> None:
    for name, service in stack["services"].items():
        assert service["logging"]["driver"] == "json-file", name
        assert set(service["logging"]["options"]) == {"max-size", "max-file"}, name


def test_the_code_is_in_the_image(stack: Any) -> None:
    for name, service in stack["services"].items():
        for volume in service.get("volumes", []):
            assert volume.split(":")[0] in stack["volumes"], f"{name} mounts a folder of the machine"
    assert stack["x-airflow"]["build"]["target"] == "multitv"


def test_for_development_the_folders_are_laid_over_the_image(stack: Any, repository: Path) -> None:
    override = yaml.safe_load((repository / "docker-compose.dev.yml").read_text())
    image = (repository / "Dockerfile").read_text()
    copied = re.findall(r"^COPY --chown=50000:0 (\w+) (/opt/airflow/\w+)$", image, re.MULTILINE)
    code = {name for name, service in stack["services"].items() if service["image"] == stack["x-airflow"]["image"]}
    assert set(override["services"]) == code
    for service in override["services"].values():
        assert service["volumes"] == [f"./{folder}:{place}:ro" for folder, place in copied]


def test_secrets_are_files_and_only_where_they_are_needed(stack: Any) -> None:
    assert {name: set(service.get("secrets", [])) for name, service in stack["services"].items()} == SECRETS
    assert set().union(*SECRETS.values()) == set(stack["secrets"])
    for name, secret in stack["secrets"].items():
        assert secret == {"file": f"${{SECRETS_FOLDER:-./secrets}}/{name}"}


def test_a_service_reads_the_secrets_that_it_has_and_no_others(stack: Any) -> None:
    for name, service in stack["services"].items():
        said = yaml.safe_dump([service.get("environment"), service.get("command"), service.get("healthcheck")])
        read = set(re.findall(r"/run/secrets/(\w+)", said))
        assert read == SECRETS[name], name


def test_no_secret_is_a_variable(stack: Any) -> None:
    for name, service in stack["services"].items():
        for variable, value in (service.get("environment") or {}).items():
            if re.search(r"PASSWORD|SECRET|KEYS?\b|KEY_|AUTH|TOKEN|AIRFLOW_CONN|SQL_ALCHEMY|BROKER_URL|_URI", variable):
                # The manager of logins is no login.
                assert variable.endswith(("_FILE", "_CMD")) or variable == "AIRFLOW__CORE__AUTH_MANAGER", name
            assert "://" not in str(value) or "@" not in str(value), name


def test_no_password_is_in_a_command(stack: Any) -> None:
    said = yaml.safe_dump([service.get("command") for service in stack["services"].values()])
    assert "airflow users create" in said
    assert not re.search(r"--password|--requirepass", said)


def test_nobody_but_the_one_who_makes_the_roles_is_the_databases_superuser(stack: Any) -> None:
    having = {name for name, files in SECRETS.items() if "postgres_password" in files}
    assert having == {"postgres", "roles"}
    assert stack["services"]["postgres"]["environment"]["POSTGRES_USER"] == "${POSTGRES_SUPERUSER:-postgres}"


def test_postgresql_keeps_to_its_memory(stack: Any) -> None:
    service = stack["services"]["postgres"]
    limit = megabytes(service["deploy"]["resources"]["limits"]["memory"])
    name, *options = service["command"]
    assert name == "postgres"
    settings = dict(option.removeprefix("-c").split("=") for option in options)
    shared = megabytes(settings["shared_buffers"])
    assert shared == limit // 4
    assert shared <= megabytes(settings["effective_cache_size"]) <= limit
    # Each connection sorts once, and three workers of autovacuum and one person maintain.
    connections = int(settings["max_connections"]) * megabytes(settings["work_mem"])
    assert shared + connections + 4 * megabytes(settings["maintenance_work_mem"]) <= limit


@pytest.mark.parametrize("name", ["scheduler", "worker"])
def test_a_task_may_end_before_its_container_is_killed(stack: Any, name: str) -> None:
    service = stack["services"][name]
    limit: timedelta = default_args()["execution_timeout"]
    assert seconds(service["stop_grace_period"]) > limit.total_seconds()
    # Otherwise dumb-init would pass the stop on to the tasks, too.
    assert service["environment"]["DUMB_INIT_SETSID"] == "0"
    # Nor does a check, which fails meanwhile, kill it before or ask it again.
    check = service["healthcheck"]
    [kill_after] = re.findall(r"--kill-after (\d+) ", " ".join(check["test"]))
    assert int(kill_after) * seconds(check["interval"]) >= seconds(service["stop_grace_period"])
    init, start = stack["x-airflow"]["entrypoint"][:-1], stack["x-airflow"]["entrypoint"][-1:]
    assert service["entrypoint"] == [*init, "python", "-m", "include.container.component", *start]


def test_the_api_server_believes_the_proxy_and_the_one_that_is_named(stack: Any) -> None:
    service = stack["services"]["api-server"]
    assert "--proxy-headers" in service["command"]
    # Without it, FAB refuses every login behind a proxy that changes the Host header.
    assert service["environment"]["AIRFLOW__FAB__ENABLE_PROXY_FIX"] == "true"
    (address,) = [network["ipv4_address"] for network in stack["services"]["proxy"]["networks"].values()]
    assert service["environment"]["FORWARDED_ALLOW_IPS"] == f"{address},${{TRUSTED_PROXY:-127.0.0.1}}"
    (pool,) = stack["networks"]["default"]["ipam"]["config"]
    # Docker gives no other container that address.
    assert address.rpartition(".")[0] == pool["subnet"].rpartition(".")[0]
    assert int(address.rpartition(".")[2]) < int(pool["ip_range"].rpartition(".")[2].partition("/")[0])
