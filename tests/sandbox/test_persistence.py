"""What was answered is there after a restart and after a SIGKILL; and how a process starts and ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from include.sandbox.process import Sandbox, SandboxFailed
from tests.sandbox.caller import Caller, refusal

pytestmark = pytest.mark.slow


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Sandbox]:
    """A process of the test's own, to be ended by it."""
    running = Sandbox(tmp_path / "state", client_id="isp", client_secret="not-a-secret", operator_uid="op-isp")
    running.start()
    yield running
    running.kill()


def test_all_of_the_state_is_there_after_a_restart(own: Sandbox) -> None:
    call = Caller(own)
    uid = call.new_subscriber("1", "svc-familia", "svc-hbo")
    call.device(uid, "00:1a:79:00:00:01", key="device-1")
    pin = call("POST", f"/subscribers/{uid}/auth-pin", key="rotate-1").json()["auth_pin"]
    own.admin("DELETE", "/admin/catalogue/services/svc-hbo")
    own.admin("PATCH", "/admin/catalogue/channels/ch-grd", {"name": "Globo HD"})
    own.admin("POST", "/admin/clock", {"advance_seconds": 1000})
    before = [call.scan(path, 500) for path in ("/subscribers", "/channels", "/services")]
    operations = own.admin("GET", "/admin/operations")
    now = own.admin("GET", "/admin/state")["now"]

    assert own.stop() == 0
    own.start()

    assert [call.scan(path, 500) for path in ("/subscribers", "/channels", "/services")] == before
    assert own.admin("GET", "/admin/operations") == operations
    assert own.admin("GET", "/admin/state")["now"] > now
    assert call("POST", f"/subscribers/{uid}/auth-pin", key="rotate-1").json() == {}
    assert own.admin("POST", f"/admin/subscribers/{uid}/pin-check", {"auth_pin": pin}) == {"matches": True}
    assert call("DELETE", f"/subscribers/{uid}/services/svc-hbo").status_code == 204
    heir = call.new_subscriber("2", "svc-familia")
    assert refusal(call.device(heir, "00:1a:79:00:00:01"))[1] == "DEVICE_ASSIGNED_ELSEWHERE"


@pytest.mark.proof
def test_what_was_answered_before_a_sigkill_is_there_and_repeating_everything_does_nothing_twice(own: Sandbox) -> None:
    answered: dict[str, str] = {}
    enough = threading.Event()

    def create(call: Caller, name: str) -> str:
        body = {"external_id": name, "first_name": "Ana", "last_name": "Souza", "status": "ACTIVE"}
        answer = call("POST", "/subscribers", body, key=f"create-{name}")
        assert answer.status_code == 201, answer.text
        uid: str = answer.json()["uid"]
        return uid

    def storm(worker: int) -> None:
        call = Caller(own)
        for number in range(400):
            name = f"{worker}-{number}"
            try:
                answered[name] = create(call, name)
            except requests.RequestException:
                return
            if len(answered) > 150:
                enough.set()

    workers = [threading.Thread(target=storm, args=(worker,)) for worker in range(3)]
    for worker in workers:
        worker.start()
    assert enough.wait(60)
    own.kill()
    for worker in workers:
        worker.join(30)
    assert 150 < len(answered) < 1200

    own.start()
    call = Caller(own)
    stored = {row["external_id"]: row["uid"] for row in call.scan("/subscribers", 500)}
    assert answered.items() <= stored.items()
    assert len(stored) - len(answered) <= len(workers)
    for name in [f"{worker}-{number}" for worker in range(3) for number in range(120)]:
        uid = create(call, name)
        assert uid == stored.setdefault(name, uid)
    keys = [operation["idempotency_key"] for operation in own.admin("GET", "/admin/operations")]
    assert sorted(keys) == sorted(f"create-{name}" for name in stored)
    assert call.get("/subscribers")["rowCount"] == len(stored)


def test_own_credentials_are_the_only_ones_that_work(own: Sandbox) -> None:
    call = Caller(own)
    assert call.get("/genres")["rowCount"] == 10
    assert call.ask_token(secret="sandbox").status_code == 401
    assert "not-a-secret" not in own.log.read_text() + repr(own)
    command = Path(f"/proc/{own.process.pid}/cmdline").read_bytes() if own.process else b""
    assert b"op-isp" in command
    assert b"not-a-secret" not in command


