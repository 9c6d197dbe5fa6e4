"""Where PostgreSQL's socket goes: an address of a unix socket is short, and a folder of data may be anywhere."""

from __future__ import annotations

import hashlib
import os
import pwd
import re
import stat
import tempfile
from pathlib import Path

from multitv.errors import MultiTVError

# The address holds 104 characters on macOS, 108 on Linux; the last of them take "/.s.PGSQL.5432.lock".
_LONGEST = 80


class SocketFolderTaken(MultiTVError):
    """The place of the socket belongs to somebody else."""


def folder_for(data: Path, stand_in: pwd.struct_passwd | None) -> Path:
    """Return a folder that only whoever runs PostgreSQL may enter: that of the data, or a short one made for it.

    Its name needs no quoting anywhere. Raises SocketFolderTaken.
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
