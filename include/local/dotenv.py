"""`python -m include.local.dotenv [demo] [celery] [backup]` writes a .env for docker-compose.yml, with new random secrets."""

from __future__ import annotations

import base64
import os
import secrets
import sys
from pathlib import Path

PROFILES = ("demo", "celery", "backup")
# The roles of multitv.database.roles, which the machine that runs Docker need not be able to import.
PIPELINE = "multitv_pipeline"
SCREENS = "multitv_screens"


def lines(profiles: list[str]) -> list[str]:
    """Return the file's lines. Without the profile `demo`, a person has to fill in the platform's address."""
    owner, pipeline, screens = (secrets.token_hex(16) for _ in range(3))
    made = {
        "POSTGRES_PASSWORD": owner,
        "AIRFLOW_DB_PASSWORD": secrets.token_hex(16),
        "ISP_PIPELINE_PASSWORD": pipeline,
        "ISP_SCREENS_PASSWORD": screens,
        "AIRFLOW_CONN_ISP_DB": f"postgres://{PIPELINE}:{pipeline}@postgres:5432/isp",
        "AIRFLOW_CONN_ISP_DB_SCREENS": f"postgres://{SCREENS}:{screens}@postgres:5432/isp",
        "AIRFLOW_CONN_ISP_DB_OWNER": f"postgres://multitv:{owner}@postgres:5432/isp",
        "REDIS_PASSWORD": secrets.token_hex(16),
        "AIRFLOW_ADMIN_PASSWORD": secrets.token_urlsafe(16),
        "AIRFLOW_FERNET_KEY": _fernet_key(),
        "AIRFLOW_API_SECRET_KEY": secrets.token_hex(32),
        "AIRFLOW_JWT_SECRET": secrets.token_hex(32),
        "MULTITV_PIN_KEYS": _fernet_key(),
        "COMPOSE_PROFILES": ",".join(profiles),
        "AIRFLOW_EXECUTOR": "CeleryExecutor" if "celery" in profiles else "LocalExecutor",
        "AIRFLOW_CONN_BEENIUS_DEFAULT": "",
    }
    if "demo" in profiles:
        secret = secrets.token_hex(16)
        made["SANDBOX_CLIENT_SECRET"] = secret
        made["AIRFLOW_CONN_BEENIUS_DEFAULT"] = f"http://sandbox:{secret}@sandbox:8090/?operator_uid=op-demo"
    return [f"{name}={value}" for name, value in made.items()]


def write(path: Path, profiles: list[str]) -> None:
    """Write the file, readable by its owner only. Raises FileExistsError: secrets in use are never replaced."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write("\n".join(lines(profiles)) + "\n")


def _fernet_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def main(profiles: list[str], path: Path = Path(".env")) -> int:
    """Return the exit code."""
    if unknown := [name for name in profiles if name not in PROFILES]:
        print(f"Unknown profile {', '.join(unknown)}; there are {', '.join(PROFILES)}.", file=sys.stderr)
        return 2
    try:
        write(path, profiles)
    except FileExistsError:
        print(f"{path} already exists and stays as it is: its secrets may be in use.", file=sys.stderr)
        return 1
    print(f"Wrote {path}." if "demo" in profiles else f"Wrote {path}; fill in AIRFLOW_CONN_BEENIUS_DEFAULT.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
