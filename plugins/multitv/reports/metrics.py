"""The metrics of Multi TV for Prometheus: figures that tasks computed, and small counts of what is going on.

No label names a client, a contract or a person, and each has few values. docs/metrics.md lists all of them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import inf
from time import monotonic
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlalchemy import Connection, Engine, Row
from sqlalchemy.exc import DBAPIError

import multitv
from multitv.beenius.tally import BOUNDS
from multitv.database.engine import DatabaseUnavailable, explained, reading
from multitv.database.sql import named
from multitv.errors import MultiTVError

log = logging.getLogger(__name__)

# A scrape is soon repeated, so it waits for nothing: a statement for a second, and after five no more are begun.
_STATEMENT_MILLISECONDS = 1000
_SCRAPE_SECONDS = 5.0
# Every due day of the two months that are shown.
_DUE_DATES = 62
_FEW_CHANGES = 10_000


@dataclass(frozen=True)
class Gauge:
    """A metric that takes its value from a column of its statement, and labels from others. Null: no value."""

    name: str
    column: str
    help: str
    labels: tuple[str, ...] = ()


# Each statement with the metrics that its rows are.
GAUGES: Mapping[str, tuple[Gauge, ...]] = {
    "events": (
        Gauge("billing_events", "events", "Billing events by due date and status.", ("due_date", "status")),
        Gauge("billing_reais", "amount", "Their amount in reais.", ("due_date", "status")),
    ),
    "open_items": (
        Gauge("open_items", "items", "What waits for somebody, such as charges pending past due.", ("kind",)),
        Gauge("open_items_reais", "amount", "Its amount in reais.", ("kind",)),
    ),
    "discrepancies": (
        Gauge("discrepancy_client_plans", "client_plans", "Revenue assurance: client plans by kind.", ("kind",)),
        Gauge("discrepancy_reais", "amount", "Revenue assurance: reais a month by kind.", ("kind",)),
    ),
    "parked": (Gauge("parked_rows", "parked", "Rows that are left alone until they are corrected.", ("source",)),),
    "rejected": (
        Gauge("rejected_operations", "rejected", "Operations that the last full run had rejected.", ("action",)),
    ),
    "operations": (Gauge("operations_today", "operations", "Operations of today by status.", ("status",)),),
    "times": (Gauge("last_success_timestamp_seconds", "seconds", "When this was last done, since 1970.", ("what",)),),
    "changes": (
        Gauge("changes_verified", "verified", "Changes by people that reached the platform within 24 hours."),
        Gauge("change_to_platform_median_seconds", "half", "From saved until verified, the median of 24 hours."),
        Gauge("change_to_platform_p95_seconds", "most", "From saved until verified, the 95th percentile of 24 hours."),
    ),
    "waiting_changes": (
        Gauge("changes_waiting", "changes", "Changes that no run took to the platform yet.", ("reason",)),
        Gauge("changes_waiting_oldest_timestamp_seconds", "oldest", "Since when the oldest waits.", ("reason",)),
    ),
    "questions": (
        Gauge("open_questions", "questions", "Questions that wait for the answer of a person.", ("kind",)),
        Gauge("open_questions_oldest_timestamp_seconds", "oldest", "Since when the oldest waits.", ("kind",)),
    ),
}
_REQUESTS = "platform_requests"


def scrape(engine: Engine, today: date, review_hours: float) -> bytes:
    """Return all metrics in Prometheus' text format.

    `today` is the ISP's business date; `review_hours` is for how long a review is awaited.

    Never raises for the database: without it multitv_up is 0, and the figures are absent rather than old ones.
    """
    began = monotonic()
    parameters = {
        "today": today,
        "at_most": _DUE_DATES,
        "few": _FEW_CHANGES,
        "hours": review_hours,
    }
    found = dict.fromkeys((*GAUGES, _REQUESTS))
    up = True
    try:
        with reading(engine) as connection:
            connection.execute(named("database/limit_statements"), {"milliseconds": _STATEMENT_MILLISECONDS})
            for source in found:
                if monotonic() - began < _SCRAPE_SECONDS:
                    found[source] = _measure(connection, source, parameters)
    except MultiTVError as error:
        up = False
        log.warning("Metrics: the database does not answer: %s", error)
    registry = CollectorRegistry()
    registry.register(_Metrics(found, up, began))
    return generate_latest(registry)


def _measure(connection: Connection, source: str, parameters: Mapping[str, object]) -> Sequence[Row[Any]] | None:
    """Return the rows of a statement; None if it took too long or failed, which the others survive."""
    statement = named(f"reports/measure_{source}")
    try:
        with explained(connection.engine.url), connection.begin_nested():
            return connection.execute(statement, parameters).all()
    except DatabaseUnavailable:
        raise
    except (MultiTVError, DBAPIError) as error:
        log.warning("Metrics: %s could not be measured: %s", source, error)
        return None


class _Metrics(Collector):
    """What one scrape found."""

    def __init__(self, found: Mapping[str, Sequence[Row[Any]] | None], up: bool, began: float) -> None:
        self._found = found
        self._up = up
        self._began = began

    def collect(self) -> Iterator[Metric]:
        yield _family(Gauge("up", "up", "1 if the database answered this scrape."), [{"up": self._up}])
        yield _family(
            Gauge("build_info", "one", "The version that answers.", ("version",)),
            [{"version": multitv.__version__, "one": 1}],
        )
        measured = [{"source": source, "ok": rows is not None} for source, rows in self._found.items()]
        yield _family(Gauge("source_up", "ok", "1 if this group of metrics could be measured.", ("source",)), measured)
        for source, gauges in GAUGES.items():
            rows = [row._asdict() for row in self._found[source] or ()]
            for gauge in gauges:
                yield _family(gauge, rows)
        yield _requests(self._found[_REQUESTS] or ())
        yield _family(
            Gauge("scrape_seconds", "seconds", "How long it took to measure all this."),
            [{"seconds": monotonic() - self._began}],
        )


def _family(gauge: Gauge, rows: Iterable[Mapping[str, Any]]) -> Metric:
    family = GaugeMetricFamily(f"multitv_{gauge.name}", gauge.help, labels=gauge.labels)
    for row in rows:
        if row[gauge.column] is not None:
            family.add_metric([str(row[label]) for label in gauge.labels], float(row[gauge.column]))
    return family


def _requests(rows: Sequence[Row[Any]]) -> Metric:
    family = HistogramMetricFamily(
        "multitv_platform_request_seconds", "Requests of tasks to the platform by status code.", labels=["code"]
    )
    for code in sorted({row.code for row in rows}):
        of_code = {row.bound: row for row in rows if row.code == code}
        buckets, requests = [], 0
        for bound in sorted({*BOUNDS, *of_code}):
            requests += of_code[bound].requests if bound in of_code else 0
            buckets.append(("+Inf" if bound == inf else str(bound), requests))
        family.add_metric([code], buckets, sum(row.seconds for row in of_code.values()))
    return family
