"""Everything that we hold about one client, as one JSON file with Portuguese titles, to be given to them (LGPD)."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from multitv.database.engine import reading
from multitv.database.sql import named
from multitv.documents import document_key, formatted
from multitv.errors import PermanentError
from multitv.extra_fields import PIN_FIELD
from multitv.labels import label, sentence
from multitv.privacy.errors import PrivacyRefused
from multitv.privacy.inventory import CODES, TABLES, TITLES


class NoPrivacyFolder(PermanentError):
    """MULTITV_PRIVACY_FOLDER is not set, or nothing can be written there."""


@dataclass(frozen=True)
class Exported:
    """Where the file is, and how many rows it has."""

    path: Path
    rows: int


def find_clients(engine: Engine, document: str) -> list[int]:
    """Return the clients who have a CPF or CNPJ, however it is written. Raises DatabaseUnavailable."""
    with reading(engine) as connection:
        found = connection.execute(named("privacy/find_clients"), {"key": document_key(document)})
        return [int(row.id) for row in found]


def export(engine: Engine, client: int, folder: Path | None, now: datetime) -> Exported:
    """Write the file of a client, which only its owner can read, and return where it is.

    `now` is in the ISP's time zone. A file of the same day is replaced, at once. Raises PrivacyRefused (nobody knows
    the client), NoPrivacyFolder, DatabaseUnavailable.
    """
    if folder is None:
        raise NoPrivacyFolder(
            "MULTITV_PRIVACY_FOLDER is not set: nothing says where files with personal data may be written. Set it, "
            "then clear this task. Nothing was written."
        )
    with reading(engine) as connection:
        require_known(connection, client)
        asked = {"client": client, "pin_field": PIN_FIELD, "timezone": str(now.tzinfo)}
        rows = connection.execute(named("privacy/export"), asked).all()
    content = _document(client, [(row.source, row.content) for row in rows], now)
    return Exported(_write(folder, f"titular-{client}-{now:%Y-%m-%d}.json", content), len(rows))


def require_known(connection: Connection, client: int) -> None:
    """Raise PrivacyRefused if neither the ERP nor we know of a client."""
    if not connection.execute(named("privacy/is_known"), {"client": client}).scalar_one():
        raise PrivacyRefused("privacy_client_unknown", client=client)


def _document(client: int, rows: list[tuple[str, dict[str, Any]]], now: datetime) -> dict[str, Any]:
    """Return the content of the file: a section for each table, also where it has nothing."""
    by_table: dict[str, list[dict[str, Any]]] = {name: [] for name, table in TABLES.items() if table.title}
    for source, content in rows:
        by_table[source].append(_record(source, content))
    return {
        "Cliente": client,
        "Gerado em": now.isoformat(timespec="seconds"),
        "Sobre este arquivo": sentence("privacy_about_export"),
        "Dados": [
            {"O que é": TABLES[name].title, "Tabela": name, "Registros": records} for name, records in by_table.items()
        ],
    }


def _record(source: str, content: dict[str, Any]) -> dict[str, Any]:
    """Return a row with titles and words. Raises KeyError for a column that is not in the inventory."""
    record = {TITLES[name]: _shown(name, content[name]) for name in TABLES[source].exported}
    if source == "tv.client_extra_field" and content["name"] == PIN_FIELD:
        record[TITLES["value"]] = sentence("privacy_pin_not_exported")
    return record


def _shown(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {TITLES.get(key, key): _shown(key, inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_shown(name, inner) for inner in value]
    if name in CODES and isinstance(value, str):
        return label(value)
    return formatted(value) if name == "document" and value else value


def _write(folder: Path, name: str, content: dict[str, Any]) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # mkstemp makes files that only their owner can read.
        handle, draft = tempfile.mkstemp(prefix=".titular-", dir=folder)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(content, file, ensure_ascii=False, indent=2, default=str)
            Path(draft).replace(folder / name)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise NoPrivacyFolder(
            f"MULTITV_PRIVACY_FOLDER={folder} cannot be written: {error.strerror}. Nothing is left there."
        ) from error
    return folder / name
