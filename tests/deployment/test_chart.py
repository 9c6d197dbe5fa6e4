"""The values for Airflow's official chart: what a careful operations team asks of them, and that the chart knows them.

`airflow-chart-1.22.schema.json` is values.schema.json of the official chart 1.22.0 (Apache License 2.0) without its
descriptions and defaults. The chart accepts keys that it does not know at the top, under workers.celery and elsewhere,
so a misspelt one would change nothing and say nothing: here, nothing unknown passes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from multitv.billing.due_date import longest_wait
from multitv.dag_defaults import default_args
from multitv.settings import Settings

SCHEMA = Path(__file__).with_name("airflow-chart-1.22.schema.json")
# Each is given to Helm after values.yaml.
FILES = ("values", "ingress", "remote-logs", "shared-logs")
# What runs our code, by its path in the chart's values.
RUNS_OUR_CODE = (("scheduler",), ("workers", "celery"), ("triggerer",), ("dagProcessor",), ("apiServer",))
JOBS = (("migrateDatabaseJob",), ("databaseCleanup",))
RESTRICTED = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}


def at(values: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        values = values[name]
    return values


def strict(schema: Any) -> Any:
    """Return the schema, in which whatever lists its properties has no others."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {
        keyword: {name: strict(part) for name, part in value.items()}
        if keyword in ("properties", "definitions")
        else strict(value)
        for keyword, value in schema.items()
    }
    if "properties" in schema and not isinstance(schema.get("additionalProperties"), dict):
        made["additionalProperties"] = False
    return made


@pytest.fixture(scope="module")
def validator() -> Draft7Validator:
    schema = strict(json.loads(SCHEMA.read_text()))
    Draft7Validator.check_schema(schema)
    return Draft7Validator(schema)


def errors(validator: Draft7Validator, values: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(values)]


