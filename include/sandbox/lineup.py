"""The catalogue that the platform serves: at first a Brazilian lineup, which admin calls can change."""

from __future__ import annotations

import csv
import json
import re
import tomllib
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from include.sandbox.errors import compact
from include.sandbox.store import Store

KINDS = ("channels", "genres", "device-types", "services")
DATA = Path(__file__).parent / "data"
FIRST_UPDATE = "2026-01-05T12:00:00.000Z"


@dataclass(frozen=True)
class Service:
    """The facts about a service that the rules need. `gone`: no longer listed, but clients may still have it."""

    uid: str
    type: str
    active: bool
    max_devices: int
    gone: bool


@dataclass(frozen=True)
class Row:
    """A row as it is served. Its value may be anything, because clients must survive bad data."""

    value: Any
    body: str
    gone: bool = False

    @property
    def uid(self) -> Any:
        return self.value.get("uid") if isinstance(self.value, dict) else None

    def changed_since(self, since: str) -> bool:
        changed = self.value.get("updated_at") if isinstance(self.value, dict) else None
        return not isinstance(changed, str) or changed >= since


def slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def first_lineup() -> dict[str, list[Any]]:
    """Return the rows of each kind from the files in data/."""
    with (DATA / "channels.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    facts = tomllib.loads((DATA / "services.toml").read_text(encoding="utf-8"))
    families = list(dict.fromkeys(row["family"] for row in rows))
    channels = [
        {
            "uid": f"ch-{row['code'].lower()}",
            "name": row["name"],
            "number": int(row["number"]),
            "genre_uid": f"ge-{slug(row['family'])}",
            "active": True,
            "updated_at": FIRST_UPDATE,
        }
        for row in rows
    ]
    services = [
        {
            "uid": service["uid"],
            "name": service["name"],
            "type": service["type"],
            "active": True,
            "channel_uids": [
                f"ch-{row['code'].lower()}"
                for row in rows
                if row["family"] in service["families"] or row["code"] in service["channels"]
            ],
            "max_devices": service["max_devices"],
            "updated_at": FIRST_UPDATE,
        }
        for service in facts["services"]
    ]
    genres = [{"uid": f"ge-{slug(family)}", "name": family} for family in families]
    return {"channels": channels, "genres": genres, "device-types": facts["device_types"], "services": services}


class Lineup:
    """The catalogue, kept equal in memory and in the store. Callers change it inside a transaction of the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._rows: dict[str, list[Row]] = {kind: [] for kind in KINDS}
        if store.setting("lineup") is None:
            with store.transaction():
                self.restore()
        else:
            for kind, body, gone in store.catalogue():
                self._rows[kind].append(Row(json.loads(body), body, gone))

    def restore(self) -> None:
        """Restore the lineup of data/."""
        self._store.set("lineup", "there")
        for kind, values in first_lineup().items():
            self._put(kind, [Row(value, compact(value)) for value in values])

    def listed(self, kind: str) -> list[Row]:
        return [row for row in self._rows[kind] if not row.gone]

    def page(self, kind: str, page: int, size: int, since: str | None) -> tuple[int, list[str]]:
        """Return how many rows there are, and the bodies of one page."""
        rows = self.listed(kind)
        if since is not None:
            rows = [row for row in rows if row.changed_since(since)]
        return len(rows), [row.body for row in rows[(page - 1) * size : page * size]]

    def service(self, uid: str) -> Service | None:
        """Return a service, listed or gone, None if unknown. If several have the uid, the first listed one counts."""
        for row in sorted(self._rows["services"], key=lambda row: row.gone):
            if row.uid == uid:
                limit = row.value.get("max_devices")
                return Service(
                    uid=uid,
                    type=str(row.value.get("type")),
                    active=row.value.get("active") is True,
                    max_devices=limit if isinstance(limit, int) else 0,
                    gone=row.gone,
                )
        return None

    def has_device_type(self, uid: str) -> bool:
        return any(row.uid == uid for row in self.listed("device-types"))

    def replace(self, kind: str, values: list[Any]) -> None:
        """Serve exactly these rows. A service that is missing from them is gone, but not forgotten."""
        rows = [Row(value, compact(value)) for value in values]
        kept = [row.uid for row in rows]
        gone = [Row(row.value, row.body, gone=True) for row in self._rows[kind] if row.uid not in kept]
        self._put(kind, rows + (gone if kind == "services" else []))

    def add(self, kind: str, value: Any) -> None:
        self._put(kind, [*self._rows[kind], Row(value, compact(value))])

    def edit(self, kind: str, uid: str, changes: dict[str, Any]) -> int:
        """Overwrite fields of the listed rows with this uid; return how many there were."""
        return self._swap(kind, uid, lambda row: Row(row.value | changes, compact(row.value | changes)))

    def remove(self, kind: str, uid: str) -> int:
        """Stop listing the rows with this uid; return how many there were."""
        return self._swap(kind, uid, lambda row: Row(row.value, row.body, gone=True))

    def _swap(self, kind: str, uid: str, change: Any) -> int:
        hits = len([row for row in self.listed(kind) if row.uid == uid])
        self._put(kind, [change(row) if row.uid == uid and not row.gone else row for row in self._rows[kind]])
        return hits

    def _put(self, kind: str, rows: list[Row]) -> None:
        self._store.set_catalogue(kind, [(row.body, row.gone) for row in rows])
        self._rows[kind] = rows
