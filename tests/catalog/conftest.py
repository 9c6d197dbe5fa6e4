"""A platform whose catalogue can be edited, an ISP that syncs with it, and a view of what the sync writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Engine

from include.sandbox.process import Sandbox
from multitv.beenius.client import BeeniusClient
from multitv.catalog.fetch import fetch_catalog
from multitv.catalog.merge import merge_catalog
from multitv.catalog.summary import SyncSummary
from multitv.labels import Reason
from multitv.settings import Settings
from tests.support.databases import Database, as_pipeline
from tests.support.sandbox import client_of

HBO = {"ch-hbo", "ch-hb2", "ch-hfa", "ch-hfe", "ch-hpl", "ch-mnx"}
CATALOGUE = ("tv.channel", "tv.package", "tv.package_channel")
WRITTEN = (*CATALOGUE, "tv.catalog_sync", "tv.quarantine", "tv.catalog_change")


@dataclass
class Isp(Database):
    """Syncs its catalogue with the sandbox's, as the DAG does."""

    sandbox: Sandbox

    def client(self, **other: Any) -> BeeniusClient:
        return client_of(self.sandbox, **other)

    def fetch(self, **other: Any) -> int:
        return fetch_catalog(self.engine, self.client(**other))

    def merge(self, sync: int, **other: Any) -> SyncSummary:
        return merge_catalog(self.engine, sync, Settings(), **other)

    def sync(self, **other: Any) -> SyncSummary:
        return self.merge(self.fetch(), **other)

    def tables(self, names: tuple[str, ...] = CATALOGUE) -> dict[str, list[Any]]:
        """Every row of every table, time stamps and all."""
        return {name: self.run(f"select * from {name} order by 1, 2") for name in names}  # noqa: S608

    def channel(self, uid: str) -> Any:
        rows = self.run("select name, number, family, active from tv.channel where platform_uid = :uid", uid=uid)
        return tuple(rows[0]) if rows else None

    def package(self, uid: str) -> Any:
        rows = self.run("select * from tv.package where platform_uid = :uid", uid=uid)
        return rows[0] if rows else None

    def channels_of(self, package_uid: str) -> set[str]:
        rows = self.run(
            "select c.platform_uid from tv.package_channel join tv.channel as c on c.id = channel_id "
            "join tv.package as p on p.id = package_id where p.platform_uid = :uid",
            uid=package_uid,
        )
        return {row[0] for row in rows}

    def quarantine(self) -> dict[tuple[str, str | None], str]:
        """The reasons of the latest sync, by entity and uid."""
        rows = self.run(
            "select entity, platform_uid, reasons from tv.quarantine "
            "where catalog_sync_id = (select max(id) from tv.catalog_sync)"
        )
        return {(row[0], row[1]): "; ".join(str(Reason(**reason)) for reason in row[2]) for row in rows}

    def edit(self, kind: str, uid: str, **changes: Any) -> None:
        self.sandbox.admin("PATCH", f"/admin/catalogue/{kind}/{uid}", changes)

    def add(self, kind: str, **row: Any) -> None:
        self.sandbox.admin("POST", f"/admin/catalogue/{kind}", row)

    def remove(self, kind: str, uid: str) -> None:
        self.sandbox.admin("DELETE", f"/admin/catalogue/{kind}/{uid}")

    def listed(self, kind: str) -> list[Any]:
        return list(self.sandbox.admin("GET", f"/admin/catalogue/{kind}"))


@pytest.fixture
def isp(engine: Engine, sandbox: Sandbox) -> Isp:
    return Isp(as_pipeline(engine), sandbox)
