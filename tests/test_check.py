"""A bad installation is told at once, each thing with what to do, before anything is read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr
from sqlalchemy import URL, Engine

from include.local import environment
from include.local.postgres import Server
from include.sandbox.process import Sandbox
from multitv import check
from multitv.beenius.errors import BadConnection, WrongCredentials
from multitv.beenius.pool import BEENIUS_POOL
from multitv.check import (
    ClockWrong,
    DatabaseReadOnly,
    FolderNotWritable,
    InstallationWrong,
    PooledByTransaction,
    PoolMissing,
    RightsMissing,
    TimeZoneWrong,
    require,
    require_pool,
)
from multitv.dag_defaults import default_args
from multitv.database.engine import DatabaseUnavailable, MissingConnection, SchemaMissing
from multitv.database.roles import PIPELINE, READER
from multitv.errors import MultiTVError
from multitv.extra_fields import PIN_FIELD
from multitv.reconciliation.errors import MissingPinKey
from multitv.settings import Settings, get_settings
from tests.support.databases import Database, own_database
from tests.support.pooler import pooled

pytestmark = pytest.mark.slow

KEY = Fernet.generate_key().decode()
NOWHERE = "postgresql://isp@127.0.0.1:9/isp"


@contextmanager
def api_server(answer: Any) -> Iterator[str]:
    """An api-server that answers this, and the address by which tasks know it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            assert self.path == f"/multitv/pool/{BEENIUS_POOL}"
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer if isinstance(answer, bytes) else json.dumps(answer).encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(("slots", "cause"), [(None, "does not exist"), (0, "has no slots")])
def test_a_pool_in_which_tasks_would_wait_for_ever_is_told_with_what_to_do(slots: int | None, cause: str) -> None:
    with api_server({"slots": slots}) as address, pytest.raises(PoolMissing, match=f"{cause}.*multitv.release"):
        require_pool(address, BEENIUS_POOL)


@pytest.mark.parametrize("slots", [1, 4, -1])
def test_a_pool_of_any_size_will_do(slots: int) -> None:
    with api_server({"slots": slots}) as address:
        require_pool(address, BEENIUS_POOL)


@pytest.mark.parametrize("answer", [b"<html>", b"[]", b"{}", b"3"])
def test_an_api_server_that_cannot_tell_stops_nobody(answer: bytes, caplog: pytest.LogCaptureFixture) -> None:
    with api_server(answer) as address:
        require_pool(address, BEENIUS_POOL)
    assert "is not known" in caplog.text
    require_pool("http://127.0.0.1:9", BEENIUS_POOL)


