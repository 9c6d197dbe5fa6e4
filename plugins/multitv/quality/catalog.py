"""The gate between a staged catalogue and its merge."""

from __future__ import annotations

import logging
from typing import Any

from sqlalchemy import Engine

from multitv.database.engine import transaction
from multitv.database.sql import named
from multitv.quality.gate import Batch, GateFailed, expectations, run_gate
from multitv.settings import Settings

log = logging.getLogger(__name__)

_NEXT_STEP = (
    "Channels and packages stay as they are. Clear `fetch` with its downstream tasks; if it fails again, the staged "
    "rows in the schema staging tell what is wrong."
)


def check_catalog(engine: Engine, sync: int, settings: Settings) -> None:
    """Validate what a sync staged. A merged sync is not validated again, since its staged rows may be gone.

    Raises GateFailed, DatabaseUnavailable.
    """
    with transaction(engine) as connection:
        found = connection.execute(named("catalog/read_sync"), {"sync": sync}).one_or_none()
    if found is None:
        raise GateFailed(f"There is no catalogue sync {sync}. {_NEXT_STEP}")
    if found.status != "staged":
        log.info("Catalogue sync %s is %s: nothing is left to validate.", sync, found.status)
        return
    run_gate(engine, "catalogue", f"Catalogue sync {sync}", _batches(sync), _NEXT_STEP, settings)


def _batches(sync: int) -> list[Batch]:
    gxe = expectations()

    expected: dict[str, list[Any]] = {
        "channels": [
            gxe.ExpectTableRowCountToBeBetween(min_value=1),
            *_identified("platform_uid"),
            *_written("name"),
            *_written("family"),
            gxe.ExpectColumnValuesToNotBeNull(column="active"),
            gxe.ExpectColumnValuesToNotBeNull(column="number"),
            gxe.ExpectColumnValuesToBeBetween(column="number", min_value=1, max_value=9999),
        ],
        "active_channels": [gxe.ExpectColumnValuesToBeUnique(column="number")],
        "packages": [
            gxe.ExpectTableRowCountToBeBetween(min_value=1),
            *_identified("platform_uid"),
            *_written("name"),
            gxe.ExpectColumnValuesToNotBeNull(column="active"),
            gxe.ExpectColumnValuesToNotBeNull(column="service_type"),
            gxe.ExpectColumnValuesToBeInSet(column="service_type", value_set=["BASIC_SERVICE", "EXTENDED_SERVICE"]),
            gxe.ExpectColumnValuesToNotBeNull(column="max_devices"),
            gxe.ExpectColumnValuesToBeBetween(column="max_devices", min_value=0),
        ],
        "active_basic_packages": [gxe.ExpectTableRowCountToBeBetween(min_value=1)],
        "links": [
            gxe.ExpectTableRowCountToBeBetween(min_value=1),
            gxe.ExpectCompoundColumnsToBeUnique(column_list=["package_uid", "channel_uid"]),
        ],
        "dangling_links": [gxe.ExpectTableRowCountToEqual(value=0)],
    }
    return [
        Batch(name, f"catalog/gate_{name}", {"sync": sync}, expectations) for name, expectations in expected.items()
    ]


def _identified(column: str) -> list[Any]:
    gxe = expectations()

    return [
        *_written(column),
        gxe.ExpectColumnValuesToBeUnique(column=column),
    ]


def _written(column: str) -> list[Any]:
    """Expect neither null nor blank."""
    gxe = expectations()

    return [
        gxe.ExpectColumnValuesToNotBeNull(column=column),
        gxe.ExpectColumnValuesToMatchRegex(column=column, regex=r"\S"),
    ]
