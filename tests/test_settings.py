"""The settings of an ISP: defaults, errors that name the variable, and the README's table."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from multitv.settings import Settings, SettingsError, get_settings


@pytest.fixture(autouse=True)
def fresh() -> None:
    get_settings.cache_clear()


def test_an_isp_sets_its_own_days_and_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MULTITV_DUE_DAYS", "8, 18,28")
    monkeypatch.setenv("MULTITV_TIMEZONE", "America/Manaus")
    monkeypatch.setenv("MULTITV_BILLING_TIME", "05:30")
    settings = get_settings()
    assert settings.due_days == (8, 18, 28)
    assert settings.timezone == ZoneInfo("America/Manaus")
    assert settings.billing_time == time(5, 30)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MULTITV_DUE_DAYS", "5,32"),
        ("MULTITV_DUE_DAYS", "todos"),
        ("MULTITV_DUE_DAYS", ""),
        ("MULTITV_TIMEZONE", "America/Sao Paulo"),
        ("MULTITV_TIMEZONE", "../etc/passwd"),
        ("MULTITV_TV_BILLING_DAYS_AHEAD", "-1"),
        ("MULTITV_BILLING_TIME", "25:00"),
        ("MULTITV_STANDARD_BILLING_POLL_SECONDS", "0"),
        ("MULTITV_CATALOG_MAX_SHRINK", "20"),
    ],
)
def test_a_bad_setting_is_named_with_its_value(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name):
        get_settings()


def test_the_standard_billing_may_not_start_before_the_tv_billing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MULTITV_STANDARD_BILLING_DAYS_AHEAD", "11")
    with pytest.raises(SettingsError, match="MULTITV_STANDARD_BILLING_DAYS_AHEAD"):
        get_settings()


def test_the_readme_lists_every_setting(repository: Path) -> None:
    readme = (repository / "README.md").read_text()
    for name, field in Settings.model_fields.items():
        assert f"| `MULTITV_{name.upper()}` |" in readme
        assert field.description in readme


def test_the_docker_stack_passes_every_setting_on(repository: Path) -> None:
    stack = yaml.safe_load((repository / "docker-compose.yml").read_text())
    passed = {name: value for name, value in stack["x-airflow"]["environment"].items() if name.startswith("MULTITV_")}
    # Data documents need a place that outlives the container.
    assert passed.pop("MULTITV_DATA_DOCS") == "${MULTITV_DATA_DOCS:-/opt/airflow/data/docs}"
    assert passed == {f"MULTITV_{name.upper()}": None for name in Settings.model_fields if name != "data_docs"}