@pytest.fixture
def installed(engine: Engine, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """An installation in which all is in order; the owner's engine of its database."""
    connect(monkeypatch, engine.url.set(username=PIPELINE))
    given = (sandbox.port, sandbox.client_id, sandbox.client_secret, sandbox.operator_uid)
    monkeypatch.setenv("AIRFLOW_CONN_BEENIUS_DEFAULT", environment.sandbox_connection(*given))
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTION_API_SERVER_URL", "http://127.0.0.1:9/execution/")
    return engine


def connect(monkeypatch: pytest.MonkeyPatch, url: URL) -> None:
    written = url.set(drivername="postgresql").render_as_string() if url.host else environment.isp_connection(url)
    monkeypatch.setenv("AIRFLOW_CONN_ISP_DB", written)


def settings(**other: Any) -> Settings:
    return Settings(**({"pin_keys": SecretStr(KEY)} | other))


def wrong(given: Settings | None = None) -> MultiTVError:
    with pytest.raises(MultiTVError) as caught:
        require(given or settings(), platform=True)
    return caught.value


def test_an_installation_in_order_passes(installed: Engine) -> None:
    with api_server({"slots": 4}) as address, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW__CORE__EXECUTION_API_SERVER_URL", f"{address}/execution/")
        require(settings(), platform=True, pool=BEENIUS_POOL)


def test_a_database_that_was_never_migrated(server: Server, installed: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    with own_database(server) as empty:
        connect(monkeypatch, empty.url)
        found = wrong()
    assert isinstance(found, SchemaMissing)
    assert "no version" in str(found)
    assert "multitv.release" in str(found)


def test_a_database_that_takes_no_writes(installed: Engine) -> None:
    Database(installed).run(f'alter database "{installed.url.database}" set default_transaction_read_only = on')
    found = wrong()
    assert isinstance(found, DatabaseReadOnly)
    assert "primary" in str(found)


def test_a_pooler_by_transaction(installed: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    with pooled(installed.url.set(username=PIPELINE), "transaction") as address:
        connect(monkeypatch, address)
        found = wrong()
    assert isinstance(found, PooledByTransaction)
    assert "pool by session" in str(found)


def test_a_pooler_by_session_will_do(installed: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    with pooled(installed.url.set(username=PIPELINE), "session") as address:
        connect(monkeypatch, address)
        require(settings(), platform=True)


def test_a_login_without_the_rights_of_tasks(installed: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    connect(monkeypatch, installed.url.set(username=READER))
    found = wrong()
    assert isinstance(found, RightsMissing)
    assert f'grant {PIPELINE} to "{READER}"' in str(found)


def test_an_erp_that_tasks_may_not_read_is_told_with_the_grant(installed: Engine) -> None:
    Database(installed).run(f"revoke select on erp.client from {PIPELINE}")  # noqa: S608, a constant
    found = wrong()
    assert isinstance(found, RightsMissing)
    [grant] = re.findall(r"run: (grant .*;) Then", str(found))
    Database(installed).run(grant)
    require(settings(), platform=True)


def test_the_owner_may_do_what_tasks_do(installed: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation with one login for everything, of whose views of the ERP nobody let the role of tasks read."""
    Database(installed).run(f"revoke select on erp.client from {PIPELINE}")  # noqa: S608, a constant
    connect(monkeypatch, installed.url)
    require(settings(), platform=True)


def test_keys_that_open_no_pin(installed: Engine) -> None:
    stored = Fernet(KEY).encrypt(b"12345678").decode()
    Database(installed).run("insert into tv.client_extra_field values (1, :pin, :stored)", pin=PIN_FIELD, stored=stored)
    require(settings(), platform=True)
    assert isinstance(wrong(settings(pin_keys=SecretStr(Fernet.generate_key().decode()))), MissingPinKey)
    assert isinstance(wrong(Settings(pin_keys=None)), MissingPinKey)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Lisbon", "Asia/Tokyo"])
def test_a_time_zone_where_no_isp_of_brazil_is(installed: Engine, zone: str) -> None:
    found = wrong(settings(timezone=ZoneInfo(zone)))
    assert isinstance(found, TimeZoneWrong)
    assert zone in str(found)


@pytest.mark.parametrize("zone", ["America/Sao_Paulo", "America/Noronha", "America/Rio_Branco"])
def test_the_time_zones_of_brazil(installed: Engine, zone: str) -> None:
    require(settings(timezone=ZoneInfo(zone)))


@pytest.mark.parametrize("setting", ["data_docs", "privacy_folder"])
def test_a_folder_that_takes_no_files(installed: Engine, setting: str) -> None:
    # Not even root may make one there.
    found = wrong(settings(**{setting: Path("/proc/multitv")}))
    assert isinstance(found, FolderNotWritable)
    assert f"MULTITV_{setting.upper()}" in str(found)


@pytest.mark.parametrize("skew", [timedelta(hours=3), timedelta(minutes=-6)])
def test_a_clock_that_is_wrong(installed: Engine, monkeypatch: pytest.MonkeyPatch, skew: timedelta) -> None:
    class Skewed(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.now(tz) + skew

    monkeypatch.setattr(check, "datetime", Skewed)
    found = wrong()
    assert isinstance(found, ClockWrong)
    assert ("ahead" if skew > timedelta() else "behind") in str(found)


def test_a_platform_that_does_not_know_us(installed: Engine, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    given = (sandbox.port, sandbox.client_id, "wrong", sandbox.operator_uid)
    monkeypatch.setenv("AIRFLOW_CONN_BEENIUS_DEFAULT", environment.sandbox_connection(*given))
    assert isinstance(wrong(), WrongCredentials)
    monkeypatch.setenv("AIRFLOW_CONN_BEENIUS_DEFAULT", "http://127.0.0.1:9")
    assert isinstance(wrong(), BadConnection)


def test_what_a_dag_does_not_need_is_not_asked_for(installed: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_BEENIUS_DEFAULT")
    require(Settings(pin_keys=None))


def test_a_database_that_is_away_is_tried_again_unless_a_person_is_needed_anyway(
    installed: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_ISP_DB", NOWHERE)
    with pytest.raises(DatabaseUnavailable):
        require(settings())
    with pytest.raises(TimeZoneWrong):
        require(settings(timezone=ZoneInfo("UTC")))
    monkeypatch.delenv("AIRFLOW_CONN_ISP_DB")
    with pytest.raises(MissingConnection):
        require(settings())


def test_all_that_is_wrong_is_told_at_once(installed: Engine) -> None:
    found = wrong(settings(timezone=ZoneInfo("UTC"), data_docs=Path("/proc/data-docs"), pin_keys=None))
    assert isinstance(found, InstallationWrong)
    for number, name in enumerate(("MULTITV_TIMEZONE", "MULTITV_DATA_DOCS", "MULTITV_PIN_KEYS"), 1):
        assert re.search(rf"\({number}\) .*{name}", str(found))


def test_the_command_names_what_is_wrong_and_tells_by_its_exit_code(
    installed: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MULTITV_PIN_KEYS", KEY)
    get_settings.cache_clear()
    assert check.main([]) == 0
    monkeypatch.setenv("MULTITV_TIMEZONE", "UTC")
    get_settings.cache_clear()
    assert check.main(["--without-platform"]) == 1
    get_settings.cache_clear()
    said = capsys.readouterr().err
    assert "the TV platform: in order" in said
    assert "ERROR the time zone: MULTITV_TIMEZONE is UTC" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("upstream", "tries", "checked"), [(set(), 1, True), ({"load"}, 1, False), ({"load"}, 2, True)]
)
def test_the_first_task_of_a_run_checks_and_each_that_is_tried_again(
    installed: Engine, monkeypatch: pytest.MonkeyPatch, upstream: set[str], tries: int, *, checked: bool
) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_ISP_DB")
    context = context_of(upstream, tries=tries)
    if checked:
        with pytest.raises(MissingConnection):
            default_args()["pre_execute"](context)
    else:
        default_args()["pre_execute"](context)


def test_a_task_that_goes_on_after_a_wait_checks_nothing(installed: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_ISP_DB")
    default_args()["pre_execute"](context_of(set(), next_method="execute_complete"))


def context_of(upstream: set[str], next_method: str | None = None, tries: int = 1) -> Mapping[str, Any]:
    from_server = SimpleNamespace(next_method=next_method)
    return {
        "task": SimpleNamespace(upstream_task_ids=upstream),
        "ti": SimpleNamespace(_ti_context_from_server=from_server, try_number=tries),
    }
