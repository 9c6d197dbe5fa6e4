"""The folder of the backups: each is a folder of its own, named after its moment, and renamed when it is whole."""

from __future__ import annotations

import fcntl
import logging
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from multitv.backup.errors import BackupDamaged, DiskFull, FolderInUse
from multitv.backup.manifest import Manifest, read_manifest

log = logging.getLogger(__name__)

_NAME = re.compile(r"multitv-\d{8}T\d{6}Z")
_UNFINISHED = re.compile(r"\.multitv-\d{8}T\d{6}Z\.(unfinished|deleting)")


@dataclass(frozen=True)
class Backup:
    """A backup with a manifest, whose files have the sizes that it names."""

    path: Path
    manifest: Manifest


@dataclass(frozen=True)
class Kept:
    """What pruning kept and deleted, and what looks like a backup and is damaged, which it leaves alone."""

    kept: list[Path]
    deleted: list[Path]
    damaged: list[Path]


@dataclass(frozen=True)
class BackupFolder:
    """A folder with backups. What else is in it is never touched."""

    path: Path

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep others from writing or deleting backups here meanwhile; removes what one that died left unfinished.

        Raises FolderInUse.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = os.open(self.path / ".multitv-backup.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise DiskFull(f"{self.path} cannot be written: {error.strerror}. Nothing was written.") from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for left in self.path.iterdir():
                if _UNFINISHED.fullmatch(left.name):
                    log.warning("%s is left of a run that was killed: it is removed.", left)
                    shutil.rmtree(left)
            yield
        except BlockingIOError as error:
            raise FolderInUse(f"Another run writes or deletes backups in {self.path}: let it end first.") from error
        finally:
            os.close(lock)

    def begin(self, at: datetime) -> Path:
        """Make the folder of a backup that is not whole yet."""
        unfinished = self.path / f".{_name(at)}.unfinished"
        unfinished.mkdir(mode=0o700)
        return unfinished

    def complete(self, unfinished: Path, at: datetime) -> Path:
        """Give a whole backup its name."""
        whole = self.path / _name(at)
        unfinished.rename(whole)
        _sync(self.path)
        return whole

    def backups(self) -> tuple[list[Backup], list[Path]]:
        """Return the whole backups, the newest first, and the paths of what is called one and is not whole."""
        whole, damaged = [], []
        for path in sorted(self.path.iterdir() if self.path.is_dir() else [], reverse=True):
            if not _NAME.fullmatch(path.name) or not path.is_dir():
                continue
            try:
                backup = Backup(path, read_manifest(path))
                check_sizes(backup)
                whole.append(backup)
            except BackupDamaged as error:
                log.warning("%s", error)
                damaged.append(path)
        return whole, damaged

    def prune(self, daily: int, weekly: int) -> Kept:
        """Delete all whole backups but the newest of each of the last days and weeks that have one.

        The newest whole one always stays. Raises FolderInUse.
        """
        with self.lock():
            whole, damaged = self.backups()
            keep = _newest_of_each(whole, "%Y-%m-%d", daily) | _newest_of_each(whole, "%G-%V", weekly)
            keep |= {backup.path for backup in whole[:1]}
            deleted = [backup.path for backup in whole if backup.path not in keep]
            for path in deleted:
                # Renamed first: what is deleted in part must not look like a backup.
                going = path.rename(path.with_name(f".{path.name}.deleting"))
                shutil.rmtree(going)
                log.info("%s is deleted.", path)
        return Kept([backup.path for backup in whole if backup.path in keep], deleted, damaged)


def check_sizes(backup: Backup) -> None:
    """Raise BackupDamaged unless every file of the manifest is there with its size."""
    for of in backup.manifest.databases.values():
        for archive in of.archives:
            path = backup.path / archive.file
            size = path.stat().st_size if path.is_file() else None
            if size != archive.bytes:
                raise BackupDamaged(
                    f"{path} has {'no' if size is None else size} bytes, and its manifest says {archive.bytes}: "
                    "use another backup, and find out who changed this one."
                )


def _newest_of_each(newest_first: list[Backup], period: str, periods: int) -> set[Path]:
    newest: dict[str, Path] = {}
    for backup in newest_first:
        newest.setdefault(backup.manifest.made_at.strftime(period), backup.path)
    return set(list(newest.values())[:periods])


def _name(at: datetime) -> str:
    return f"multitv-{at:%Y%m%dT%H%M%SZ}"


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
