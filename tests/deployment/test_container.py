"""What runs in the containers beside Airflow: the start with secrets from files, and checks that end what hangs."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from airflow.configuration import conf
from airflow.jobs.job import Job
from sqlalchemy import Engine, insert

from include.container import broker, check, heartbeat
from multitv.installation import REPOSITORY

START = REPOSITORY / "include" / "container" / "start.sh"
FAILS, PASSES = [sys.executable, "-c", "raise SystemExit(7)"], [sys.executable, "-c", ""]


def start(environment: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [START, *command], env={"PATH": os.environ["PATH"]} | environment, capture_output=True, text=True, timeout=60
    )


def variables(output: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in output.splitlines())


def test_the_files_become_variables_of_the_command_alone(tmp_path: Path) -> None:
    values = {
        "AIRFLOW_CONN_ISP_DB": "postgres://a:b%20c@h/d?e=f&g=$h",
        "MULTITV_PIN_KEYS": "k1,k2",
        "ISP_DB_URI": "p://x",
    }
    for name, value in values.items():
        # An editor ends the last line.
        (tmp_path / name).write_text(value + "\n")
    files = {f"{name}_FILE": str(tmp_path / name) for name in values}
    done = start(files | {"POSTGRES_PASSWORD_FILE": "/of/another", "MULTITV_TIMEZONE": "UTC"}, "env")
    assert done.returncode == 0, done.stderr
    found = variables(done.stdout)
    assert {name: found[name] for name in values} == values
    assert not set(files) & set(found)
    assert (found["POSTGRES_PASSWORD_FILE"], found["MULTITV_TIMEZONE"]) == ("/of/another", "UTC")


def test_the_command_takes_the_place_of_the_start(tmp_path: Path) -> None:
    """So that it gets the signals, and its exit code counts."""
    done = start({}, sys.executable, "-c", "import sys; print(*sys.argv[1:], sep='|'); sys.exit(3)", "a b", "$c")
    assert (done.returncode, done.stdout) == (3, "a b|$c\n")
    running = subprocess.Popen([START, "sleep", "60"])
    try:
        deadline = time.monotonic() + 10
        while Path(f"/proc/{running.pid}/comm").read_text() != "sleep\n":
            assert time.monotonic() < deadline
            time.sleep(0.01)
    finally:
        running.kill()
        running.wait()


def test_an_empty_file_sets_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    done = start({"AIRFLOW_CONN_BEENIUS_DEFAULT_FILE": str(tmp_path / "empty")}, "env")
    assert "AIRFLOW_CONN_BEENIUS_DEFAULT" not in done.stdout


def test_a_missing_file_is_named_and_nothing_starts(tmp_path: Path) -> None:
    done = start({"MULTITV_PIN_KEYS_FILE": str(tmp_path / "none")}, "echo", "started")
    assert (done.returncode, done.stdout) == (78, "")
    assert f"MULTITV_PIN_KEYS_FILE: the file {tmp_path}/none is missing" in done.stderr


def test_airflow_reads_its_own_secrets_from_files_without_an_editors_newline(
    stack: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = stack["x-airflow"]["environment"] | stack["x-broker"]
    commands = {name: command for name, command in environment.items() if name.endswith("_CMD")}
    assert len(commands) == 5
    for name, command in commands.items():
        section, _, key = name.removeprefix("AIRFLOW__").removesuffix("_CMD").partition("__")
        file = tmp_path / key
        file.write_text("postgresql+psycopg2://airflow:p@postgres:5432/airflow\n")
        monkeypatch.setenv(name, command.replace("$$", "$").replace(command.split()[-1], str(file)))
        monkeypatch.delenv(name.removesuffix("_CMD"), raising=False)
        assert conf.get(section, key) == "postgresql+psycopg2://airflow:p@postgres:5432/airflow", name


@pytest.fixture
def failures(tmp_path: Path) -> Path:
    return tmp_path / "failures"


@pytest.fixture
def container(request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    """Stands in for a container's first process: it has a child, which it waits for. It may hang when asked to end."""
    hangs = getattr(request, "param", False)
    code = (
        "import signal, subprocess, sys\n"
        + ("signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" if hangs else "")
        + "child = subprocess.Popen(['sleep', '600'])\n"
        "print('up', flush=True)\n"
        "sys.exit(child.wait() % 256)\n"
    )
    running = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert running.stdout is not None
    assert running.stdout.readline() == "up\n"
    yield running
    with suppress(ProcessLookupError):
        os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    running.stdout.close()


def test_what_passes_ends_nothing_and_starts_the_count_anew(failures: Path, container: subprocess.Popen[str]) -> None:
    for _ in range(3):
        assert check.check(FAILS, 4, 10, main=container.pid, failures=failures) == 1
        assert check.check(FAILS, 4, 10, main=container.pid, failures=failures) == 1
        assert check.check(FAILS, 4, 10, main=container.pid, failures=failures) == 1
        assert check.check(PASSES, 4, 10, main=container.pid, failures=failures) == 0
    assert container.poll() is None


def test_what_goes_on_failing_is_asked_to_end(failures: Path, container: subprocess.Popen[str]) -> None:
    assert [check.check(FAILS, 2, 10, main=container.pid, failures=failures) for _ in range(2)] == [1, 1]
    assert container.wait(10) == -signal.SIGTERM


def test_a_check_that_hangs_has_failed(failures: Path, container: subprocess.Popen[str]) -> None:
    assert check.check(["sleep", "60"], 1, 0.1, main=container.pid, failures=failures) == 1
    assert container.wait(10) == -signal.SIGTERM


