"""The settings of `make run` and `make up`: read from the environment, and checked before anything is started."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from multitv.billing.due_date import BadDueDate, parse_due_date
from multitv.errors import PermanentError
from multitv.installation import REPOSITORY
from multitv.settings import get_settings

# run.env sets this to the names of its own variables, so that a later start does not take them for settings.
FROM_RUN_ENV = "MULTITV_RUN_ENV"
ISP_CONNECTION = "AIRFLOW_CONN_ISP_DB"
SCREENS_CONNECTION = "AIRFLOW_CONN_ISP_DB_SCREENS"
OWNER_CONNECTION = "AIRFLOW_CONN_ISP_DB_OWNER"
PLATFORM_CONNECTION = "AIRFLOW_CONN_BEENIUS_DEFAULT"
METADATA = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"
DEMO_CLIENTS = 5_000


class BadConfig(PermanentError):
    """A variable given to make has an invalid value; the message names it."""


@dataclass(frozen=True)
class Config:
    """The settings of one local stack. None means that the stack provides it: a database, a sandbox, a due date."""

    home: Path
    airflow_port: int = 8080
    sandbox_port: int = 8090
    due_date: date | None = None
    once: bool = False
    demo_clients: int | None = None
    isp_connection: str | None = None
    platform_connection: str | None = None
    metadata_url: str | None = None
    dags_folder: Path = REPOSITORY / "dags"

    @property
    def needs_postgres(self) -> bool:
        """Whether the embedded PostgreSQL has to run."""
        return self.isp_connection is None or self.metadata_url is None

    @property
    def clients_to_seed(self) -> int:
        """How many demo clients an empty database gets; none in an external database unless asked for."""
        if self.demo_clients is not None:
            return self.demo_clients
        return DEMO_CLIENTS if self.isp_connection is None else 0


def outside(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without the variables that an earlier stack's run.env set."""
    ours = {FROM_RUN_ENV, *environ.get(FROM_RUN_ENV, "").split()}
    return {name: value for name, value in environ.items() if name not in ours}


def read(environ: Mapping[str, str]) -> Config:
    """Return the settings that the environment holds; an empty variable counts as not set.

    Raises BadConfig, naming the variable, or SettingsError for a MULTITV_* setting.
    """
    given = {name: value.strip() for name, value in outside(environ).items() if value.strip()}
    config = Config(
        home=Path(given.get("MULTITV_HOME", ".local")).expanduser().absolute(),
        airflow_port=_number(given, "AIRFLOW_PORT", 8080, 1024, 65535),
        sandbox_port=_number(given, "SANDBOX_PORT", 8090, 1024, 65535),
        due_date=_due_date(given.get("DUE_DATE")),
        once=_switch(given, "ONCE"),
        demo_clients=_number(given, "DEMO_CLIENTS", 0, 0, 1_000_000) if "DEMO_CLIENTS" in given else None,
        isp_connection=given.get(ISP_CONNECTION),
        platform_connection=given.get(PLATFORM_CONNECTION),
        metadata_url=given.get(METADATA),
    )
    if config.airflow_port == config.sandbox_port:
        raise BadConfig(f"AIRFLOW_PORT and SANDBOX_PORT are both {config.airflow_port}: give one of them another.")
    if config.metadata_url is not None and not config.metadata_url.startswith("postgresql"):
        raise BadConfig(f"{METADATA} is not the address of a PostgreSQL: unset it to use the embedded one.")
    return config


def _number(given: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = given.get(name, str(default))
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise BadConfig(f"{name}={text} is not a whole number from {least} to {most}: correct it and start again.")
    return int(text)


def _switch(given: Mapping[str, str], name: str) -> bool:
    text = given.get(name, "0").lower()
    if text not in ("0", "1", "true", "false", "yes", "no"):
        raise BadConfig(f"{name}={text} is neither 1 nor 0: correct it and start again.")
    return text in ("1", "true", "yes")


def _due_date(text: str | None) -> date | None:
    today = get_settings().today()
    if text is None:
        return None
    try:
        due_date = parse_due_date(text)
    except BadDueDate as error:
        raise BadConfig(f"DUE_DATE: {error}") from error
    if due_date < today:
        raise BadConfig(
            f"DUE_DATE={due_date} is past (today is {today}): choose a date to come. To bill a past one all the same, "
            "start `make up` and trigger tv_billing with allow_past in its form."
        )
    return due_date
