"""Turns rows as the platform sends them into rows of ours; refuses with reasons what cannot be turned."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from multitv.labels import Reason

if TYPE_CHECKING:
    import pandas as pd

Row = Mapping[str, Any]
Entity = Literal["channel", "package"]

SERVICE_TYPES = ("BASIC_SERVICE", "EXTENDED_SERVICE")
NUMBERS = range(1, 10_000)
MAX_DEVICES = range(1_001)
# Zero-width (non-)joiners, the tag characters of flags, and white space, which joined to nothing are no name.
_JOINERS = re.compile("[\u200c\u200d\U000e0020-\U000e007f\\s]*")
_BOOLEANS = {True: True, False: False, "true": True, "false": False}


@dataclass(frozen=True)
class RefusedRow:
    """A row for quarantine: what it is, everything that is wrong with it, and the row as received."""

    entity: Entity
    platform_uid: str | None
    reasons: tuple[Reason, ...]
    content: Row


@dataclass(frozen=True)
class Catalog:
    """A whole catalogue. The frames have the columns of the staging tables, in order, without the sync."""

    channels: pd.DataFrame
    packages: pd.DataFrame
    links: pd.DataFrame
    refusals: list[RefusedRow]


def normalise(channels: Sequence[Row], genres: Iterable[Row], services: Sequence[Row]) -> Catalog:
    """Return the normalised catalogue. Every row of channels and services is in a frame or among the refusals."""
    import pandas as pd

    good_channels, bad_channels = _channels(_frame(channels), genres)
    good_services, bad_services = _services(_frame(services))
    links = good_services[["platform_uid", "channel_uids"]].explode("channel_uids").dropna().drop_duplicates()
    return Catalog(
        channels=good_channels,
        packages=good_services.drop(columns="channel_uids"),
        links=pd.DataFrame(links).rename(columns={"platform_uid": "package_uid", "channel_uids": "channel_uid"}),
        refusals=[
            *_refusals("channel", channels, bad_channels),
            *_refusals("package", services, bad_services),
        ],
    )


def text(value: Any) -> str | None:
    """Return composed text (NFC) with single spaces, or None for a blank or a value that is not text.

    Drops what cannot be seen or stored: control and format characters, lone surrogates. Joiners and tags stay between
    others: they make one character of several.
    """
    if not isinstance(value, str):
        return None
    composed = unicodedata.normalize("NFC", value)
    visible = "".join(_visible(character) for character in composed)
    return None if _JOINERS.fullmatch(visible) else re.sub(r"\s+", " ", visible).strip()


def whole(value: Any) -> int | None:
    """Return a whole number, also from text or from 7.0; None for anything else."""
    if isinstance(value, str) and re.fullmatch(r"\s*[0-9]{1,9}\s*", value):
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
        return None
    return int(value)


def _visible(character: str) -> str:
    if _JOINERS.fullmatch(character) and not character.isspace():
        return character
    category = unicodedata.category(character)
    return {"Cc": " ", "Cf": "", "Cs": ""}.get(category, character)


def _frame(rows: Sequence[Row]) -> pd.DataFrame:
    import pandas as pd

    fields = ("uid", "name", "number", "genre_uid", "type", "max_devices", "active", "channel_uids")
    return pd.DataFrame({field: _column([row.get(field) for row in rows]) for field in fields})


def _column(values: list[Any]) -> pd.Series[Any]:
    import pandas as pd

    # Of dtype object, or pandas would turn 7 and None into 7.0 and NaN.
    return pd.Series(values, dtype=object)


def _each(column: pd.Series[Any], change: Callable[[Any], Any]) -> pd.Series[Any]:
    return _column([change(value) for value in column])


def _channels(raw: pd.DataFrame, genres: Iterable[Row]) -> tuple[pd.DataFrame, list[list[Reason]]]:
    import pandas as pd

    families = {genre["uid"]: text(genre.get("name")) for genre in genres}
    clean = pd.DataFrame(
        {
            "platform_uid": raw["uid"],
            "name": _each(raw["name"], text),
            "number": _each(raw["number"], whole),
            "family": _each(raw["genre_uid"], lambda uid: families.get(uid) if isinstance(uid, str) else None),
            "active": _each(raw["active"], _boolean),
        }
    )
    faults = _Faults(raw)
    _check_common(faults, clean)
    number = clean["number"]
    faults.add_where(number.isna(), "number_is_not_whole", "number")
    faults.add_where(number.notna() & ~number.isin(NUMBERS), "number_out_of_range", "number")
    known = _each(raw["genre_uid"], lambda uid: isinstance(uid, str) and uid in families)
    faults.add_unless(known, "genre_is_unknown", "genre_uid")
    faults.add_where(known.astype(bool) & clean["family"].isna(), "genre_without_name", "genre_uid")
    sound = clean[faults.none() & clean["active"].eq(True)]
    twice = sound["number"].duplicated(keep=False).reindex(clean.index, fill_value=False)
    faults.add_where(twice, "number_is_taken", "number", number=number)
    return clean[faults.none()], faults.reasons


def _services(raw: pd.DataFrame) -> tuple[pd.DataFrame, list[list[Reason]]]:
    import pandas as pd

    clean = pd.DataFrame(
        {
            "platform_uid": raw["uid"],
            "name": _each(raw["name"], text),
            "service_type": raw["type"],
            "max_devices": _each(raw["max_devices"], whole),
            "active": _each(raw["active"], _boolean),
            "channel_uids": raw["channel_uids"],
        }
    )
    faults = _Faults(raw)
    _check_common(faults, clean)
    faults.add_unless(_each(raw["type"], lambda kind: kind in SERVICE_TYPES), "type_is_unknown", "type")
    limit = clean["max_devices"]
    faults.add_where(limit.isna(), "max_devices_is_not_whole", "max_devices")
    faults.add_where(limit.notna() & ~limit.isin(MAX_DEVICES), "max_devices_out_of_range", "max_devices")
    faults.add_unless(_each(raw["channel_uids"], _uids), "channels_are_no_list", "channel_uids")
    return clean[faults.none()], faults.reasons


def _check_common(faults: _Faults, clean: pd.DataFrame) -> None:
    faults.add_unless(_each(clean["platform_uid"], _storable), "uid_not_storable", "uid")
    faults.add_where(clean["name"].isna(), "name_is_blank", "name")
    faults.add_where(clean["active"].isna(), "active_is_not_boolean", "active")


class _Faults:
    """Collects the faults of each row in `reasons`."""

    def __init__(self, raw: pd.DataFrame) -> None:
        self._raw = raw
        self.reasons: list[list[Reason]] = [[] for _ in range(len(raw))]

    def add_where(self, mask: pd.Series[Any], code: str, field: str, **shown: pd.Series[Any]) -> None:
        """Add a fault of a field; of the columns in `shown`, the sentence shows the value."""
        for row in mask.index[mask.astype(bool)]:
            received = {"received": f"{self._raw.at[row, field]!r:.60}"}
            parameters = received | {name: column[row] for name, column in shown.items()}
            self.reasons[row].append(Reason(code, parameters))

    def add_unless(self, mask: pd.Series[Any], code: str, field: str) -> None:
        self.add_where(~mask.astype(bool), code, field)

    def none(self) -> pd.Series[Any]:
        return _column([not reasons for reasons in self.reasons])


def _refusals(entity: Entity, rows: Sequence[Row], reasons: list[list[Reason]]) -> list[RefusedRow]:
    return [
        RefusedRow(entity, row["uid"] if _storable(row["uid"]) else None, tuple(found), row)
        for row, found in zip(rows, reasons, strict=True)
        if found
    ]


def _boolean(value: Any) -> bool | None:
    # 1 and 0 equal True and False, also as keys.
    return _BOOLEANS.get(value) if isinstance(value, bool | int | str) else None


def _uids(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(uid, str) and uid.strip() and _storable(uid) for uid in value)


def _storable(uid: str) -> bool:
    return all(unicodedata.category(character) not in ("Cc", "Cs") for character in uid)
