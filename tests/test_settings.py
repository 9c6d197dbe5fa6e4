"""The settings of an ISP: defaults, errors that name the variable, and the table in docs/settings.md."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from cryptography.fernet import Fernet
from pydantic import ValidationError

from multitv.settings import Settings, SettingsError, get_settings

NEW, OLD = (Fernet.generate_key().decode() for _ in range(2))


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


def pin_keys() -> str | None:
    keys = get_settings().pin_keys
    return None if keys is None else keys.get_secret_value()


@pytest.mark.parametrize(
    "written",
    [f"{NEW},{OLD}", f" {NEW} ,\n {OLD}\n", f"{NEW},,{OLD},", f",{NEW}\t,{OLD} , "],
    ids=["none", "blanks and lines", "commas", "a tab"],
)
def test_keys_for_pins_may_have_blanks_around_them(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    monkeypatch.setenv("MULTITV_PIN_KEYS", written)
    assert pin_keys() == f"{NEW},{OLD}"


@pytest.mark.parametrize("written", ["", "  ", ",", " ,\n"])
def test_an_empty_value_is_no_key_for_pins(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    monkeypatch.setenv("MULTITV_PIN_KEYS", written)
    assert pin_keys() is None


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("MULTITV_ALERT_URLS", "segredo", "does not begin with an address"),
        ("MULTITV_HEARTBEAT_URL", "segredo.example/x", "not one address that begins with"),
        ("MULTITV_HEARTBEAT_URL", "https://segredo.example https://b.example", "not one address"),
    ],
)
def test_a_bad_address_is_refused_and_its_value_in_no_error(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"^{name}: .*{told}") as refused:
        get_settings()
    assert "segredo" not in str(refused.value)


def test_without_addresses_nobody_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert get_settings().alert_urls is get_settings().heartbeat_url is None
    monkeypatch.setenv("MULTITV_ALERT_URLS", " \n")
    get_settings.cache_clear()
    assert get_settings().alert_urls is None


BAD_KEYS = {
    "a word": ("segredo", "key 1 of 1 is not a Fernet key"),
    "the second": (f"{NEW},segredo,{OLD}", "key 2 of 3 is not a Fernet key"),
    "blanks do not count": (f"{NEW},,segredo", "key 2 of 2 is not a Fernet key"),
    "without its padding": (f"{NEW},{OLD[:-1]}", "key 2 of 2 is not a Fernet key"),
    "one character too many": (f"{NEW}A", "key 1 of 1 is not a Fernet key"),
    "of 31 bytes": (f"{OLD[:-4]}AA==", "key 1 of 1 is not a Fernet key"),
    "quoted": (f'"{NEW}"', "key 1 of 1 is not a Fernet key"),
    "quoted together": (f'"{NEW},{OLD}"', "key 1 of 2 is not a Fernet key"),
    "no comma between": (f"{NEW} {OLD}", "key 1 of 1 is not a Fernet key"),
    "a line each": (f"{NEW}\n{OLD}", "key 1 of 1 is not a Fernet key"),
    "a semicolon between": (f"{NEW};{OLD}", "key 1 of 1 is not a Fernet key"),
    "broken in the middle": (f"{NEW[:20]}\n{NEW[20:]}", "key 1 of 1 is not a Fernet key"),
    "no ASCII": (f"{NEW},é{OLD[1:]}", "key 2 of 2 is not a Fernet key"),
    "full-width digits": (f"{'１' * 43}=", "key 1 of 1 is not a Fernet key"),
    "the same twice": (f"{NEW},{OLD},{NEW}", "key 3 of 3 is the same as key 1"),
    "only the old one in front": (f"{OLD}, {OLD}", "key 2 of 2 is the same as key 1"),
}


@pytest.mark.parametrize(("written", "told"), BAD_KEYS.values(), ids=BAD_KEYS)
def test_a_bad_key_for_pins_is_told_by_its_position_and_never_by_its_value(
    monkeypatch: pytest.MonkeyPatch, written: str, told: str
) -> None:
    monkeypatch.setenv("MULTITV_PIN_KEYS", written)
    with pytest.raises(SettingsError, match=f"^MULTITV_PIN_KEYS: {told}") as refused:
        get_settings()
    assert refused.value.__cause__ is refused.value.__context__ is None
    with pytest.raises(ValidationError) as underneath:
        Settings()
    for shown in (str(refused.value), repr(refused.value), str(underneath.value), repr(underneath.value)):
        assert "segredo" not in shown
        for key in (NEW, OLD):
            assert not [part for part in range(0, 36, 4) if key[part : part + 8] in shown]


def test_the_error_of_another_setting_does_not_show_the_keys_for_pins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MULTITV_PIN_KEYS", f"{NEW},segredo")
    monkeypatch.setenv("MULTITV_DUE_DAYS", "todos")
    with pytest.raises(SettingsError, match=r"MULTITV_DUE_DAYS='todos': .*; MULTITV_PIN_KEYS: key 2 of 2") as refused:
        get_settings()
    assert "segredo" not in str(refused.value)
    monkeypatch.delenv("MULTITV_DUE_DAYS")
    monkeypatch.setenv("MULTITV_PIN_KEYS", NEW)
    monkeypatch.setenv("MULTITV_STANDARD_BILLING_DAYS_AHEAD", "11")
    with pytest.raises(ValidationError) as underneath:
        Settings()
    assert NEW[:8] not in str(underneath.value)


def test_a_key_of_standard_base64_opens_what_it_always_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    written = "+/" * 21 + "A="
    monkeypatch.setenv("MULTITV_PIN_KEYS", written)
    assert Fernet(pin_keys() or "").decrypt(Fernet("-_" * 21 + "A=").encrypt(b"4815")) == b"4815"
    monkeypatch.setenv("MULTITV_PIN_KEYS", f"{written},{'-_' * 21}A=")
    get_settings.cache_clear()
    with pytest.raises(SettingsError, match="key 2 of 2 is the same as key 1"):
        get_settings()


def test_the_document_lists_every_setting_as_the_code_describes_it(repository: Path) -> None:
    table = (repository / "docs/settings.md").read_text()
    for name, field in Settings.model_fields.items():
        assert f"| `MULTITV_{name.upper()}` |" in table
        assert field.description is not None
        assert field.description in table


def test_the_docker_stack_passes_every_setting_on(repository: Path) -> None:
    stack = yaml.safe_load((repository / "docker-compose.yml").read_text())
    passed = {name: value for name, value in stack["x-airflow"]["environment"].items() if name.startswith("MULTITV_")}
    # These need a place that outlives the container.
    for name, folder in {"DATA_DOCS": "docs", "PRIVACY_FOLDER": "privacy"}.items():
        assert passed.pop(f"MULTITV_{name}") == f"${{MULTITV_{name}:-/opt/airflow/data/{folder}}}"
    # The keys come from a file, and only to those who need them.
    assert {"MULTITV_PIN_KEYS_FILE"} == {name for name in stack["x-platform"] if name.startswith("MULTITV_")}
    assert {"MULTITV_ALERT_URLS_FILE", "MULTITV_HEARTBEAT_URL_FILE"} == set(stack["x-alerts"])
    elsewhere = {"data_docs", "privacy_folder", "pin_keys", "metrics_token", "alert_urls", "heartbeat_url"}
    assert passed == {f"MULTITV_{name.upper()}": None for name in Settings.model_fields if name not in elsewhere}


@pytest.mark.parametrize("token", ["short", "with a blank in the middle of it", "ç" * 30])
def test_a_token_for_the_metrics_that_is_none_is_refused_and_not_told(
    monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv("MULTITV_METRICS_TOKEN", token)
    get_settings.cache_clear()
    with pytest.raises(SettingsError) as refused:
        get_settings()
    assert "MULTITV_METRICS_TOKEN: " in str(refused.value)
    assert token not in str(refused.value)


def test_an_empty_token_for_the_metrics_lets_nobody_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MULTITV_METRICS_TOKEN", " \n")
    get_settings.cache_clear()
    assert get_settings().metrics_token is None
