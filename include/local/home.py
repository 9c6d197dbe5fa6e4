"""The folder with the state of a local stack; only one stack at a time may use it."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from multitv.errors import MultiTVError
from multitv.installation import REPOSITORY


class HomeInUse(MultiTVError):
    """Another stack is using this folder."""


class Home:
    """The paths under MULTITV_HOME, and the lock that a running stack holds.

    Only the owner may read secrets, clients and logs. Where PostgreSQL runs as another user (`standin`), other users
    may pass through the folder, but can read nothing in it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.postgres = folder / "postgres"
        self.sandbox = folder / "sandbox"
        self.logs = folder / "logs"
        self.run_env = folder / "run.env"
        self.airflow = folder / "airflow"
        self.data_docs = folder / "data_docs"
        self.migration_note = self.airflow / "migrated.json"
        self._lock: int | None = None

    def enter(self) -> None:
        """Create the folder and hold its lock until `leave` or the end of this process. Raises HomeInUse."""
        if REPOSITORY.is_relative_to(self.folder.resolve()):
            raise HomeInUse(f"MULTITV_HOME={self.folder} holds this project itself: choose a folder of its own.")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            for private in (self.folder, self.logs, self.sandbox, self.airflow, self.data_docs):
                private.mkdir(exist_ok=True)
                # Also for a folder that was created under another umask.
                private.chmod(0o700)
            # The folder may lie inside a repository, and its secrets must not be committed.
            (self.folder / ".gitignore").write_text("*\n")
            lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise HomeInUse(f"MULTITV_HOME={self.folder} cannot be used: {error.strerror}.") from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            owner = os.pread(lock, 20, 0).decode().strip()
            os.close(lock)
            raise HomeInUse(
                f"A stack is up in {self.folder} already (process {owner or 'unknown'}): use that one, stop it with "
                "Ctrl-C, or start another with its own MULTITV_HOME, AIRFLOW_PORT and SANDBOX_PORT."
            ) from error
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        self._lock = lock

    def leave(self) -> None:
        if self._lock is not None:
            os.ftruncate(self._lock, 0)
            os.close(self._lock)
            self._lock = None
