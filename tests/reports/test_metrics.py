"""What Prometheus is told is what the tables say, in few series, whatever the database does meanwhile."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine, text

from include.local.postgres import Server
from multitv.database.engine import engine_for
from multitv.reports.metrics import scrape
from tests.reports.metrics_world import furnish
from tests.support.databases import Database, as_owner, as_screens, own_database
from tests.support.ports import free_ports
from tests.support.settings import TODAY

Series = dict[tuple[str, frozenset[tuple[str, str]]], float]


def scraped(engine: Engine) -> Series:
    """Each series of a scrape with its value."""
    families = text_string_to_metric_families(scrape(engine, TODAY, 1e6).decode())
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


def value(series: Series, name: str, **labels: str) -> float:
    return series[f"multitv_{name}", frozenset(labels.items())]


@pytest.fixture(scope="module")
def furnished(server: Server, migrated: str) -> Iterator[Engine]:
    with own_database(server, migrated) as engine:
        furnish(engine)
        yield as_screens(engine)


@pytest.fixture(scope="module")
def series(furnished: Engine) -> Series:
    return scraped(furnished)


def test_events_are_told_by_due_date_and_status(furnished: Engine, series: Series) -> None:
    assert value(series, "up") == 1
    rows = Database(furnished).run(
        "select due_date, status, count(*) as events, sum(amount) as amount from billing.event "
        "where due_date in ('2026-11-05', '2026-11-20', '2026-11-25') group by 1, 2"
    )
    assert {row.status for row in rows} == {"pending", "processed"}
    for row in rows:
        labels = {"due_date": str(row.due_date), "status": row.status}
        assert value(series, "billing_events", **labels) == row.events
        assert value(series, "billing_reais", **labels) == float(row.amount)
    assert value(series, "billing_events", due_date="2026-11-05", status="cancelled") == 0


def test_what_a_person_has_to_see_to_is_counted(furnished: Engine, series: Series) -> None:
    [late] = Database(furnished).run(
        "select count(*) as events, sum(amount) as amount from billing.event where due_date = '2026-11-20'"
    )
    assert value(series, "open_items", kind="overdue_charges") == late.events > 0
    assert value(series, "open_items_reais", kind="overdue_charges") == float(late.amount)
    assert value(series, "open_items", kind="payouts") == 0
    assert value(series, "discrepancy_client_plans", kind="sold_not_active") == 1
    assert value(series, "discrepancy_reais", kind="sold_not_active") == 29.9
    assert value(series, "discrepancy_reais", kind="billed_not_active") == 0
    parked = {
        source: value(series, "parked_rows", source=source)
        for source in ("client_plans", "subscribers", "catalog_rows")
    }
    assert parked == {"client_plans": 1, "subscribers": 2, "catalog_rows": 3}
    assert value(series, "rejected_operations", action="suspend") == 2
    assert value(series, "rejected_operations", action="create") == 0
    assert (
        value(series, "open_questions", kind="reconciliation") == value(series, "open_questions", kind="billing") == 1
    )


def test_times_are_moments_and_no_ages(series: Series) -> None:
    """A moment goes on ageing in Prometheus when nobody scrapes any more."""
    done = ("snapshot", "complete_snapshot", "erp_read", "reconciliation", "catalog_sync", "dashboard")
    for what in done:
        assert 0 < time.time() - value(series, "last_success_timestamp_seconds", what=what) < 600, what


def test_a_change_is_timed_from_saving_until_it_is_verified(series: Series) -> None:
    assert value(series, "changes_verified") == 20
    assert value(series, "change_to_platform_median_seconds") == pytest.approx(10.5, abs=0.1)
    assert value(series, "change_to_platform_p95_seconds") == pytest.approx(19.05, abs=0.1)
    assert value(series, "changes_waiting", reason="contract") == 1
    assert value(series, "changes_waiting", reason="erp") == 2
    assert value(series, "changes_waiting", reason="service_plan") == 0


def test_requests_to_the_platform_are_a_histogram_of_prometheus(series: Series) -> None:
    assert value(series, "platform_request_seconds_bucket", code="200", le="0.025") == 0
    assert value(series, "platform_request_seconds_bucket", code="200", le="0.05") == 90
    assert value(series, "platform_request_seconds_bucket", code="200", le="30.0") == 90
    assert value(series, "platform_request_seconds_bucket", code="200", le="+Inf") == 100
    assert value(series, "platform_request_seconds_count", code="200") == 100
    assert value(series, "platform_request_seconds_sum", code="200") == 3


def test_labels_are_few_and_of_nobody(furnished: Engine, series: Series) -> None:
    assert len(series) < 400
    labels = {name for _, pairs in series for name, _ in pairs}
    assert labels == {"action", "code", "due_date", "kind", "le", "reason", "source", "status", "version", "what"}
    told = scrape(furnished, TODAY, 48).decode()
    for row in Database(furnished).run("select name, document from erp.client"):
        assert row.name not in told
        assert row.document not in told


def test_years_of_due_dates_make_no_more_series(engine: Engine) -> None:
    Database(engine).run(
        "insert into reports.event_status select cast(day as date), 'pending', 1, 1 "
        "from generate_series(date '2021-01-01', date '2027-12-31', interval '1 day') as day"
    )
    found = scraped(as_screens(engine))
    shown = {value for name, pairs in found for label, value in pairs if label == "due_date"}
    assert len(shown) == 62
    assert max(shown) == "2027-12-31"


def test_an_empty_database_tells_that_nothing_was_ever_done(engine: Engine) -> None:
    found = scraped(as_screens(engine))
    assert value(found, "up") == 1
    assert all(ok == 1 for (name, _), ok in found.items() if name == "multitv_source_up")
    names = {name for name, _ in found}
    assert names.isdisjoint({"multitv_last_success_timestamp_seconds", "multitv_open_items"})
    assert value(found, "open_questions", kind="billing") == 0


def test_without_the_database_up_is_0_and_old_figures_are_gone() -> None:
    [closed] = free_ports(1)
    found = scraped(engine_for(f"postgresql+psycopg://nobody@127.0.0.1:{closed}/none"))
    assert value(found, "up") == 0
    assert {name for name, _ in found} == {
        "multitv_up", "multitv_build_info", "multitv_source_up", "multitv_scrape_seconds"
    }  # fmt: skip


@pytest.mark.slow
def test_what_takes_too_long_is_left_out_and_the_rest_is_told(furnished: Engine) -> None:
    with as_owner(furnished).connect() as other:
        other.execute(text("lock table tv.catalog_sync"))
        found = scraped(furnished)
        other.rollback()
    assert value(found, "source_up", source="parked") == value(found, "source_up", source="times") == 0
    assert value(found, "up") == value(found, "source_up", source="questions") == 1
    assert value(found, "open_questions", kind="billing") == 1
    assert value(found, "platform_request_seconds_count", code="200") == 100


def test_the_documentation_names_each_metric_with_its_labels(series: Series, repository: Path) -> None:
    rows = re.findall(r"^\| `(multitv_\w+)` \|([^|]*)\|", (repository / "docs/metrics.md").read_text(), re.MULTILINE)
    documented = {name: set(re.findall(r"`(\w+)`", labels)) for name, labels in rows}
    told: dict[str, set[str]] = {}
    for name, pairs in series:
        base = re.sub(r"_(bucket|sum|count)$", "", name)
        told.setdefault(base, set()).update(label for label, _ in pairs if label != "le")
    assert documented == told
