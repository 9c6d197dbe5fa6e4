"""`python -m include.local.dotenv [demo] [celery] [backup] [tls=HOST]` writes what docker-compose.yml needs.

That is a .env, and beside it a folder secrets/ with a file for each secret, all new and random.
"""

from __future__ import annotations

import base64
import os
import secrets
import sys
from pathlib import Path

from include.sandbox.population import DUE_DAYS

PROFILES = ("demo", "celery", "backup", "tls")
# The roles of multitv.database.roles, which the machine that runs Docker need not be able to import.
PIPELINE = "multitv_pipeline"
SCREENS = "multitv_screens"
OWNER = "multitv_owner"


class WrongProfile(Exception):
    """A profile is unknown, or lacks its host; the message says which."""


def variables(profiles: list[str]) -> dict[str, str]:
    """Return the variables of .env, none of which is secret. Raises WrongProfile."""
    chosen = _parsed(profiles)
    host = chosen.get("tls", "")
    made = {
        "COMPOSE_PROFILES": ",".join(chosen),
        "AIRFLOW_EXECUTOR": "CeleryExecutor" if "celery" in chosen else "LocalExecutor",
        "AIRFLOW_BASE_URL": f"https://{host}" if host else "http://127.0.0.1:8080",
    }
    if "demo" in chosen:
        made["MULTITV_DUE_DAYS"] = DUE_DAYS
    if host:
        made |= {"TLS_HOST": host, "AIRFLOW_COOKIE_SECURE": "true"}
    return made


def secret_files(profiles: list[str]) -> dict[str, str]:
    """Return what the files of secrets/ hold. Without the profile `demo`, a person has to fill in `beenius_default`."""
    airflow, owner, pipeline, screens, valkey = (secrets.token_hex(16) for _ in range(5))
    sandbox = secrets.token_hex(16)
    return {
        "postgres_password": secrets.token_hex(16),
        "airflow_password": airflow,
        "owner_password": owner,
        "pipeline_password": pipeline,
        "screens_password": screens,
        "airflow_database": f"postgresql+psycopg2://airflow:{airflow}@postgres:5432/airflow",
        "isp_db": f"postgres://{PIPELINE}:{pipeline}@postgres:5432/isp",
        "isp_db_screens": f"postgres://{SCREENS}:{screens}@postgres:5432/isp",
        "isp_db_owner": f"postgres://{OWNER}:{owner}@postgres:5432/isp",
        "beenius_default": f"http://sandbox:{sandbox}@sandbox:8090/?operator_uid=op-demo" if "demo" in profiles else "",
        "pin_keys": _fernet_key(),
        "metrics_token": secrets.token_urlsafe(32),
        # Alerts are off until somebody writes addresses into them.
        "alert_urls": "",
        "heartbeat_url": "",
        "fernet_key": _fernet_key(),
        "api_secret_key": secrets.token_hex(32),
        "jwt_secret": secrets.token_hex(32),
        "admin_password": secrets.token_urlsafe(16),
        "valkey_password": valkey,
        "celery_broker": f"redis://:{valkey}@valkey:6379/0",
        "sandbox_client_secret": sandbox,
    }


def write(path: Path, profiles: list[str]) -> None:
    """Write .env and the folder secrets/ beside it, which only its owner can enter.

    Raises WrongProfile; FileExistsError if one of the two is there: secrets in use are never replaced.
    """
    lines = [f"{name}={value}\n" for name, value in variables(profiles).items()]
    folder = path.parent / "secrets"
    if path.exists():
        raise FileExistsError(path)
    folder.mkdir(mode=0o700)
    for name, content in secret_files(profiles).items():
        # Containers read them as several users, none of whom is the one of the machine. The folder keeps others out.
        _write(folder / name, content, 0o444)
    _write(path, "".join(lines), 0o600)


def _parsed(profiles: list[str]) -> dict[str, str]:
    """Return each profile with the host that follows it, if any."""
    chosen: dict[str, str] = {}
    for profile in profiles:
        name, _, chosen[name] = profile.partition("=")
    if unknown := [name for name in chosen if name not in PROFILES]:
        raise WrongProfile(f"Unknown profile {', '.join(unknown)}; there are {', '.join(PROFILES)}.")
    if chosen.get("tls") == "":
        raise WrongProfile("The profile tls needs the name at which people open Airflow, as in tls=tv.isp.example.")
    return chosen


def _write(path: Path, content: str, mode: int) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
        os.fchmod(file.fileno(), mode)
        file.write(content)


def _fernet_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def main(profiles: list[str], path: Path = Path(".env")) -> int:
    """Return the exit code."""
    try:
        write(path, profiles)
    except WrongProfile as error:
        print(error, file=sys.stderr)
        return 2
    except FileExistsError as error:
        print(
            f"{error.filename or error} already exists and stays as it is: its secrets may be in use.", file=sys.stderr
        )
        return 1
    print(f"Wrote {path} and {path.parent / 'secrets'}/.")
    if "demo" not in profiles:
        print("Write the platform's connection into secrets/beenius_default, as docs/settings.md says.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
