"""The environment variables of a local stack: those of its processes, and those that run.env sets in a shell."""

from __future__ import annotations

import base64
import json
import os
import secrets
import shlex
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from sqlalchemy import URL

from include.local.config import (
    FROM_RUN_ENV,
    ISP_CONNECTION,
    METADATA,
    OWNER_CONNECTION,
    PLATFORM_CONNECTION,
    SCREENS_CONNECTION,
    Config,
)
from include.local.postgres import programs
from include.local.processes import MARK
from include.sandbox.population import DUE_DAYS
from multitv.installation import REPOSITORY

USER = "admin"

# Settings that the environment must not override: who may log in, where Airflow listens, what it runs.
_FIXED = {
    "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "False",
    "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
    "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "True",
    "AIRFLOW__API__HOST": "127.0.0.1",
    "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK": "False",
    "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    # Airflow sets these modes on task logs whatever the umask says.
    "AIRFLOW__LOGGING__FILE_TASK_HANDLER_NEW_FOLDER_PERMISSIONS": "0o700",
    "AIRFLOW__LOGGING__FILE_TASK_HANDLER_NEW_FILE_PERMISSIONS": "0o600",
    "GX_ANALYTICS_ENABLED": "false",
    # A process that changes its title would overwrite the environment that `sweep` reads.
    "SPT_NOENV": "1",
    "PYTHONUNBUFFERED": "1",
    "OBJC_DISABLE_INITIALIZE_FORK_SAFETY": "YES",
}

# Defaults for one machine, possibly a slow one, and one person who waits. The environment may override them.
_DEFAULTS = {
    "AIRFLOW__CORE__PARALLELISM": "8",
    "AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT": "120",
    "AIRFLOW__CORE__HOSTNAME_CALLABLE": "socket.gethostname",
    "AIRFLOW__DAG_PROCESSOR__DAG_FILE_PROCESSOR_TIMEOUT": "180",
    "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "20",
    "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "30",
    "AIRFLOW__DAG_PROCESSOR__PRINT_STATS_INTERVAL": "300",
    "AIRFLOW__SCHEDULER__SCHEDULER_HEARTBEAT_SEC": "1",
    "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.5",
    # Seconds between the checks that adopt the tasks of a scheduler that died.
    "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "60",
    "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "30",
    # So late, in seconds, the supervisor of a task may notice that its process has ended. If a deferred task goes on
    # before that, the scheduler takes it for killed.
    "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
    "AIRFLOW__LOGGING__COLORED_CONSOLE_LOG": "False",
    "MULTITV_STANDARD_BILLING_POLL_SECONDS": "2",
}

_SECRETS = (
    "AIRFLOW__CORE__FERNET_KEY",
    "AIRFLOW__API__SECRET_KEY",
    "AIRFLOW__API_AUTH__JWT_SECRET",
)
_PIN_KEYS = "MULTITV_PIN_KEYS"