def containers(values: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Every container that the values define themselves, with its place."""
    if isinstance(values, dict):
        for name, value in values.items():
            if name in ("extraContainers", "extraInitContainers"):
                yield from ((f"{place}.{name}.{container['name']}", container) for container in value)
            else:
                yield from containers(value, f"{place}.{name}")


@pytest.mark.parametrize("name", FILES)
def test_the_chart_knows_every_key(repository: Path, validator: Draft7Validator, name: str) -> None:
    values = yaml.safe_load((repository / "helm" / f"{name}.yaml").read_text())
    assert values
    assert errors(validator, values) == []


def test_every_file_of_values_is_checked(repository: Path) -> None:
    assert {path.stem for path in (repository / "helm").iterdir()} == set(FILES)


@pytest.mark.parametrize(
    ("path", "misspelt", "value"),
    [
        ((), "networkPolices", {"enabled": True}),
        (("workers", "celery"), "terminationGracePeriod", 600),
        (("workers", "celery", "podDisruptionBudget"), "enable", True),
        (("apiServer", "podDisruptionBudget", "config"), "maxUnavailble", 1),
        (("scheduler",), "replica", 2),
        (("scheduler", "serviceAccount"), "automountToken", False),
        (("ingress",), "api", {"enabled": True}),
        (("securityContexts", "containers"), "allowPriviledgeEscalation", False),
        (("databaseCleanup",), "retention", 450),
        (("statsd", "securityContexts"), "containers", {}),
    ],
    ids=lambda part: ".".join(part) or "top" if isinstance(part, tuple) else None,
)
def test_a_misspelt_key_fails(
    chart: Any, validator: Draft7Validator, path: tuple[str, ...], misspelt: str, value: Any
) -> None:
    wrong = deepcopy(chart) | {"ingress": {}}
    at(wrong, path)[misspelt] = value
    assert [error for error in errors(validator, wrong) if f"'{misspelt}' was unexpected" in error]


def test_the_charts_own_schema_would_let_the_worst_of_them_pass(chart: Any) -> None:
    """The reason for being stricter; if this fails, a newer chart has become strict itself."""
    chart["networkPolices"] = {}
    chart["workers"]["celery"]["terminationGracePeriod"] = 600
    assert not list(Draft7Validator(json.loads(SCHEMA.read_text())).iter_errors(chart))


@pytest.mark.parametrize("path", RUNS_OUR_CODE, ids=".".join)
def test_what_runs_our_code_waits_for_our_schema_with_the_image_of_the_release(
    chart: Any, path: tuple[str, ...]
) -> None:
    (container,) = at(chart, path)["extraInitContainers"]
    assert container["image"] == '{{ template "airflow_image" . }}'
    assert container["command"][:3] == ["python", "-m", "multitv.database.wait"]
    assert find_spec("multitv.database.wait") is not None
    given = {entry["name"]: entry for entry in container["env"]}
    assert given.pop("PYTHONPATH") in chart["env"]
    # The api-server waits with its own login, the others with that of the tasks.
    screens = path == ("apiServer",)
    assert ("--screens" in container["command"]) is screens
    login = "AIRFLOW_CONN_ISP_DB_SCREENS" if screens else "AIRFLOW_CONN_ISP_DB"
    assert {name: entry["valueFrom"] for name, entry in given.items()} == {
        login: {"secretKeyRef": {"name": "multitv", "key": login}}
    }
    # The chart's own container waits for Airflow's schema, if nobody switches it off.
    assert at(chart, path).get("waitForMigrations", {}).get("enabled", True)


def test_each_component_has_the_secrets_that_it_needs_and_no_others(chart: Any) -> None:
    platform = {"AIRFLOW_CONN_BEENIUS_DEFAULT", "MULTITV_PIN_KEYS"}
    given = {
        ".".join(path): {entry["name"] for entry in at(chart, path).get("env", [])} for path in (*RUNS_OUR_CODE, *JOBS)
    }
    assert given == {
        "scheduler": set(),
        "dagProcessor": {"AIRFLOW_CONN_ISP_DB", "MULTITV_ALERT_URLS"},
        "databaseCleanup": set(),
        "triggerer": {"AIRFLOW_CONN_ISP_DB", "AIRFLOW_CONN_BEENIUS_DEFAULT"},
        "workers.celery": {"AIRFLOW_CONN_ISP_DB", *platform, "MULTITV_ALERT_URLS", "MULTITV_HEARTBEAT_URL"},
        "apiServer": {"AIRFLOW_CONN_ISP_DB_SCREENS", "MULTITV_METRICS_TOKEN", *platform},
        "migrateDatabaseJob": {"AIRFLOW_CONN_ISP_DB_OWNER", "MULTITV_ALERT_URLS"},
    }
    assert "secret" not in chart, "the chart would give it to every component"
    assert all("valueFrom" not in entry for entry in chart["env"])


def test_nobody_starts_pods_or_holds_a_token_of_kubernetes(chart: Any) -> None:
    assert chart["allowPodLaunching"] is False
    assert chart["rbac"]["create"] is False
    assert chart["apiServer"]["allowPodLogReading"] is False
    for path in (*RUNS_OUR_CODE, *JOBS, ("statsd",)):
        assert at(chart, path)["serviceAccount"] == {"automountServiceAccountToken": False}, path


def test_every_container_is_restricted(chart: Any) -> None:
    shared = chart["securityContexts"]
    assert shared["containers"] == RESTRICTED
    assert shared["pod"]["runAsNonRoot"] is True
    assert shared["pod"]["seccompProfile"] == {"type": "RuntimeDefault"}
    own = dict(containers(chart))
    assert len(own) == len(RUNS_OUR_CODE)
    for name, container in own.items():
        assert container["securityContext"] == RESTRICTED, name
    # The chart does not pass its general ones on to this pod.
    assert chart["statsd"]["securityContexts"]["container"] == RESTRICTED
    assert chart["statsd"]["securityContexts"]["pod"]["runAsNonRoot"] is True
    # No component has others.
    for path in (*RUNS_OUR_CODE, *JOBS):
        assert not {"securityContext", "securityContexts"} & set(at(chart, path)), path


def test_every_container_has_a_request_and_a_limit_of_memory(chart: Any) -> None:
    with_a_groomer = [path for path in RUNS_OUR_CODE if path != ("apiServer",)]
    places = [*RUNS_OUR_CODE, *JOBS, ("statsd",), *((*path, "logGroomerSidecar") for path in with_a_groomer)]
    found = {".".join(path): at(chart, path)["resources"] for path in places}
    found |= {name: container["resources"] for name, container in containers(chart)}
    for name, resources in found.items():
        assert set(resources["requests"]) == {"cpu", "memory"}, name
        assert resources["limits"]["memory"], name


def test_the_network_is_closed_but_for_what_has_to_pass(chart: Any) -> None:
    assert chart["networkPolicies"]["enabled"] is True
    peers = chart["apiServer"]["networkPolicy"]["ingress"]["from"]
    # Workers, triggerer and scheduler ask it for their work; without this peer, no task runs.
    assert {"podSelector": {"matchLabels": {"tier": "airflow"}}} in peers
    assert any("namespaceSelector" in peer for peer in peers)
    assert chart["statsd"]["enabled"] is True
    assert chart["statsd"]["extraNetworkPolicies"]


@pytest.mark.parametrize("path", RUNS_OUR_CODE, ids=".".join)
def test_a_node_is_drained_a_pod_at_a_time(chart: Any, path: tuple[str, ...]) -> None:
    # Not minAvailable: with one replica, that would keep a node from being drained at all.
    assert at(chart, path)["podDisruptionBudget"] == {"enabled": True, "config": {"maxUnavailable": 1}}


def test_no_volume_waits_for_a_storage_class_that_most_clusters_lack(chart: Any) -> None:
    assert chart["logs"]["persistence"]["enabled"] is False
    for path in (("workers", "celery"), ("triggerer",)):
        assert at(chart, path)["persistence"]["enabled"] is True, "its logs, ReadWriteOnce"


@pytest.mark.parametrize("name", ["remote-logs", "shared-logs"])
def test_logs_in_one_place_need_no_volume_of_each_pod(repository: Path, name: str) -> None:
    values = yaml.safe_load((repository / "helm" / f"{name}.yaml").read_text())
    for path in (("workers", "celery"), ("triggerer",)):
        assert at(values, path)["persistence"]["enabled"] is False
    if name == "shared-logs":
        assert values["logs"]["persistence"]["storageClassName"], "the default one is hardly ever ReadWriteMany"


def highest(name: str) -> Any:
    """The highest value that a setting takes."""
    (limit,) = [rule.le for rule in Settings.model_fields[name].metadata if hasattr(rule, "le")]
    return limit


def test_a_run_that_may_still_wait_is_not_cleaned_up(chart: Any, repository: Path) -> None:
    cleanup = chart["databaseCleanup"]
    assert cleanup["enabled"] is True
    assert cleanup["skipArchive"] is True
    names = ("standard_billing_deadline_days", "billing_approval_hours")
    longest = longest_wait(Settings(**{name: highest(name) for name in names}))
    assert cleanup["retentionDays"] > longest.days
    documented = (repository / "docs" / "deploying.md").read_text()
    assert f"{longest.days} days" in documented
    assert f"{cleanup['retentionDays']} days ago" in documented


def test_a_worker_is_given_the_time_to_finish_a_task(chart: Any) -> None:
    limit = default_args()["execution_timeout"].total_seconds()
    assert chart["workers"]["celery"]["terminationGracePeriodSeconds"] > limit


def test_a_dag_file_has_time_to_be_read(chart: Any) -> None:
    imported = chart["config"]["core"]["dagbag_import_timeout"]
    assert 30 < imported < chart["config"]["dag_processor"]["dag_file_processor_timeout"]


def test_no_user_has_a_known_password(chart: Any) -> None:
    assert chart["createUserJob"] == {"enabled": False, "defaultUser": {"enabled": False}}
    assert "webserver" not in chart


def test_the_ingress_is_by_tls_and_believed(chart: Any, repository: Path) -> None:
    values = yaml.safe_load((repository / "helm" / "ingress.yaml").read_text())
    (host,) = values["ingress"]["apiServer"]["hosts"]
    assert host["tls"] == {"enabled": True, "secretName": "multitv-tls"}
    assert values["config"]["api"]["base_url"] == f"https://{host['name']}"
    assert values["config"]["fab"] == {"cookie_secure": "True", "enable_proxy_fix": "True"}
    (trusted,) = yaml.safe_load(values["extraEnv"])
    assert trusted["name"] == "FORWARDED_ALLOW_IPS"
    assert trusted["value"] != "*"
    assert chart["apiServer"]["args"][-1].endswith(" --proxy-headers")
