"""Errors of backup and restore. Every message says what was left, and what to do next."""

from __future__ import annotations

from multitv.errors import PermanentError, TransientError


class ProgramMissing(PermanentError):
    """pg_dump or pg_restore is not installed, or older than the server."""


class DumpFailed(TransientError):
    """pg_dump or pg_restore failed."""


class NoRight(PermanentError):
    """The login may not read, or not write, all that a backup consists of."""


class DiskFull(PermanentError):
    """There is no space left in the folder of the backups."""


class FolderInUse(TransientError):
    """Another backup is being made or deleted in the same folder."""


class BackupDamaged(PermanentError):
    """A backup is not what its manifest says, or what is named is no backup of ours."""


class WrongKeys(PermanentError):
    """The keys of this installation are not those with which a backup's secrets were encrypted."""


class KeyMissing(PermanentError):
    """A key is not here with which something was encrypted that is to be backed up."""


class TargetRefused(PermanentError):
    """The database to restore into holds something, or its server lacks what the backup needs."""


class BackupTooOld(PermanentError):
    """The newest whole backup is older than it is to be."""


class BadAddress(PermanentError):
    """The address of a database is missing, or is none that libpq understands."""
