"""The pending changes as an asset on which the event-driven run is scheduled."""

from __future__ import annotations

from airflow.sdk import Asset, AssetWatcher

from multitv.reconciliation.triggers import PendingChangesTrigger


def pending_changes(poll_seconds: float) -> Asset:
    """Return the asset, whose watcher looks every `poll_seconds` for what no notification told of."""
    return Asset(
        name="tv_pending_changes",
        uri="multitv://tv/pending-changes",
        watchers=[AssetWatcher(name="pending_changes", trigger=PendingChangesTrigger(poll_seconds))],
    )
