"""What a release prepares before its code runs: `python -m multitv.release`.

Checks the settings, then migrates Airflow's metadata database and the ISP's database, and makes the pools that our
tasks need. Harmless when repeated, when run by two at once, and after a failure in the middle.
"""

from __future__ import annotations

import logging
import subprocess
import sys
from importlib import import_module

from multitv import console, installation
from multitv.alerts.channels import open_channels
from multitv.beenius import pool
from multitv.database.engine import owner_engine
from multitv.database.migrate import migrate
from multitv.errors import TransientError
from multitv.settings import get_settings

# Not __name__, which is __main__ where this is a command.
log = logging.getLogger("multitv.release")


class AirflowNotMigrated(TransientError):
    """`airflow db migrate` failed."""


def prepare() -> None:
    """Check the settings, bring both databases to this release, and make the pools that are missing.

    Raises MultiTVError; SettingsError, BadAlertUrl, or installation.TwoCopies, before anything is changed.
    """
    open_channels(get_settings().alert_urls)
    # Importing Airflow adds its plugins folder to sys.path, and a second copy may stand there.
    import_module("airflow")
    installation.check()
    migrate_airflow()
    log.info("Airflow's database is migrated")
    migrate(owner_engine())
    log.info("The ISP's database is migrated")
    for name in pool.POOLS:
        log.info("The pool %s %s", name, "was made" if make_pool(name) else "is there, and stays as it is")


def make_pool(name: str) -> bool:
    """Make one of our pools and return True; if there is one, whatever its slots, leave it alone and return False."""
    from airflow.models.pool import Pool
    from airflow.utils.session import create_session
    from sqlalchemy.exc import IntegrityError

    slots, description = pool.POOLS[name]
    try:
        with create_session() as session:
            if Pool.get_pool(name, session=session) is not None:
                return False
            session.add(Pool(pool=name, slots=slots, description=description, include_deferred=False))
    except IntegrityError:
        if Pool.get_pool(name) is None:
            raise
        return False
    return True


def migrate_airflow() -> None:
    """Bring Airflow's metadata database to the installed version. Raises AirflowNotMigrated."""
    code = _airflow_db_migrate()
    if code:
        # Two at once both add Airflow's default pool, which it does without a lock; the one that failed then finds it.
        log.warning("`airflow db migrate` ended with %s; it is tried once more", code)
        code = _airflow_db_migrate()
    if code:
        raise AirflowNotMigrated(
            f"`airflow db migrate` ended with {code}; what it said stands above. Nothing of ours "
            "was changed. Correct the cause and run this again: what is done already is not done twice."
        )


def _airflow_db_migrate() -> int:
    # In a process of its own: Airflow's command line is the interface that stays.
    return subprocess.run([sys.executable, "-m", "airflow", "db", "migrate"], check=False).returncode


if __name__ == "__main__":
    sys.exit(console.run(prepare))
