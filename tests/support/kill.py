"""Workers that die at any point of what they do; the points are found, not counted by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine, event

from include.local import postgres
from include.local.postgres import Server


class Killed(Exception):
    """The worker died here."""


class Killer:
    """Ends the connection at the n-th point, each statement and each commit having one before and one after it."""

    def __init__(self, server: Server, engine: Engine, at: int | None) -> None:
        self.server, self.at, self.points = server, at, 0
        event.listen(engine, "before_cursor_execute", lambda connection, *_: self._point(connection))
        event.listen(engine, "after_cursor_execute", lambda connection, *_: self._point(connection))
        real = engine.dialect.do_commit

        def do_commit(dbapi_connection: Any) -> None:
            self._point_of(dbapi_connection)
            real(dbapi_connection)
            self._point_of(dbapi_connection)

        engine.dialect.do_commit = do_commit  # type: ignore[method-assign]

    def _point(self, connection: Connection) -> None:
        self._point_of(connection.connection)

    def _point_of(self, connection: Any) -> None:
        if self.points == self.at:
            pid = connection.driver_connection.info.backend_pid
            with postgres.connect(self.server) as hand:
                hand.execute("select pg_terminate_backend(%s, 5000)", [pid])
        self.points += 1


def dies(engine: Engine, step: Callable[[], object], share: float) -> None:
    """Carry out this share of a step's statements, and die: nothing of the step may be left. It is one transaction.

    How many statements they are is found first, by dying before the commit.
    """
    whole = _die(engine, step, None)
    part = int(share * whole)
    assert _die(engine, step, part) == part


def _die(engine: Engine, step: Callable[[], object], after: int | None) -> int:
    """Die after so many statements, or before the commit; return how many were carried out."""
    done = 0

    def statement(*_: object) -> None:
        nonlocal done
        if done == after:
            raise Killed
        done += 1

    def commit(_: Connection) -> None:
        raise Killed

    moments: dict[str, Callable[..., None]] = {"before_cursor_execute": statement, "commit": commit}
    for moment, listener in moments.items():
        event.listen(engine, moment, listener)
    try:
        step()
    except Killed:
        return done
    finally:
        for moment, listener in moments.items():
            event.remove(engine, moment, listener)
    raise AssertionError("the step committed nothing")
