"""Restores one database of a backup into an empty one, and prepares a restored one for going on."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import URL, Engine

from multitv.backup.client import Client
from multitv.backup.dump import AIRFLOW
from multitv.backup.errors import TargetRefused, WrongKeys
from multitv.backup.folder import Backup
from multitv.database.engine import bulk_transaction, engine_for, place, reading
from multitv.database.sql import named

log = logging.getLogger(__name__)

# More numbers than an installation gives out between a backup and its restore.
MARGIN = 10_000_000


@dataclass(frozen=True)
class Finished:
    """What was done to a restored database of the ISP before anything runs on it."""

    sequences: int
    change_sets: int
    changes: int


def require_keys(backup: Backup, name: str, pin_keys: Sequence[str], fernet_keys: Sequence[str]) -> None:
    """Raise WrongKeys unless the keys are here with which this database's secrets were encrypted."""
    manifest = backup.manifest
    known, keys, variable = (
        (manifest.fernet_keys, fernet_keys, "AIRFLOW__CORE__FERNET_KEY")
        if name == AIRFLOW
        else (manifest.pin_keys, pin_keys, "MULTITV_PIN_KEYS")
    )
    if missing := known.missing(keys):
        which = f"key {', '.join(map(str, missing))} of the {len(known.of_keys)} that {variable} had"
        raise WrongKeys(
            f"{backup.path} was made where {which} on {manifest.made_at:%Y-%m-%d}, and {variable} here does not hold "
            f"{'it' if len(missing) == 1 else 'them'}: what they encrypted could not be read. Put them back from where "
            "the keys are kept, and run this again. If they are lost, --without-keys restores the rest; docs/backup.md "
            "says what is then lost. Nothing was written."
        )


def require_target(backup: Backup, name: str, url: URL, client: Client) -> None:
    """Raise TargetRefused unless the database is empty and its server has the roles; ProgramMissing."""
    of = backup.manifest.databases[name]
    with reading(engine_for(url)) as connection:
        target = connection.execute(named("backup/describe")).one()
        relations = connection.execute(named("backup/count_relations")).scalar_one()
        missing = connection.execute(named("backup/missing_roles"), {"names": list(of.roles)}).scalars().all()
    client.require("pg_restore", target.major, place(url))
    if relations:
        raise TargetRefused(
            f"{place(url)}, holds {relations} tables, views and sequences already. A backup is restored into an empty "
            "database only: create another one, and point the connections at it. Nothing was written."
        )
    if missing:
        statements = " ".join(f"create role {role};" for role in missing)
        raise TargetRefused(
            f"The server of {place(url)}, lacks roles that the backup grants something. Have an administrator run: "
            f"{statements} Then give those a password that log in, and run this again. Nothing was written."
        )
    if target.encoding != of.encoding:
        raise TargetRefused(
            f"{place(url)}, has the encoding {target.encoding}, and the backup is of {of.encoding}: create it with "
            f"`create database ... template template0 encoding '{of.encoding}'`. Nothing was written."
        )


def fill(backup: Backup, name: str, url: URL, client: Client, *, jobs: int = 1, keep_owners: bool = True) -> None:
    """Restore a database of a verified backup into an empty one. Raises as `require_target`; NoRight, DumpFailed."""
    require_target(backup, name, url, client)
    for archive in backup.manifest.databases[name].archives:
        client.run(
            "pg_restore",
            url,
            "--exit-on-error",
            "--no-password",
            f"--jobs={jobs}",
            f"--dbname={url.database}",
            *([] if keep_owners else ["--no-owner"]),
            str(backup.path / archive.file),
        )
    with bulk_transaction(engine_for(url)) as connection:
        # A dump has no statistics of what the planner has to know.
        connection.exec_driver_sql("analyze")


def finish(engine: Engine, margin: int = MARGIN) -> Finished:
    """Prepare a restored database of the ISP: no number is given out again, and no unfinished change set goes on.

    Airflow, the ERP and people know numbers that were given out after the backup. What was unfinished in it says of
    the platform what is no longer so. Harmless when repeated. Raises DatabaseUnavailable, DatabaseRefused.
    """
    with bulk_transaction(engine) as connection:
        changes = connection.execute(named("backup/release_changes")).scalar_one()
        change_sets = connection.execute(named("backup/supersede_unfinished")).scalar_one()
        sequences = connection.execute(named("backup/advance_sequences"), {"margin": margin}).scalar_one()
    return Finished(int(sequences), int(change_sets), int(changes))
