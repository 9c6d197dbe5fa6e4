"""Each query of the dashboard file and of the example rules finds what a scrape really tells."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from promql_parser import AggregateExpr, Expr, MatchOp, VectorSelector

from multitv.installation import REPOSITORY
from tests.reports.test_metrics import Series, furnished, series  # noqa: F401

MONITORING = REPOSITORY / "monitoring"
DASHBOARD = json.loads((MONITORING / "grafana" / "multitv.json").read_text())
RULES = yaml.safe_load((MONITORING / "prometheus" / "rules.yml").read_text())
QUERIES = [(panel["title"], target["expr"]) for panel in DASHBOARD["panels"] for target in panel.get("targets", [])] + [
    (rule["alert"], rule["expr"]) for group in RULES["groups"] for rule in group["rules"]
]
# Of Prometheus itself.
OF_PROMETHEUS = [{"__name__": "up", "job": "multitv", "instance": "127.0.0.1:8080"}]


def fits(op: MatchOp, value: str, wanted: str) -> bool:
    if op in (MatchOp.Equal, MatchOp.NotEqual):
        return bool((value == wanted) == (op == MatchOp.Equal))
    return bool((re.fullmatch(wanted, value) is not None) == (op == MatchOp.Re))


def nodes(query: str) -> list[Expr]:
    found: list[Expr] = []
    promql_parser.walk(promql_parser.parse(query), found.append)
    return found


def told(series: Series) -> list[dict[str, str]]:  # noqa: F811
    return OF_PROMETHEUS + [{"__name__": name} | dict(labels) for name, labels in series]


def selected(selector: VectorSelector, told: list[dict[str, str]]) -> list[dict[str, str]]:
    """The series that a selector finds, each of whose matchers, and each alternative of one, has to find some."""
    found = [labels for labels in told if labels["__name__"] == selector.name]
    assert found, f"there is no {selector.name}"
    for matcher in selector.matchers.matchers:
        assert all(matcher.name in labels for labels in found), f"{selector.name} has no label {matcher.name}"
        for wanted in matcher.value.split("|") if matcher.op == MatchOp.Re else [matcher.value]:
            some = [labels for labels in found if fits(matcher.op, labels[matcher.name], wanted)]
            assert some, f"no {selector.name} has {matcher.name} {wanted}"
        found = [labels for labels in found if fits(matcher.op, labels[matcher.name], matcher.value)]
    assert found, f"{selector.name}: no series has all of {selector.matchers}"
    return found


def check(query: str, told: list[dict[str, str]]) -> None:
    for node in nodes(query):
        if isinstance(node, VectorSelector):
            selected(node, told)
        if isinstance(node, AggregateExpr) and node.modifier is not None:
            within = [inner for inner in nodes(node.expr.prettify()) if isinstance(inner, VectorSelector)]
            for label in node.modifier.labels:
                assert all(label in labels for inner in within for labels in selected(inner, told)), label


@pytest.mark.parametrize(("title", "query"), QUERIES, ids=[f"{title}-{n}" for n, (title, _) in enumerate(QUERIES)])
def test_a_query_finds_its_series(series: Series, title: str, query: str) -> None:  # noqa: F811
    check(query, told(series))


@pytest.mark.parametrize(
    "query",
    [
        "multitv_nothing",
        'multitv_open_items{kind="nothing"}',
        'multitv_open_items{nothing="payouts"}',
        'rate(multitv_platform_request_seconds_count{code=~"5..|nothing"}[5m])',
        "sum by (nothing) (multitv_open_items)",
        "sum(max by (status) (multitv_open_items))",
    ],
)
def test_a_query_of_what_is_not_told_is_found(series: Series, query: str) -> None:  # noqa: F811
    with pytest.raises(AssertionError):
        check(query, told(series))


def test_each_metric_but_that_of_the_scrape_is_shown(series: Series) -> None:  # noqa: F811
    asked = {node.name for _, query in QUERIES for node in nodes(query) if isinstance(node, VectorSelector)}
    shown = {re.sub(r"_(bucket|sum|count)$", "", str(name)) for name in asked}
    assert {re.sub(r"_(bucket|sum|count)$", "", name) for name, _ in series} - shown == {"multitv_changes_verified"}


def values(node: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(node, dict):
        for name, value in node.items():
            yield name, value
            yield from values(value)
    if isinstance(node, list):
        for value in node:
            yield from values(value)


def test_the_dashboard_is_of_no_machine() -> None:
    sources = [value for name, value in values(DASHBOARD) if name == "datasource" and value]
    assert sources
    assert all(source == {"type": "prometheus", "uid": "${datasource}"} for source in sources)
    assert [variable["type"] for variable in DASHBOARD["templating"]["list"]] == ["datasource"]
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(ids) == len(set(ids))
    assert "id" not in DASHBOARD


def test_the_example_scrapes_what_the_screens_serve(repository: Path) -> None:
    [job] = yaml.safe_load((MONITORING / "prometheus" / "prometheus.yml").read_text())["scrape_configs"]
    assert job["metrics_path"] == "/multitv/metrics"
    assert {labels["job"] for labels in OF_PROMETHEUS} == {job["job_name"]}
