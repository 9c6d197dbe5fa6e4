"""In which order a local stack starts what it is made of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from include.local import airflow
from include.local.config import Config
from include.local.stack import Stack
from multitv.database.schema import lacking
from tests.support.ports import free_ports

pytestmark = pytest.mark.slow


class Reached(Exception):
    """Airflow's components would start now."""


def test_a_later_start_migrates_the_isps_database_before_the_scheduler_goes_on_with_its_tasks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Airflow's own database needs nothing then, so that nothing else would keep the scheduler back."""
    [port] = free_ports(1)
    stack = Stack(Config(tmp_path, airflow_port=port, platform_connection="http://127.0.0.1:1"), {}, lambda _: None)

    def start(*_: Any) -> None:
        with stack.isp_engine.connect() as connection:
            assert lacking(connection) is None
        raise Reached

    monkeypatch.setattr(airflow, "migrated", lambda *_: True)
    monkeypatch.setattr(airflow, "start", start)
    try:
        with pytest.raises(Reached):
            stack.start()
    finally:
        stack.stop()
