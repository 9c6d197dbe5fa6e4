"""What a person may tell `make run`, and what is refused before anything is started."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from include.local.config import (
    FROM_RUN_ENV,
    ISP_CONNECTION,
    METADATA,
    PLATFORM_CONNECTION,
    BadConfig,
    outside,
    read,
)
from multitv.settings import get_settings

TODAY = get_settings().today()


def test_without_a_word_everything_is_embedded_and_the_due_date_is_found_out() -> None:
    config = read({})
    assert config.home == Path.cwd() / ".local"
    assert (config.airflow_port, config.sandbox_port) == (8080, 8090)
    assert config.due_date is None
    assert not config.once
    assert config.needs_postgres
    assert config.clients_to_seed == 5_000


def test_empty_variables_count_as_not_set_since_make_exports_them_so() -> None:
    names = ["DUE_DATE", "ONCE", "DEMO_CLIENTS", "MULTITV_HOME", "AIRFLOW_PORT", "SANDBOX_PORT", ISP_CONNECTION]
    assert read(dict.fromkeys(names, "")) == read({})


def test_what_is_given_is_taken(tmp_path: Path) -> None:
    due_date = TODAY + timedelta(days=3)
    config = read(
        {
            "MULTITV_HOME": str(tmp_path),
            "AIRFLOW_PORT": "18080",
            "SANDBOX_PORT": "18090",
            "DUE_DATE": f" {due_date} ",
            "ONCE": "1",
            "DEMO_CLIENTS": "50000",
        }
    )
    assert (config.home, config.airflow_port, config.sandbox_port) == (tmp_path, 18080, 18090)
    assert (config.due_date, config.once, config.clients_to_seed) == (due_date, True, 50_000)


def test_today_may_still_be_billed() -> None:
    assert read({"DUE_DATE": str(TODAY)}).due_date == TODAY


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DUE_DATE", "2026-02-30"),
        ("DUE_DATE", "30/11/2026"),
        ("DUE_DATE", "tomorrow"),
        ("DUE_DATE", str(TODAY - timedelta(days=1))),
        ("ONCE", "maybe"),
        ("DEMO_CLIENTS", "-1"),
        ("DEMO_CLIENTS", "many"),
        ("DEMO_CLIENTS", "1000001"),
        ("AIRFLOW_PORT", "80"),
        ("AIRFLOW_PORT", "65536"),
        ("SANDBOX_PORT", "8_090"),
        ("SANDBOX_PORT", "8080"),
        (METADATA, "sqlite:////tmp/airflow.db"),
    ],
)
def test_an_impossible_value_is_refused_by_its_name(name: str, value: str) -> None:
    with pytest.raises(BadConfig, match=name):
        read({name: value})


def test_a_database_from_outside_gets_no_demo_population_unless_asked_for() -> None:
    theirs = {ISP_CONNECTION: "postgres://isp@db/isp"}
    assert read(theirs).clients_to_seed == 0
    assert read(theirs | {"DEMO_CLIENTS": "10"}).clients_to_seed == 10
    assert read(theirs).needs_postgres, "Airflow's metadata still lives in the embedded one"


def test_nothing_embedded_is_needed_when_both_databases_are_from_outside() -> None:
    given = {ISP_CONNECTION: "postgres://isp@db/isp", METADATA: "postgresql+psycopg2://airflow@db/airflow"}
    assert not read(given).needs_postgres


def test_a_shell_that_sourced_run_env_has_set_nothing_from_outside() -> None:
    sourced = {
        FROM_RUN_ENV: f"{ISP_CONNECTION} {METADATA}",
        ISP_CONNECTION: "embedded",
        METADATA: "postgresql://embedded",
        PLATFORM_CONNECTION: "theirs",
        "HOME": "/home/somebody",
    }
    assert outside(sourced) == {PLATFORM_CONNECTION: "theirs", "HOME": "/home/somebody"}
    config = read(sourced)
    assert (config.isp_connection, config.metadata_url, config.platform_connection) == (None, None, "theirs")