def test_a_reset_forgets_all_but_tokens(own: Sandbox) -> None:
    call = Caller(own)
    first = call.new_subscriber("1", "svc-familia")
    own.admin("POST", "/admin/faults", {"kind": "latency"})
    own.admin("PUT", "/admin/catalogue/channels", [])
    own.admin("POST", "/admin/reset")
    assert call.get("/subscribers")["rowCount"] == 0
    assert call.get("/channels")["rowCount"] == 102
    assert own.admin("GET", "/admin/faults") == []
    assert own.admin("GET", "/admin/operations") == []
    assert call.new_subscriber("1") == first


def test_a_reset_comes_back_to_what_was_kept(own: Sandbox) -> None:
    call = Caller(own)
    first = call.new_subscriber("1", "svc-familia")
    own.admin("DELETE", f"/admin/subscribers/{call.new_subscriber('2')}")
    own.admin("POST", "/admin/keep")
    kept = call.get("/subscribers"), own.admin("GET", "/admin/operations")
    next_one = call.new_subscriber("3", "svc-familia")
    own.admin("DELETE", f"/admin/subscribers/{first}")
    own.admin("PUT", "/admin/catalogue/channels", [])
    own.admin("POST", "/admin/reset?to=kept")
    assert (call.get("/subscribers"), own.admin("GET", "/admin/operations")) == kept
    assert call.get("/channels")["rowCount"] == 102
    assert call.new_subscriber("4") == next_one
    own.admin("POST", "/admin/reset")
    assert call.get("/subscribers")["rowCount"] == 0
    own.kill()
    own.start()
    with pytest.raises(SandboxFailed, match="nothing was kept"):
        own.admin("POST", "/admin/reset?to=kept")


def test_the_state_is_for_its_owner_only_also_what_was_open_before(own: Sandbox) -> None:
    Caller(own).new_subscriber("1", "svc-familia")
    own.kill()
    assert own.state.stat().st_mode & 0o777 == 0o700
    database = own.state / "sandbox.sqlite3"
    database.chmod(0o644)
    own.start()
    Caller(own).new_subscriber("2", "svc-familia")
    files = [path for path in own.state.iterdir() if path.name.startswith(database.name)]
    assert len(files) > 1
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}


def test_a_folder_serves_one_process_only(own: Sandbox) -> None:
    with pytest.raises(SandboxFailed, match="is another sandbox running on this folder"):
        Sandbox(own.state).start()
    assert Caller(own).get("/genres")["rowCount"] == 10


def test_a_taken_port_is_named_with_what_to_do(own: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(SandboxFailed, match=rf"127.0.0.1:{own.port}: Address already in use; choose another"):
        Sandbox(tmp_path / "other", own.port).start()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_with_0_when_told_to_end_even_in_the_middle_of_a_held_answer(
    own: Sandbox, number: signal.Signals
) -> None:
    call = Caller(own)
    uid = call.new_subscriber()
    own.admin("POST", "/admin/faults", {"kind": "timeout-after-write", "seconds": 300})
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(call, "POST", f"/subscribers/{uid}/auth-pin", timeout=60)
        while own.admin("GET", "/admin/state")["outcomes"].get("executed", 0) < 2:
            time.sleep(0.05)
        assert own.process is not None
        own.process.send_signal(number)
        assert own.process.wait(30) == 0
        assert isinstance(waiting.exception(), requests.ConnectionError)
    assert "Traceback" not in own.log.read_text()


def test_the_command_line_serves_on_a_free_port_that_it_prints(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "include.sandbox", "--port", "0", "--state", str(tmp_path)]
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True, env=dict(os.environ)) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip().removeprefix("Beenius sandbox on ")
        assert url.startswith("http://127.0.0.1:")
        session = requests.Session()
        session.mount(
            "http://", requests.adapters.HTTPAdapter(max_retries=requests.adapters.Retry(5, backoff_factor=1))
        )
        assert session.get(f"{url}/healthz", timeout=10).json()["status"] == "ok"
        session.close()
        process.terminate()
        assert process.wait(30) == 0
