"""Runs pg_dump and pg_restore. Passwords go to them in the environment, never as arguments, which others can read."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from multitv.backup.errors import BadAddress, DiskFull, DumpFailed, NoRight, ProgramMissing
from multitv.database.engine import place

# What libpq reads beside the address: files that may hold passwords, and defaults that hold none.
_KEPT = {"PGPASSFILE", "PGPASSWORD", "PGSERVICEFILE", "PGSYSCONFDIR", "PGSSLROOTCERT", "PGSSLCERT", "PGSSLKEY"}
# The parameters of a libpq URI that have an environment variable of the same name.
_PARAMETERS = {
    name: f"PG{name.upper()}"
    for name in (
        "host", "port", "hostaddr", "service", "passfile", "options", "sslmode", "sslrootcert", "sslcert", "sslkey",
        "sslcrl", "sslnegotiation", "gssencmode", "channel_binding", "connect_timeout", "target_session_attrs",
    )
} | {"channel_binding": "PGCHANNELBINDING", "target_session_attrs": "PGTARGETSESSIONATTRS"}  # fmt: skip
_SHOWN_LINES = 15
# What an error of the server quotes of the data: `invalid input syntax for type integer: "Ana"`, `value "123" is out`.
_QUOTED = re.compile(r'(: |\bval(?:ue|or) )".*')


def address(uri: str | None, variable: str) -> URL:
    """Return the SQLAlchemy URL of a libpq URI, or of Airflow's form of one. Raises BadAddress, without the URI."""
    if not uri:
        raise BadAddress(
            f"{variable} is not set. It is the database's address, postgresql://login@host:5432/database; the password "
            "is best left to PGPASSFILE. Nothing was written."
        )
    try:
        url = make_url(uri.strip())
    except (ArgumentError, ValueError) as error:
        raise BadAddress(f"{variable} is no address of the form postgresql://login@host:5432/database.") from error
    unknown = sorted(set(url.query) - set(_PARAMETERS))
    if not re.fullmatch(r"postgres(ql)?(\+\w+)?", url.drivername) or unknown:
        what = (
            f"has the parameters {', '.join(unknown)}, which a backup does not know" if unknown else "is another kind"
        )
        raise BadAddress(f"{variable} {what}: give it as postgresql://login@host:5432/database.")
    return url.set(drivername="postgresql+psycopg")


@dataclass(frozen=True)
class Client:
    """PostgreSQL's programs in `folder`, or where PATH finds them."""

    folder: Path | None = None

    def version(self, program: str) -> tuple[int, str]:
        """Return the major version of a program, and all that it says of it. Raises ProgramMissing."""
        said = subprocess.run(  # noqa: S603
            [self._path(program), "--version"], check=False, capture_output=True, text=True
        ).stdout.strip()
        found = re.search(r"\) (\d+)", said)
        if not found:
            raise ProgramMissing(f"{self._path(program)} does not tell its version: {said!r}.")
        return int(found[1]), said

    def require(self, program: str, server: int, where: str) -> str:
        """Return the version of a program that can work with a server of major version `server`.

        Raises ProgramMissing.
        """
        major, said = self.version(program)
        if major < server:
            raise ProgramMissing(
                f"{self._path(program)} is {said}, and {where}, is PostgreSQL {server}: an older {program} cannot read "
                f"it. Install the package postgresql-client-{server}, or name the folder of its programs with "
                "--programs. Nothing was written."
            )
        return said

    def run(self, program: str, url: URL | None, *arguments: str, writes: Path | None = None) -> str:
        """Run a program on a database and return what it printed; `writes` is the file that it makes.

        Raises DiskFull, NoRight, DumpFailed.
        """
        done = subprocess.run(  # noqa: S603
            [self._path(program), *arguments],
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            env=environment(url) if url is not None else None,
        )
        if done.returncode:
            _explain(program, url, done.stderr, writes)
        return done.stdout

    def _path(self, program: str) -> str:
        found = shutil.which(program, path=str(self.folder) if self.folder else None)
        if found is None:
            where = f"in {self.folder}" if self.folder else "on PATH"
            raise ProgramMissing(
                f"There is no {program} {where}. Install PostgreSQL's client programs, the package "
                "postgresql-client-18, or name their folder with --programs. Nothing was written."
            )
        return found


def environment(url: URL, base: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment with which libpq connects to a database."""
    given = {name: value for name, value in base.items() if not name.startswith("PG") or name in _KEPT}
    parts = {"PGHOST": url.host, "PGPORT": url.port, "PGUSER": url.username, "PGDATABASE": url.database}
    given |= {name: str(value) for name, value in parts.items() if value}
    if url.password:
        given["PGPASSWORD"] = str(url.password)
    given |= {_PARAMETERS[name]: str(value) for name, value in url.query.items()}
    return given | {"PGAPPNAME": "multitv-backup"}


def _explain(program: str, url: URL | None, said: str, writes: Path | None) -> None:
    where = place(url) if url is not None else "a backup"
    end = "\n".join(_without_data(program, said)[-_SHOWN_LINES:])
    if re.search(r"No space left on device|Disk quota exceeded", said):
        raise DiskFull(
            f"{program} of {where}, found no space left{f' for {writes}' if writes else ''}. The unfinished backup is "
            "removed, those before it are kept. Free some space or use a larger volume, or keep fewer "
            f"(--keep-daily, --keep-weekly), then run it again.\n{end}"
        )
    if re.search(r"permission denied|must be owner|must be superuser|no password supplied|authentication failed", said):
        raise NoRight(
            f"{program}: the login may not do all of this in {where}. Use that of the owner; another one may make "
            f"backups, but not restore them, after `grant pg_read_all_data to <login>`.\n{end}"
        )
    raise DumpFailed(f"{program} of {where}, failed. No unfinished backup is kept.\n{end}")


def _without_data(program: str, said: str) -> list[str]:
    """Return the lines that a program begins itself, without what they quote.

    The others are the server's, in any language: DETAIL, CONTEXT and the statement have the data of clients.
    """
    own = [line for line in said.splitlines() if re.match(rf"(\S*/)?{re.escape(program)}: ", line)]
    return [_QUOTED.sub(r'\1"..."', line) for line in own]
