"""What a backup says of itself, in its file manifest.json. It holds no secret."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from multitv.backup.errors import BackupDamaged
from multitv.backup.fingerprints import Fingerprints

NAME = "manifest.json"
WRITER = "multitv.backup"
FORMAT = 1
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Archive:
    """A file that pg_dump wrote."""

    file: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class DatabaseBackup:
    """One database as of `as_of`: its archives in the order in which they are restored.

    `rows` counts each table that outlives a crash of the server, in the snapshot that was dumped. `roles` are those
    that own something or were granted it; their server has them, a dump has not.
    """

    archives: tuple[Archive, ...]
    as_of: datetime
    server: str
    encoding: str
    schema_revision: str
    rows: dict[str, int]
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Manifest:
    """A backup of both databases. `pin_keys` and `fernet_keys` are fingerprints, empty if there were no keys."""

    made_at: datetime
    ended_at: datetime
    multitv: str
    pg_dump: str
    databases: dict[str, DatabaseBackup]
    pin_keys: Fingerprints
    fernet_keys: Fingerprints

    def write(self, folder: Path) -> None:
        """Write it into a backup's folder, as its last file."""
        content = {"written_by": WRITER, "format": FORMAT} | asdict(self)
        (folder / NAME).write_text(json.dumps(content, indent=1, default=datetime.isoformat), encoding="utf-8")


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of a backup. Raises BackupDamaged if there is none of ours."""
    try:
        content = json.loads((folder / NAME).read_text(encoding="utf-8"))
        if (content.pop("written_by"), content.pop("format")) != (WRITER, FORMAT):
            raise BackupDamaged(f"{folder} is not a backup that this release of Multi TV wrote or can read.")
        return Manifest(
            made_at=datetime.fromisoformat(content["made_at"]),
            ended_at=datetime.fromisoformat(content["ended_at"]),
            multitv=content["multitv"],
            pg_dump=content["pg_dump"],
            databases={name: _database(of) for name, of in content["databases"].items()},
            pin_keys=_fingerprints(content["pin_keys"]),
            fernet_keys=_fingerprints(content["fernet_keys"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupDamaged(f"{folder} has no {NAME} that can be read ({error!r}): take another backup.") from error


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's content."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def now() -> datetime:
    """Return the time, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def _database(of: dict[str, Any]) -> DatabaseBackup:
    archives = tuple(Archive(**archive) for archive in of["archives"])
    return DatabaseBackup(
        **of | {"archives": archives, "as_of": datetime.fromisoformat(of["as_of"]), "roles": tuple(of["roles"])}
    )


def _fingerprints(of: dict[str, Any]) -> Fingerprints:
    return Fingerprints(of["salt"], tuple(of["of_keys"]))
