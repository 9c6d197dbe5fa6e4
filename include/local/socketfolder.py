"""Chooses the folder of PostgreSQL's socket: the path of a unix socket must be short, that of the data may be long."""

from __future__ import annotations

import hashlib
import os
import pwd
import re
import stat
import tempfile
from pathlib import Path

from multitv.errors import MultiTVError

# The limit is 104 characters on macOS, 108 on Linux, and "/.s.PGSQL.5432.lock" is appended to the folder.
_LONGEST = 80


class SocketFolderTaken(MultiTVError):
    """The folder for the socket belongs to another user."""


def folder_for(data: Path, stand_in: pwd.struct_passwd | None) -> Path:
    """Return a folder that only the user who runs PostgreSQL may enter: the data's own, or a short one created for it.

    Its name never needs quoting. Raises SocketFolderTaken.
    """
    if len(str(data)) <= _LONGEST and re.fullmatch(r"[\w./-]+", str(data), re.ASCII):
        return data
    mark = hashlib.sha256(str(data).encode()).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"multitv-{mark}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if stand_in and folder.lstat().st_uid == os.geteuid():
        os.chown(folder, stand_in.pw_uid, stand_in.pw_gid)
    found = folder.lstat()
    owner = stand_in.pw_uid if stand_in else os.geteuid()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & 0o077:
        raise SocketFolderTaken(f"{folder}, the place of PostgreSQL's socket, belongs to somebody else: remove it.")
    return folder
