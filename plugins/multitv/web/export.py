"""A list as a file for a spreadsheet: CSV straight from PostgreSQL however long it is, XLSX up to a limit."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from threading import BoundedSemaphore
from typing import IO, Any, cast

import psycopg
from sqlalchemy import Connection, Engine

from multitv.database.engine import engine_for, explained
from multitv.database.sql import named, source
from multitv.errors import TransientError
from multitv.web.wording import WORDS

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
_MONEY = (6, 8)
_WORDS = (9, 10)
_at_once = BoundedSemaphore(2)


class ExportsBusy(TransientError):
    """Other exports are under way."""


class _Export:
    """A transaction of its own that reads one list; not of the connections that pages wait for."""

    def __init__(self, engine: Engine, preview_id: int) -> None:
        if not _at_once.acquire(blocking=False):
            raise ExportsBusy("Outras exportações estão em andamento: tente de novo em instantes.")
        try:
            self._engine = engine_for(engine.url)
            with explained(engine.url):
                self.connection: Connection = self._engine.connect()
            self.connection.execution_options(postgresql_readonly=True)
            self.connection.execute(named("web/allow_minutes"))
            self.connection.execute(named("web/choose_preview"), {"preview": preview_id, "words": json.dumps(WORDS)})
        except BaseException:
            _at_once.release()
            raise

    def close(self) -> None:
        """Give the connection back, whether all was read or nobody wanted the rest."""
        try:
            self.connection.close()
        finally:
            _at_once.release()


def csv(engine: Engine, preview_id: int) -> Iterator[bytes]:
    """Return the list as CSV in pieces, as Excel in Brazil opens it: semicolons, decimal commas, UTF-8 with its mark.

    Raises ExportsBusy, DatabaseUnavailable before the first piece.
    """
    export = _Export(engine, preview_id)
    return _pieces(export)


def _pieces(export: _Export) -> Iterator[bytes]:
    try:
        yield "\ufeff".encode() + ";".join(_HEADS).encode() + b"\r\n"
        driver = cast("psycopg.Connection[Any]", export.connection.connection.driver_connection)
        with driver.cursor() as cursor, cursor.copy(source("web/export_csv")) as copy:
            for piece in copy:
                yield bytes(piece)
    finally:
        export.close()


def xlsx(engine: Engine, preview_id: int) -> IO[bytes]:
    """Return the list as an XLSX file, open at its start. Raises ExportsBusy, DatabaseUnavailable."""
    from xlsxwriter import Workbook

    export = _Export(engine, preview_id)
    try:
        # Closed by whoever sends it.
        file = tempfile.TemporaryFile()  # noqa: SIM115
        workbook = Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
        sheet = workbook.add_worksheet("Faturamento TV")
        money = workbook.add_format({"num_format": "#,##0.00"})
        sheet.write_row(0, 0, _HEADS, workbook.add_format({"bold": True}))
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(_HEADS) - 1, 16)
        rows = export.connection.execution_options(yield_per=2000).execute(named("web/export_lines"))
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                if value is None:
                    continue
                if column in _MONEY:
                    sheet.write_number(number, column, value, money)
                elif isinstance(value, str):
                    sheet.write_string(number, column, WORDS.get(value, value) if column in _WORDS else value)
                else:
                    sheet.write_number(number, column, value)
        workbook.close()
    finally:
        export.close()
    file.seek(0)
    return file
