"""The embedded PostgreSQL: wherever its folder is, and whatever the last start left there."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from include.local import postgres
from include.local.postgres import PostgresFailed, Server

pytestmark = pytest.mark.slow


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder of our own: each start of a pytest shuts pytest's to other users, such as PostgreSQL's is to root."""
    made = Path(tempfile.mkdtemp(prefix="multitv-postgres-")).resolve()
    yield made
    for data in (path.parent for path in made.rglob("postmaster.pid")):
        Server(data).stop()
    shutil.rmtree(made)


def _count(server: Server, name: str) -> int:
    with psycopg.connect(postgres.plain(server.url(name))) as connection:
        row = connection.execute("select count(*) from kept").fetchone()
    assert row is not None
    return int(row[0])


def _keep_a_row(server: Server) -> None:
    with psycopg.connect(postgres.plain(postgres.database(server, "isp"))) as connection:
        connection.execute("create table kept as select 1 as one")


def test_what_was_written_is_there_after_a_stop_and_a_start(folder: Path) -> None:
    server = postgres.start(folder / "data")
    _keep_a_row(server)
    server.stop()
    assert not server.running()
    with pytest.raises(PostgresFailed, match="is not running"):
        server.url()
    assert _count(postgres.start(folder / "data"), "isp") == 1


@pytest.mark.parametrize("name", ["with a space", "l" + "o" * 120 + "ng", "ação, 'so to say'"])
def test_any_folder_will_do(folder: Path, name: str) -> None:
    server = postgres.start(folder / name)
    _keep_a_row(server)
    assert _count(postgres.start(folder / name), "isp") == 1
    socket_folder = Path(str(server.url().query["host"]))
    assert socket_folder.stat().st_mode & 0o077 == 0, "whoever reaches the socket is the superuser"
    server.stop()
    assert not socket_folder.exists()


def test_a_server_that_was_killed_is_started_again_with_its_data(folder: Path) -> None:
    server = postgres.start(folder / "data")
    _keep_a_row(server)
    os.kill(int((folder / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    assert _count(postgres.start(folder / "data"), "isp") == 1


def test_a_pid_file_whose_number_is_now_a_strangers_is_no_server(folder: Path) -> None:
    data = folder / "data"
    server = postgres.start(data)
    _keep_a_row(server)
    noted = (data / "postmaster.pid").read_text().splitlines()
    server.stop()
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        (data / "postmaster.pid").write_text("\n".join([str(stranger.pid), *noted[1:]]) + "\n")
        assert not server.running()
        server.stop()
        assert _count(postgres.start(data), "isp") == 1
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_an_interrupted_making_leaves_nothing_that_looks_like_a_server(folder: Path) -> None:
    data = folder / "data"
    half_made = folder / "data.new.interrupted"
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("18\n")
    _keep_a_row(postgres.start(data))
    assert _count(postgres.start(data), "isp") == 1


def test_a_server_that_cannot_start_says_why(folder: Path) -> None:
    data = folder / "data"
    postgres.start(data).stop()
    with (data / "postgresql.conf").open("a") as settings:
        settings.write("no_such_setting = 1\n")
    with pytest.raises(PostgresFailed, match="no_such_setting"):
        postgres.start(data)


def test_no_port_is_opened(folder: Path) -> None:
    server = postgres.start(folder / "data")
    with psycopg.connect(postgres.plain(server.url())) as connection:
        assert connection.execute("show listen_addresses").fetchone() == ("",)
