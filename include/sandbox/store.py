"""The platform's state in one SQLite file. A write is on disk before it is answered."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = "sandbox.sqlite3"
# What a reset deletes, but for the catalogue. The numbering comes first: rows that are inserted never lower it.
OF_SUBSCRIBERS = ("sqlite_sequence", "subscriber", "device", "operation")


class StateInUse(Exception):
    """Another sandbox uses the same folder."""


class NothingKept(Exception):
    """No copy of the state was kept since the process started."""


@dataclass(frozen=True)
class RecordedWrite:
    """A write with its first answer, which a repeated idempotency key gets again."""

    key: str
    fingerprint: bytes
    request_id: str
    method: str
    path: str
    status: int
    answer: str
    at: str


class Store:
    """One connection, used from one thread. It locks the file, so what it caches in memory stays true."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # It holds subscribers and PINs: only the owner may read it. SQLite gives the files beside it the same mode.
        (folder / FILE).touch(mode=0o600)
        (folder / FILE).chmod(0o600)
        self._sql = sqlite3.connect(folder / FILE, isolation_level=None, timeout=1, cached_statements=256)
        self._last_ids: dict[tuple[int, int], int] = {}
        try:
            self._sql.execute("pragma locking_mode = exclusive")
            self._sql.execute("pragma journal_mode = wal")
            self._sql.execute("pragma synchronous = normal")
            self._sql.execute("pragma wal_autocheckpoint = 4000")
            self._sql.execute("pragma cache_size = -65536")
            self._sql.executescript((Path(__file__).parent / "schema.sql").read_text(encoding="utf-8"))
        except sqlite3.OperationalError as error:
            self._sql.close()
            raise StateInUse(f"{folder / FILE}: {error}; is another sandbox running on this folder?") from error

    def close(self) -> None:
        self._sql.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit everything inside together, or nothing."""
        self._sql.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._sql.execute("rollback")
            self._last_ids.clear()
            raise
        self._sql.execute("commit")

    def _one(self, query: str, *values: Any) -> Any:
        return self._sql.execute(query, values).fetchone()

    def setting(self, name: str) -> str | None:
        found = self._one("select value from setting where name = ?", name)
        return str(found[0]) if found else None

    def set(self, name: str, value: str) -> None:
        self._sql.execute("insert or replace into setting values (?, ?)", (name, value))

    def clear(self) -> None:
        """Delete subscribers, operations and catalogue, and restart the numbering."""
        for table in (*OF_SUBSCRIBERS, "catalogue"):
            self._sql.execute(f"delete from {table}")  # noqa: S608 - the names are the ones above
        self._last_ids.clear()

    def keep(self) -> None:
        """Keep a copy of subscribers, operations and their numbering, as long as this process lives."""
        for table in OF_SUBSCRIBERS:
            self._sql.execute(f"drop table if exists temp.kept_{table}")
            self._sql.execute(f"create temporary table kept_{table} as select * from main.{table}")  # noqa: S608 - as above

    def restore_kept(self) -> None:
        """Bring back what `keep` kept, after `clear`. Raises NothingKept."""
        if self._one("select 1 from temp.sqlite_schema where name = 'kept_subscriber'") is None:
            raise NothingKept
        for table in OF_SUBSCRIBERS:
            self._sql.execute(f"insert into main.{table} select * from temp.kept_{table}")  # noqa: S608 - as above

    def catalogue(self) -> list[tuple[str, str, bool]]:
        """Return (kind, body, gone) of every row, in the order of the lists."""
        rows = self._sql.execute("select kind, body, gone from catalogue order by id")
        return [(kind, body, bool(gone)) for kind, body, gone in rows]

    def set_catalogue(self, kind: str, bodies: Iterable[tuple[str, bool]]) -> None:
        """Replace the rows of one kind; each is (body, gone)."""
        self._sql.execute("delete from catalogue where kind = ?", (kind,))
        self._sql.executemany(
            "insert into catalogue (kind, body, gone) values (?, ?, ?)", [(kind, body, gone) for body, gone in bodies]
        )

    def subscribers(self) -> int:
        return int(self._one("select rows from tally where name = 'subscriber'")[0])

    def next_id(self) -> int:
        """Return the next subscriber's number; numbers are never reused."""
        found = self._one("select seq from sqlite_sequence where name = 'subscriber'")
        return int(found[0]) + 1 if found else 1

    def subscriber(self, number: int) -> str | None:
        found = self._one("select body from subscriber where id = ?", number)
        return str(found[0]) if found else None

    def by_external_id(self, external_id: str) -> list[tuple[int, str]]:
        """Return number and body of each subscriber with this external id: several if a person edited one."""
        rows = self._sql.execute("select id, body from subscriber where external_id = ? order by id", (external_id,))
        return [(int(number), str(body)) for number, body in rows]

    def set_external_id(self, number: int, external_id: str | None) -> None:
        self._sql.execute("update subscriber set external_id = ? where id = ?", (external_id, number))

    def insert(self, rows: Iterable[tuple[int, str | None, str, str, str]]) -> None:
        """Add subscribers; each is (number, external id, updated at, PIN, body)."""
        self._sql.executemany("insert into subscriber values (?, ?, ?, ?, ?)", rows)

    def update(self, number: int, updated_at: str, body: str) -> None:
        self._sql.execute("update subscriber set updated_at = ?, body = ? where id = ?", (updated_at, body, number))

    def delete(self, number: int) -> None:
        self._sql.execute("delete from subscriber where id = ?", (number,))
        self._last_ids.clear()

    def pin(self, number: int) -> str | None:
        found = self._one("select auth_pin from subscriber where id = ?", number)
        return str(found[0]) if found else None

    def set_pin(self, number: int, pin: str) -> None:
        self._sql.execute("update subscriber set auth_pin = ? where id = ?", (pin, number))

    def page(self, page: int, size: int) -> list[str]:
        """Return the bodies of one page by creation. Pages read in sequence start by key, others by offset."""
        before = (page - 1) * size
        if before and self._one("select max(id) from subscriber")[0] != self.subscribers():
            known = self._last_ids.get((size, page - 1))
            if known is None:
                found = self._one("select id from subscriber order by id limit 1 offset ?", before - 1)
                if found is None:
                    return []
                known = int(found[0])
            before = known
        rows = self._sql.execute(
            "select id, body from subscriber where id > ? order by id limit ?", (before, size)
        ).fetchall()
        if len(rows) == size:
            self._last_ids[size, page] = rows[-1][0]
        return [body for _, body in rows]

    def page_since(self, since: str, page: int, size: int) -> tuple[int, list[str]]:
        """Return how many subscribers changed at or after `since`, and the bodies of one page by time of change."""
        count = self._one("select count(*) from subscriber where updated_at >= ?", since)[0]
        rows = self._sql.execute(
            "select s.body from (select id, updated_at from subscriber where updated_at >= ? "
            "order by updated_at, id limit ? offset ?) as p join subscriber as s on s.id = p.id "
            "order by p.updated_at, p.id",
            (since, size, (page - 1) * size),
        )
        return int(count), [row[0] for row in rows]

    def owner(self, mac: str) -> int | None:
        found = self._one("select subscriber_id from device where mac = ?", mac)
        return int(found[0]) if found else None

    def claim(self, pairs: Iterable[tuple[str, int]]) -> None:
        """Assign each MAC (lower case) to its subscriber. Raises sqlite3.IntegrityError if one is taken."""
        self._sql.executemany("insert into device values (?, ?)", pairs)

    def release(self, macs: Iterable[str]) -> None:
        self._sql.executemany("delete from device where mac = ?", [(mac,) for mac in macs])

    def operation(self, key: str, since: str) -> RecordedWrite | None:
        """Return the last write with `key` at or after `since`, None if there is none."""
        found = self._one(
            "select key, fingerprint, request_id, method, path, status, answer, at from operation "
            "where key = ? and at >= ? order by id desc limit 1",
            key,
            since,
        )
        return RecordedWrite(*found) if found else None

    def remember(self, operation: RecordedWrite) -> None:
        self._sql.execute(
            "insert into operation (key, fingerprint, request_id, method, path, status, answer, at) "
            "values (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                operation.key,
                operation.fingerprint,
                operation.request_id,
                operation.method,
                operation.path,
                operation.status,
                operation.answer,
                operation.at,
            ),
        )

    def operations(self, after: int, limit: int) -> list[dict[str, Any]]:
        """Return writes in the order of execution, without their bodies."""
        cursor = self._sql.execute(
            "select id, key as idempotency_key, request_id, method, path, status, at from operation "
            "where id > ? order by id limit ?",
            (after, limit),
        )
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]
