"""What `make compose-test` leaves behind: nothing, whatever was mounted or still runs; and its verdict is the job's."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest

from include.local.processes import marked as processes_of
from multitv.installation import REPOSITORY
from tests.compose import tidy
from tests.compose.docker import DockerFailed, daemon

pytestmark = pytest.mark.slow

TABLE = """\
22 1 0:21 / / rw - ext4 /dev/sda rw
40 22 0:35 / /srv/of\\040docker/data rw - tmpfs tmpfs rw
41 40 0:36 / /srv/of\\040docker/data/overlay2/ab/merged rw - overlay overlay rw
42 22 0:4 net:[40] /srv/of\\040docker/exec/netns/default rw - nsfs nsfs rw
43 22 0:37 / /srv/of\\040docker-of-another rw - tmpfs tmpfs rw
"""

# In a mount namespace of its own, which the machine does not see. A mount in another, one that is in use, and one of a
# file, as Docker mounts the namespace of its network.
MOUNTS = """
import os, subprocess, sys
import psutil
from tests.compose import tidy
said = []
with tidy.workspace("multitv-test-of-tidy-", said.append) as folder:
    def mount(*arguments):
        subprocess.run(["mount", *map(str, arguments)], check=True)
    (folder / "data").mkdir()
    mount("-t", "tmpfs", "none", folder / "data")
    (folder / "data" / "merged").mkdir()
    mount("-t", "tmpfs", "none", folder / "data" / "merged")
    (folder / "exec" / "netns").mkdir(parents=True)
    (folder / "exec" / "netns" / "default").touch()
    mount("--bind", "/proc/self/ns/net", folder / "exec" / "netns" / "default")
    busy = open(folder / "data" / "merged" / "busy", "w")
    # What a container left when its daemon was killed: a process in a file system of layers.
    for name in ("upper", "work", "root"):
        (folder / "data" / name).mkdir()
    layers = f"lowerdir=/,upperdir={folder}/data/upper,workdir={folder}/data/work"
    mount("-t", "overlay", "-o", layers, "overlay", folder / "data" / "root")
    container = subprocess.Popen(["chroot", folder / "data" / "root", "sleep", "600"])
    while not tidy.living_in(folder):
        assert container.poll() is None
    assert len(tidy.mounts_beneath(folder)) == 4, tidy.mounts_beneath(folder)
    if "fails" in sys.argv:
        raise SystemExit(7)