@pytest.mark.parametrize("container", [True], indirect=True)
def test_what_does_not_end_then_loses_its_processes(failures: Path, container: subprocess.Popen[str]) -> None:
    for _ in range(3):
        check.check(FAILS, 2, 10, main=container.pid, failures=failures)
    assert container.poll() is None, "it has as long again to finish its work"
    check.check(FAILS, 2, 10, main=container.pid, failures=failures)
    # Its child was killed, so it ends by itself, as dumb-init does.
    assert container.wait(10) == (-signal.SIGKILL) % 256
    assert not failures.exists(), "the next start begins to count anew"


@pytest.mark.parametrize("container", [True], indirect=True)
def test_what_was_asked_to_end_has_its_time_before_it_is_killed(
    failures: Path, container: subprocess.Popen[str]
) -> None:
    for _ in range(6):
        check.check(FAILS, 2, 10, kill_after=5, main=container.pid, failures=failures)
    assert container.poll() is None
    check.check(FAILS, 2, 10, kill_after=5, main=container.pid, failures=failures)
    assert container.wait(10) == (-signal.SIGKILL) % 256


def test_nothing_ends_because_something_else_is_away(failures: Path, container: subprocess.Popen[str]) -> None:
    away = [sys.executable, "-c", f"raise SystemExit({check.CANNOT_TELL})"]
    assert {check.check(away, 1, 10, main=container.pid, failures=failures) for _ in range(3)} == {1}
    assert container.poll() is None


def test_a_start_forgets_the_failures_of_the_last_one() -> None:
    check.FAILURES.write_text("19")
    try:
        start({}, "true")
        assert not check.FAILURES.exists()
    finally:
        check.FAILURES.unlink(missing_ok=True)


def test_a_component_is_asked_to_end_once_whoever_asks() -> None:
    """By `docker stop` and by a check: a second time would end the tasks that it waits for."""
    code = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: print('asked', flush=True))\n"
        "signal.signal(signal.SIGUSR1, lambda *_: sys.exit(3))\n"
        "print('up', flush=True)\n"
        "while True: time.sleep(60)\n"
    )
    command = [sys.executable, "-m", "include.container.component", sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) as running:
        assert running.stdout is not None
        try:
            assert running.stdout.readline() == "up\n"
            running.send_signal(signal.SIGTERM)
            assert running.stdout.readline() == "asked\n"
            running.send_signal(signal.SIGTERM)
            assert "asked to end already" in running.stdout.readline()
            running.send_signal(signal.SIGUSR1)
            assert running.wait(10) == 3
            assert running.stdout.read() == ""
        finally:
            running.kill()


def test_a_component_that_was_killed_says_so() -> None:
    command = [sys.executable, "-m", "include.container.component", "sh", "-c", "kill -KILL $$"]
    assert subprocess.run(command, cwd=REPOSITORY, timeout=60).returncode == 128 + signal.SIGKILL


def test_a_database_that_is_away_tells_nothing_of_a_component(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = tmp_path / "address"
    address.write_text("postgresql+psycopg2://airflow:p@127.0.0.1:1/airflow\n")
    monkeypatch.setattr(heartbeat, "DATABASE", address)
    assert heartbeat.main("SchedulerJob") == check.CANNOT_TELL


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[str]:
    program = shutil.which("valkey-server") or shutil.which("redis-server")
    if program is None:
        pytest.skip("there is no Valkey here")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [program, "--bind", "127.0.0.1", "--port", str(port), "--dir", str(tmp_path), "--save", ""]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as running:
        try:
            deadline = time.monotonic() + 10
            while True:
                with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                    break
                assert time.monotonic() < deadline
                time.sleep(0.05)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            running.terminate()


@pytest.mark.slow
def test_a_broker_that_is_away_tells_nothing_of_a_worker(valkey: str) -> None:
    assert broker.ping("redis://127.0.0.1:1/0", "celery@here", 1) == check.CANNOT_TELL
    assert broker.ping(valkey, "celery@here", 1) == 1
    command = [sys.executable, "-m", "celery", "--broker", valkey, "worker", "--pool=solo", "--hostname=celery@here"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as worker:
        try:
            deadline = time.monotonic() + 30
            while broker.ping(valkey, "celery@here", 1) != 0:
                assert time.monotonic() < deadline
            assert broker.ping(valkey, "celery@elsewhere", 1) == 1
        finally:
            worker.kill()


def test_the_command_line_is_that_of_the_stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "FAILURES", tmp_path / "unused")
    assert check.main(["--end-after", "20", "--kill-after", "40", "--within", "8", *PASSES]) == 0
    assert check.main(["--end-after", "20", "--within", "8", "sh", "-c", "test --output = --output"]) == 0


def test_a_component_is_alive_while_it_says_so(engine: Engine) -> None:
    job = Job.metadata.tables["job"]
    job.create(engine)
    now = datetime.now(UTC)
    rows = [
        ("TriggererJob", "here", "running", now),
        ("TriggererJob", "elsewhere", "running", now - timedelta(minutes=3)),
        ("DagProcessorJob", "here", "failed", now),
    ]
    names = ("job_type", "hostname", "state", "latest_heartbeat")
    with engine.begin() as connection:
        connection.execute(insert(job), [dict(zip(names, row, strict=True)) for row in rows])
    url = engine.url.set(drivername="postgresql+psycopg2").render_as_string(hide_password=False) + "\n"
    assert heartbeat.alive(url, "TriggererJob", "here")
    assert not heartbeat.alive(url, "TriggererJob", "elsewhere"), "it said so too long ago"
    assert not heartbeat.alive(url, "DagProcessorJob", "here"), "it ended"
    assert not heartbeat.alive(url, "SchedulerJob", "here")
