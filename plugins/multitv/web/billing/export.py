"""A list as a file for a spreadsheet: CSV row by row however long it is, XLSX up to a limit."""

from __future__ import annotations

import csv as spreadsheet
import io
import json
import tempfile
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import contextmanager
from functools import lru_cache
from threading import BoundedSemaphore
from typing import IO, Any, cast

import psycopg
from anyio import CancelScope, CapacityLimiter, fail_after, to_thread
from fastapi.responses import StreamingResponse
from sqlalchemy import Connection, Engine
from starlette.types import Message, Receive, Scope, Send

from multitv.database.engine import engine_for, explained
from multitv.database.sql import named, source
from multitv.documents import for_spreadsheet
from multitv.errors import Refusal
from multitv.event_codes import event_code
from multitv.labels import LABELS
from multitv.web.core.bulkhead import ServerBusy

# XLSX is made here, row by row, at some 10,000 rows a second of a processor that answers others as well.
XLSX_ROWS = 30_000
_HEADS = (
    "Contrato",
    "Cliente",
    "Documento",
    "Plano",
    "Pacote",
    "Competência",
    "Valor do mês",
    "Dias",
    "Valor a cobrar",
    "Resultado",
    "Situação",
    "Evento",
)
_PIECE = 64 * 1024
# Who takes nothing for so long is gone, and gives back their place among the exports.
PATIENCE_SECONDS = 30.0
_DOCUMENT = 2
_MONEY = (6, 8)
_WORDS = (9, 10)
_EVENT = 11
# For one statement of a download; a page gets seconds.
_MILLISECONDS = 180_000
_AT_ONCE = 2
_at_once = BoundedSemaphore(_AT_ONCE)
# Their own: the threads of the api-server are for Airflow.
_threads = CapacityLimiter(_AT_ONCE)


class ExportsBusy(ServerBusy):
    """Other exports are under way."""

    cause = "too_many_exports"


class ListTooLong(Refusal):
    """The list has more rows than an XLSX file may get here."""


@contextmanager
def taking_place() -> Iterator[None]:
    """Take one of the places among the exports while the block runs. Raises ExportsBusy."""
    if not _at_once.acquire(blocking=False):
        raise ExportsBusy(f"{_AT_ONCE} exports are under way. Nothing was done.")
    try:
        yield
    finally:
        _at_once.release()


class _Export:
    """A transaction of its own that reads one list; not of the connections that pages wait for."""

    def __init__(self, engine: Engine, preview_id: int) -> None:
        if not _at_once.acquire(blocking=False):
            raise ExportsBusy(f"{_AT_ONCE} exports are under way. Nothing was done.")
        try:
            with explained(engine.url):
                self.connection: Connection = engine_for(engine.url).connect()
                self.connection.execution_options(postgresql_readonly=True)
                self.connection.execute(named("database/limit_statements"), {"milliseconds": _MILLISECONDS})
                chosen = {"preview": preview_id, "words": json.dumps(LABELS)}
                self.connection.execute(named("web/choose_preview"), chosen)
        except BaseException:
            _at_once.release()
            raise

    def close(self) -> None:
        """Drop the connection, whether all was read or nobody wanted the rest."""
        try:
            # As it is, maybe in the middle of a list.
            self.connection.invalidate()
            self.connection.close()
        finally:
            _at_once.release()


class Download(StreamingResponse):
    """A file that is sent in pieces; what makes them is closed when they are sent, or when nobody wants the rest."""

    def __init__(self, pieces: Generator[bytes], media_type: str, name: str) -> None:
        super().__init__(
            _taken_one_by_one(pieces),
            media_type=media_type,
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
        self._pieces = pieces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def patiently(message: Message) -> None:
            with fail_after(PATIENCE_SECONDS):
                await send(message)

        try:
            await super().__call__(scope, receive, patiently)
        finally:
            # Not left to the garbage collector, which comes when it likes.
            with CancelScope(shield=True):
                await to_thread.run_sync(self._pieces.close, limiter=_threads)


async def _taken_one_by_one(pieces: Generator[bytes]) -> AsyncIterator[bytes]:
    while (piece := await to_thread.run_sync(next, pieces, None, limiter=_threads)) is not None:
        yield piece


def csv(engine: Engine, preview_id: int) -> Generator[bytes]:
    """Return the list as CSV in pieces, as Excel in Brazil opens it: semicolons, decimal commas, UTF-8 with its mark.

    Raises ExportsBusy, DatabaseUnavailable before the first piece.
    """
    pieces = _pieces(_Export(engine, preview_id))
    # What has not begun has no end: the place among the exports would not be given back.
    next(pieces)
    return pieces


def _pieces(export: _Export) -> Generator[bytes]:
    try:
        yield b""
        yield "\ufeff".encode() + ";".join(_HEADS).encode() + b"\r\n"
        driver = cast("psycopg.Connection[Any]", export.connection.connection.driver_connection)
        with driver.cursor() as cursor, cursor.copy(source("web/export_csv")) as copy:
            # PostgreSQL gives a row at a time, and each piece costs the server more than a row does.
            held = io.StringIO(newline="")
            writer = spreadsheet.writer(held, delimiter=";")
            for row in spreadsheet.reader((bytes(row).decode() for row in copy), delimiter=";"):
                row[_DOCUMENT] = _document(row[_DOCUMENT])
                row[_EVENT] = _event(row[_EVENT])
                writer.writerow(row)
                if held.tell() >= _PIECE:
                    yield held.getvalue().encode()
                    held.seek(0)
                    held.truncate()
            yield held.getvalue().encode()
    finally:
        export.close()


@lru_cache(maxsize=1)
def _document(written: str) -> str:
    # A client's packages follow each other.
    return for_spreadsheet(written)


def _event(number: str) -> str:
    return event_code(int(number)) if number else ""


def xlsx(engine: Engine, preview_id: int) -> Generator[bytes]:
    """Return the list as an XLSX file in pieces. Raises ExportsBusy, DatabaseUnavailable before the first piece."""
    export = _Export(engine, preview_id)
    # Closed when it is sent.
    file = tempfile.TemporaryFile()  # noqa: SIM115
    try:
        with explained(engine.url):
            _write(export.connection, file)
    finally:
        export.close()
    file.seek(0)
    return _read(file)


def _write(connection: Connection, file: IO[bytes]) -> None:
    from xlsxwriter import Workbook

    workbook = Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = workbook.add_worksheet("Faturamento TV")
    money = workbook.add_format({"num_format": "#,##0.00"})
    sheet.write_row(0, 0, _HEADS, workbook.add_format({"bold": True}))
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(_HEADS) - 1, 16)
    rows = connection.execution_options(yield_per=2000).execute(named("web/export_lines"))
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            if value is None:
                continue
            if column == _DOCUMENT:
                sheet.write_string(number, column, _document(value))
            elif column == _EVENT:
                sheet.write_string(number, column, _event(value))
            elif column in _MONEY:
                sheet.write_number(number, column, value, money)
            elif isinstance(value, str):
                sheet.write_string(number, column, LABELS.get(value, value) if column in _WORDS else value)
            else:
                sheet.write_number(number, column, value)
    workbook.close()


def _read(file: IO[bytes]) -> Generator[bytes]:
    with file:
        while piece := file.read(_PIECE):
            yield piece