assert said == [f"Clean-up: killing {container.pid}, which a container left"], said
assert not psutil.pid_exists(container.pid)
assert not folder.exists()
assert not tidy.mounts_beneath(folder)
"""


def test_mounts_are_found_by_their_place_the_last_first() -> None:
    folder = Path("/srv/of docker")
    places = ["exec/netns/default", "data/overlay2/ab/merged", "data"]
    assert tidy.mounts_beneath(folder, TABLE) == [folder / place for place in places]


@pytest.fixture(scope="module")
def alone() -> list[str]:
    """What a command is started with that may mount, and whose mounts only it sees."""
    layers = (
        "mkdir /mnt/u /mnt/w /mnt/r && mount -t overlay -o lowerdir=/,upperdir=/mnt/u,workdir=/mnt/w overlay /mnt/r"
    )
    for as_whom in ([], ["--user", "--map-root-user"]):
        command = ["unshare", "--mount", *as_whom]
        script = f"mount -t tmpfs none /mnt && {layers}"
        probe = subprocess.run([*command, "sh", "-c", script], check=False, capture_output=True)
        if probe.returncode == 0:
            return command
    pytest.skip("nobody may mount here, not even in a namespace of their own")


@pytest.mark.parametrize(("argument", "code"), [("passes", 0), ("fails", 7)])
def test_what_is_mounted_goes_and_the_verdict_stays(alone: list[str], argument: str, code: int) -> None:
    done = subprocess.run(
        [*alone, sys.executable, "-c", MOUNTS, argument],
        env=os.environ | {"PYTHONPATH": f"{REPOSITORY / 'plugins'}{os.pathsep}{REPOSITORY}"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == code, done.stderr
    assert not list(Path(tempfile.gettempdir()).glob("multitv-test-of-tidy-*"))


def test_a_step_that_fails_is_said_and_the_next_one_follows() -> None:
    said: list[str] = []
    tidy.attempt("to divide", lambda: 1 / 0, said.append)
    tidy.attempt("to go on", lambda: said.append("went on"), said.append)
    assert said == ["Clean-up: to divide failed: division by zero", "went on"]


def stub(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/bash\n{script}")
    (folder / name).chmod(0o755)


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand-ins for Docker's programs: a daemon that leaves a process in a session of its own, as containerd's are.

    The file `stubborn` makes the daemon ignore a request to end; `broken` makes every command after the first fail.
    """
    programs = tmp_path / "programs"
    programs.mkdir()
    stub(
        programs,
        "dockerd",
        f'[[ ! -e {tmp_path}/stubborn ]] || trap "" TERM\n'
        f"setsid sleep 600 &\ntouch {tmp_path}/answers\nwhile true; do sleep 0.1; done\n",
    )
    stub(
        programs,
        "docker",
        f'echo "$@" >> {tmp_path}/asked\n[[ -e {tmp_path}/answers ]] || exit 1\n'
        f'[[ ! -e {tmp_path}/broken ]] || {{ echo "no daemon"; exit 1; }}\n'
        '[[ "$1" != info ]] || echo "28.0, overlay2"\n[[ "$1" != ps ]] || echo c1 c2\n',
    )
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setattr("tests.compose.docker.STOP_SECONDS", 0.5)
    monkeypatch.setattr(tidy, "GRACE_SECONDS", 0.5)
    return tmp_path


def sleeps(process: psutil.Process) -> bool:
    """Return whether this is the process that the daemon left; one that has ended meanwhile is not."""
    try:
        return str(process.name()) == "sleep"
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize("how", ["by itself", "stubborn", "broken"])
def test_the_daemon_ends_with_all_that_it_started(docker: Path, how: str) -> None:
    if how == "stubborn":
        (docker / "stubborn").touch()
    said: list[str] = []
    with tidy.workspace("multitv-test-", said.append) as folder:
        with daemon(folder, said.append) as version:
            assert version == "28.0, overlay2"
            deadline = time.monotonic() + 10
            while not any(map(sleeps, processes_of(folder))):
                assert time.monotonic() < deadline
                time.sleep(0.05)
            left = processes_of(folder)
            if how == "broken":
                (docker / "broken").touch()
        assert "DOCKER_HOST" not in os.environ
    assert not processes_of(folder)
    psutil.wait_procs(left, 5)
    assert not [process for process in left if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]
    assert not folder.exists()
    if how == "broken":
        assert [line.partition(":")[0] for line in said] == ["Clean-up"]
        assert "to end the containers failed" in said[0]
    else:
        assert said == []
        assert "rm --force c1 c2" in (docker / "asked").read_text()


def test_the_error_of_the_job_is_the_one_that_counts(docker: Path) -> None:
    said: list[str] = []

    def job() -> None:
        with tidy.workspace("multitv-test-", said.append) as folder, daemon(folder, said.append):
            said.append(str(folder))
            (docker / "broken").touch()
            raise AssertionError("the job failed")

    with pytest.raises(AssertionError, match="the job failed"):
        job()
    assert "to end the containers failed" in said[1]
    assert not Path(said[0]).exists()


def test_where_no_daemon_can_be_started_nothing_is_left(docker: Path) -> None:
    stub(docker / "programs", "dockerd", "echo 'cannot start here' >&2\nexit 1\n")
    said: list[str] = []
    with (
        pytest.raises(DockerFailed, match="cannot start here"),
        tidy.workspace("multitv-test-", said.append) as folder,
        daemon(folder, said.append),
    ):
        pytest.fail("it answers")
    assert not folder.exists()
