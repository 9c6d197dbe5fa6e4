"""The catalogue as an asset that other DAGs can be scheduled on."""

from __future__ import annotations

from airflow.sdk import Asset

TV_CATALOG = Asset(name="tv_catalog", uri="multitv://tv/catalog")
