"""A real PgBouncer between a test and its PostgreSQL."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from sqlalchemy import URL

from include.local import standin
from tests.support.ports import free_ports
from tests.support.system import pooler

_START_SECONDS = 20.0


@contextmanager
def pooled(url: URL, mode: Literal["session", "transaction"]) -> Iterator[URL]:
    """Yield the address of the same database through a pooler. It refuses to run as root, as PostgreSQL does."""
    program = pooler()
    assert program, "python -m tests.support.system installs PgBouncer"
    [port] = free_ports(1)
    account = standin.account()
    with tempfile.TemporaryDirectory(prefix="multitv-pooler-") as folder:
        place = Path(folder)
        users = place / "users"
        users.write_text(f'"{url.username}" ""\n')
        settings = place / "pgbouncer.ini"
        settings.write_text(
            f"[databases]\n{url.database} = host={url.query['host']} dbname={url.database}\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = trust\n"
            f"auth_file = {users}\npool_mode = {mode}\nlogfile = {place / 'log'}\n"
        )
        if account:
            for path in (place, users, settings):
                os.chown(path, account.pw_uid, account.pw_gid)
        process = subprocess.Popen(
            [program, "--quiet", str(settings)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **standin.run_as(account),
        )
        try:
            _wait(port, process, place / "log")
            yield URL.create(url.drivername, url.username, None, "127.0.0.1", port, url.database)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=_START_SECONDS)


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            said = log.read_text() if log.exists() else ""
            assert process.poll() is None, f"PgBouncer ended: {said}"
            assert time.monotonic() < deadline, f"PgBouncer does not listen: {said}"
            time.sleep(0.05)
        else:
            return
