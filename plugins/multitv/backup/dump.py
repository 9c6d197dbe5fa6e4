"""Makes a backup: both databases as of nearly the same moment, under a temporary name until it is whole."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from psycopg import sql
from sqlalchemy import URL, Connection, text

import multitv
from multitv.backup.client import Client
from multitv.backup.errors import DiskFull, DumpFailed, KeyMissing
from multitv.backup.fingerprints import Fingerprints
from multitv.backup.folder import Backup, BackupFolder
from multitv.backup.manifest import Archive, DatabaseBackup, Manifest, now, read_manifest, sha256_of
from multitv.database.engine import engine_for, explained, place
from multitv.database.sql import named

log = logging.getLogger(__name__)

ISP, AIRFLOW = "isp", "airflow"
# Where the schema's revision stands.
_REVISIONS = {ISP: "schema_migration", AIRFLOW: "alembic_version"}
# What its keys are called.
_KEYS = {ISP: "MULTITV_PIN_KEYS", AIRFLOW: "AIRFLOW__CORE__FERNET_KEY"}
# Every run rebuilds what is in these schemas, and empties their tables first, which would wait for the whole dump.
_REBUILT = "staging*"
_LOCK_SECONDS = 120
# Whether a database holds what a key is needed for.
_ENCRYPTS = {ISP: "backup/encrypts_isp", AIRFLOW: "backup/encrypts_airflow"}


@dataclass(frozen=True)
class Source:
    """A database that is to be backed up."""

    name: str
    url: URL


def make_backup(
    folder: BackupFolder,
    addresses: Mapping[str, URL],
    client: Client,
    pin_keys: Fingerprints,
    fernet_keys: Fingerprints,
    check: Callable[[Backup], None],
) -> Path:
    """Dump both databases into a new backup of the folder, have it checked, and return its path.

    Each is dumped in one snapshot; that of Airflow is taken first, a moment before the other, because a task that runs
    again does no harm, and one that Airflow takes for done is not run again. Raises FolderInUse, ProgramMissing,
    NoRight, DiskFull, DumpFailed, KeyMissing, DatabaseUnavailable, and what the check raises; no unfinished backup is
    then left, and nothing that has the name of a whole one.
    """
    made_at = now()
    keys = {ISP: pin_keys, AIRFLOW: fernet_keys}
    with folder.lock():
        unfinished = folder.begin(made_at)
        try:
            with ExitStack() as open_until_dumped:
                # Airflow's first.
                snapshots = {
                    name: open_until_dumped.enter_context(_Snapshot(Source(name, addresses[name]), client))
                    for name in sorted(addresses)
                }
                for name, snapshot in snapshots.items():
                    snapshot.require_keys(keys[name])
                databases = {name: snapshot.dump(unfinished) for name, snapshot in snapshots.items()}
            _, pg_dump = client.version("pg_dump")
            manifest = Manifest(made_at, now(), multitv.__version__, pg_dump, databases, pin_keys, fernet_keys)
            manifest.write(unfinished)
            check(Backup(unfinished, read_manifest(unfinished)))
            return folder.complete(unfinished, made_at)
        except OSError as error:
            raise DiskFull(
                f"{unfinished} cannot be written: {error.strerror}. No unfinished backup is left."
            ) from error
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)


class _Snapshot:
    """A transaction in a database whose snapshot pg_dump reads as well, so that the counts are those of the dump."""

    def __init__(self, source: Source, client: Client) -> None:
        self._source, self._client = source, client
        self._open = ExitStack()

    def __enter__(self) -> _Snapshot:
        url = self._source.url
        with ExitStack() as opening:
            opening.enter_context(explained(url))
            engine = engine_for(url).execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            self._connection: Connection = opening.enter_context(engine.connect())
            # A dump may take hours, in which this transaction waits.
            for limit in ("statement_timeout", "idle_in_transaction_session_timeout", "transaction_timeout"):
                self._connection.exec_driver_sql(f"set local {limit} = 0")
            self._of = self._connection.execute(named("backup/describe")).one()
            self._client.require("pg_dump", self._of.major, place(url))
            self._name = str(self._connection.execute(named("backup/export_snapshot")).scalar_one())
            self._open = opening.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._open.close()

    def require_keys(self, keys: Fingerprints) -> None:
        """Raise KeyMissing if there are no keys, and this database holds what was encrypted with some."""
        if keys.of_keys:
            return
        with explained(self._source.url):
            encrypts = self._connection.execute(named(_ENCRYPTS[self._source.name])).scalar_one()
        if encrypts:
            variable = _KEYS[self._source.name]
            raise KeyMissing(
                f"{variable} is not set, and {place(self._source.url)}, holds what was encrypted with it: a restore "
                "could not tell whether the right key is there. Set the variable as Airflow's components have it, also "
                "where they have the key from a file such as airflow.cfg, and run this again. Nothing was written."
            )

    def dump(self, folder: Path) -> DatabaseBackup:
        """Write the archives of this database into a folder."""
        source, connection = self._source, self._connection
        archives = []
        if source.name == ISP:
            archives.append(self._archive(folder, f"{ISP}-staging", f"--schema={_REBUILT}", "--schema-only"))
        # What is not logged is gone after a crash as well: staging, and lists that a person loads again.
        archives.append(self._archive(folder, source.name, f"--exclude-schema={_REBUILT}", "--no-unlogged-table-data"))
        with explained(source.url):
            revision = connection.execute(text(f"select version_num from {_REVISIONS[source.name]}")).scalars().all()  # noqa: S608
            roles = connection.execute(named("backup/list_roles")).scalars().all()
            rows = count_rows(connection)
        log.info("%s: %s tables, %s bytes.", place(source.url), len(rows), sum(one.bytes for one in archives))
        return DatabaseBackup(
            tuple(archives), self._of.as_of, self._of.server, self._of.encoding, ", ".join(revision), rows, tuple(roles)
        )

    def _archive(self, folder: Path, name: str, *arguments: str) -> Archive:
        file = folder / f"{name}.dump"
        self._client.run(
            "pg_dump",
            self._source.url,
            "--format=custom",
            "--no-password",
            f"--lock-wait-timeout={_LOCK_SECONDS}s",
            f"--snapshot={self._name}",
            f"--file={file}",
            *arguments,
            writes=file,
        )
        # Whoever finds the backup after a power cut is to find all of it.
        with file.open("rb") as written:
            os.fsync(written.fileno())
        if not file.stat().st_size:
            raise DumpFailed(f"pg_dump of {place(self._source.url)}, wrote nothing into {file}.")
        return Archive(file.name, file.stat().st_size, sha256_of(file))


def count_rows(connection: Connection) -> dict[str, int]:
    """Count the rows of each table that outlives a crash of the server, by schema and name."""
    counted = {}
    for space, table in connection.execute(named("backup/list_tables")).all():
        count = sql.SQL("select count(*) from {}").format(sql.Identifier(space, table)).as_string()
        counted[f"{space}.{table}"] = int(connection.exec_driver_sql(count).scalar_one())
    return counted
