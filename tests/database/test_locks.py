"""Locks of a session: whoever lost one writes nothing more."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text

from multitv.database.engine import DatabaseUnavailable, explained
from multitv.database.locks import try_session_lock
from tests.support.databases import as_owner


def test_whoever_lost_a_lock_cannot_go_on_in_another_session(engine: Engine) -> None:
    with explained(engine.url), try_session_lock(engine, "something") as held:
        assert held is not None
        with held.begin():
            pid = held.execute(text("select pg_backend_pid()")).scalar_one()
        with as_owner(engine).begin() as other:
            other.execute(text("select pg_terminate_backend(:pid, 5000)"), {"pid": pid})
        for _ in range(2):
            with pytest.raises(DatabaseUnavailable), explained(engine.url), held.begin():
                held.execute(text("select 1"))
        with try_session_lock(engine, "something") as free:
            assert free is not None
