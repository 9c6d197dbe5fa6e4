"""Verifies a backup: its checksums, its contents as pg_restore lists them, and a real restore if asked for."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import sql
from sqlalchemy import URL

from multitv.backup.client import Client
from multitv.backup.dump import count_rows
from multitv.backup.errors import BackupDamaged
from multitv.backup.folder import Backup, check_sizes
from multitv.backup.manifest import DatabaseBackup, sha256_of
from multitv.backup.restore import fill
from multitv.database.engine import engine_for, explained, place, reading

log = logging.getLogger(__name__)


def verify(backup: Backup, client: Client) -> None:
    """Check sizes and checksums, and that pg_restore can read each archive. Raises BackupDamaged, DumpFailed."""
    check_sizes(backup)
    for name, of in backup.manifest.databases.items():
        listed = ""
        for archive in of.archives:
            path = backup.path / archive.file
            if sha256_of(path) != archive.sha256:
                raise BackupDamaged(f"{path} is not what was written: its SHA-256 differs. Use another backup.")
            listed += client.run("pg_restore", None, "--list", str(path))
        if lacking := [table for table in of.rows if f" TABLE {table.replace('.', ' ', 1)} " not in listed]:
            raise BackupDamaged(f"{backup.path} has no table {', '.join(lacking[:5])} of {name}. Use another backup.")
    log.info("%s: checksums and contents are as its manifest says.", backup.path)


def verify_by_restoring(backup: Backup, client: Client, server: URL) -> None:
    """Restore each database into a new one of this server, compare the rows with the manifest, and drop it.

    The login must be allowed to create databases. Raises BackupDamaged, and whatever `fill` raises.
    """
    verify(backup, client)
    for name, of in backup.manifest.databases.items():
        with _scratch(server, of) as url:
            fill(backup, name, url, client)
            compare(backup, name, url)


def compare(backup: Backup, name: str, url: URL) -> None:
    """Raise BackupDamaged unless each table of a restored database has as many rows as were dumped."""
    with reading(engine_for(url)) as connection:
        found = count_rows(connection)
    expected = backup.manifest.databases[name].rows
    wrong = [
        f"{table}: {found.get(table, 'no table')} instead of {expected.get(table, 'no table')}"
        for table in sorted(expected.keys() | found.keys())
        if found.get(table) != expected.get(table)
    ]
    if wrong:
        raise BackupDamaged(f"{place(url)}, does not have the rows of {backup.path}: {'; '.join(wrong[:10])}.")
    log.info("%s: all %s tables have the %s rows of the backup.", place(url), len(found), sum(found.values()))


@contextmanager
def _scratch(server: URL, of: DatabaseBackup) -> Iterator[URL]:
    name = f"multitv_verify_{secrets.token_hex(6)}"
    engine = engine_for(server).execution_options(isolation_level="AUTOCOMMIT")
    create = sql.SQL("create database {} template template0 encoding {}").format(sql.Identifier(name), of.encoding)
    drop = sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
    with explained(server), engine.connect() as connection:
        connection.exec_driver_sql(create.as_string())
        try:
            yield server.set(database=name)
        finally:
            connection.exec_driver_sql(drop.as_string())