def for_processes(
    config: Config, inherited: Mapping[str, str], isp: str, platform: str, metadata: str, screens: str | None = None
) -> dict[str, str]:
    """Return the environment of every process of the stack. `isp`, `screens` and `platform` are Airflow connections.

    None of them has the connection of whoever migrates. The first call for a home generates the secrets and the
    administrator's password.
    """
    airflow_home = config.home / "airflow"
    address = f"http://127.0.0.1:{config.airflow_port}"
    python_path = [str(REPOSITORY / "plugins"), str(REPOSITORY)]
    no_proxy = [part for part in inherited.get("NO_PROXY", "").split(",") if part]
    values = {
        **inherited,
        **{name: inherited.get(name) or value for name, value in _DEFAULTS.items()},
        **_FIXED,
        **_kept(config.home / "secrets.json", _SECRETS),
        # The PINs in an ISP's own database can be decrypted only with the ISP's own keys.
        _PIN_KEYS: inherited.get(_PIN_KEYS) or _kept(config.home / "secrets.json", [_PIN_KEYS])[_PIN_KEYS],
        **({"MULTITV_DUE_DAYS": inherited.get("MULTITV_DUE_DAYS") or DUE_DAYS} if config.clients_to_seed else {}),
        "MULTITV_DATA_DOCS": inherited.get("MULTITV_DATA_DOCS") or str(config.home / "data_docs"),
        "MULTITV_PRIVACY_FOLDER": inherited.get("MULTITV_PRIVACY_FOLDER") or str(config.home / "privacy"),
        MARK: str(config.home),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{inherited.get('PATH', os.defpath)}",
        "PYTHONPATH": os.pathsep.join(python_path),
        "NO_PROXY": ",".join(dict.fromkeys([*no_proxy, "127.0.0.1", "localhost"])),
        "AIRFLOW_HOME": str(airflow_home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(config.dags_folder),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(REPOSITORY / "plugins"),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(password_file(config.home)),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{address}/execution/",
        "AIRFLOW__API__BASE_URL": address,
        "AIRFLOW__API__PORT": str(config.airflow_port),
        METADATA: metadata,
        ISP_CONNECTION: isp,
        PLATFORM_CONNECTION: platform,
    }
    values |= {SCREENS_CONNECTION: screens} if screens else {}
    values.pop(OWNER_CONNECTION, None)
    return values


def password_file(home: Path) -> Path:
    """Return the path of the file with the administrator's password, as Airflow's simple login reads it."""
    return home / "airflow" / "passwords.json"


def password(home: Path) -> str:
    """Return the administrator's password; the first call for a home generates it."""
    return _kept(password_file(home), [USER])[USER]


def isp_connection(url: URL) -> str:
    """Return an Airflow connection, as JSON, for a database of the embedded PostgreSQL."""
    return json.dumps(
        {"conn_type": "postgres", "host": str(url.query["host"]), "login": url.username, "schema": url.database}
    )


def sandbox_secret(home: Path) -> str:
    """Return the client secret of the sandbox; the first call for a home generates it."""
    return _kept(home / "secrets.json", ["SANDBOX_CLIENT_SECRET"])["SANDBOX_CLIENT_SECRET"]


def sandbox_connection(port: int, client_id: str, client_secret: str, operator_uid: str) -> str:
    """Return an Airflow connection, as JSON, for the sandbox."""
    return json.dumps(
        {
            "conn_type": "http",
            "host": f"http://127.0.0.1:{port}",
            "login": client_id,
            "password": client_secret,
            "extra": {"operator_uid": operator_uid},
        }
    )


def metadata_url(url: URL) -> str:
    """Return Airflow's URL of a database of the embedded PostgreSQL; Airflow derives the one for asyncpg from it."""
    return f"postgresql+psycopg2://{url.username}@/{url.database}?host={url.query['host']}"


def write_run_env(path: Path, environment: Mapping[str, str], inherited: Mapping[str, str], isp_db_uri: str) -> None:
    """Write the variables that a shell needs to use `airflow` and `psql` on this stack, readable by its owner only.

    It lists the variables that it adds, so that a stack started later from such a shell ignores them.
    """
    values = {name: value for name, value in sorted(environment.items()) if _exported(name)}
    values["ISP_DB_URI"] = isp_db_uri
    values[FROM_RUN_ENV] = " ".join(name for name, value in values.items() if inherited.get(name) != value)
    lines = [
        "# Source this in a shell, while the stack is up, for `airflow` and `psql`.",
        *(f"export {name}={shlex.quote(value)}" for name, value in values.items()),
        f"export NO_PROXY={shlex.quote(environment['NO_PROXY'])}",
        # A psql of the machine takes precedence over the one of the embedded PostgreSQL.
        f'export PATH={shlex.quote(str(Path(sys.executable).parent))}:"$PATH":{shlex.quote(str(programs()))}',
    ]
    _write_private(path, "\n".join(lines) + "\n")


def _exported(name: str) -> bool:
    if name in (MARK, FROM_RUN_ENV, "MULTITV_HOME"):
        return False
    return name.startswith(("AIRFLOW_", "MULTITV_")) or name in ("PYTHONPATH", "GX_ANALYTICS_ENABLED")


def _kept(path: Path, names: Iterable[str]) -> dict[str, str]:
    """Return a secret for each name from the file; missing ones are generated and written back."""
    try:
        values: dict[str, str] = json.loads(path.read_text())
    except (OSError, ValueError):
        values = {}
    missing = [name for name in names if name not in values]
    if missing:
        # 32 random bytes in this encoding also make a valid Fernet key.
        values |= {name: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode() for name in missing}
        _write_private(path, json.dumps(values) + "\n")
    return values


def _write_private(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    unfinished.replace(path)
