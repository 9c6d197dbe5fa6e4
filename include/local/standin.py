"""PostgreSQL refuses to run as root: for root, it runs as a system user with access only to what it needs."""

from __future__ import annotations

import os
import pwd
import stat
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from multitv.errors import MultiTVError

NAME = "pgserver"


class NoStandIn(MultiTVError):
    """The stack runs as root, and there is no other user to run PostgreSQL as."""


def account() -> pwd.struct_passwd | None:
    """Return the user that PostgreSQL runs as, created if missing; None if it is the current user. Raises NoStandIn."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(NAME)
    except KeyError:
        pass
    try:
        subprocess.run(["useradd", "--system", "--no-create-home", NAME], check=True, capture_output=True)  # noqa: S607
        return pwd.getpwnam(NAME)
    except (OSError, KeyError, subprocess.CalledProcessError) as error:
        raise NoStandIn(
            f"PostgreSQL does not run as root, and the system user '{NAME}' could not be created ({error}): create it "
            f"(useradd {NAME}), or start this as another user."
        ) from error


def run_as(stand_in: pwd.struct_passwd | None) -> dict[str, Any]:
    """Return the arguments with which subprocess starts a program as the stand-in; none for the current user."""
    return {"user": stand_in.pw_uid, "group": stand_in.pw_gid, "extra_groups": []} if stand_in else {}


def let_in(stand_in: pwd.struct_passwd, owned: Path, installed: Path) -> None:
    """Give `owned` to the stand-in, let everybody run `installed`, and make their parents passable, not readable."""
    os.chown(owned, stand_in.pw_uid, stand_in.pw_gid)
    for path in (installed, *installed.rglob("*")):
        _allow(path, stat.S_IROTH | (stat.S_IXOTH if path.stat().st_mode & stat.S_IXUSR else 0))
    _open_way([*installed.parents, *owned.parents])


def _open_way(folders: Iterable[Path]) -> None:
    for folder in set(folders):
        _allow(folder, stat.S_IXOTH)


def _allow(path: Path, bits: int) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & bits != bits:
        path.chmod(mode | bits)
