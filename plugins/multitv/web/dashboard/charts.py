"""The figures of the dashboard as data for Chart.js. The page shows each chart's numbers as a table as well."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from multitv.labels import LABELS
from multitv.web.dashboard.queries import Figures

# People cannot tell more colours apart.
_SERIES = 7


@dataclass(frozen=True)
class Chart:
    """A bar chart: a group of bars for each label, a colour for each series. `unit` is the format of the values."""

    id: str
    title: str
    unit: Literal["reais", "count"]
    labels: list[str]
    series: dict[str, list[Decimal | int]]
    stacked: bool = True
    horizontal: bool = False

    def data(self) -> dict[str, Any]:
        """Return the data for the page; amounts are text, so that the table shows them exactly."""
        return {
            "labels": self.labels,
            "unit": self.unit,
            "stacked": self.stacked,
            "horizontal": self.horizontal,
            "series": [
                {"name": name, "values": [str(value) for value in values]} for name, values in self.series.items()
            ],
        }


def charts(figures: Figures) -> list[Chart]:
    """Return the charts of the dashboard."""
    return [_revenue(figures), _events(figures), _clients(figures), _operations(figures)]


def _revenue(figures: Figures) -> Chart:
    months = sorted({row.month for row in figures.revenue})
    cells = {(row.package, row.month): row.amount for row in figures.revenue}
    series = _greatest(
        {
            package: [cells.get((package, month), Decimal()) for month in months]
            for package in sorted({row.package for row in figures.revenue})
        }
    )
    return Chart("revenue", "Receita por pacote e mês", "reais", [f"{month:%m/%Y}" for month in months], series)


def _events(figures: Figures) -> Chart:
    due_dates = sorted({row.due_date for row in figures.event_status})[-14:]
    cells = {(row.status, row.due_date): row.events for row in figures.event_status}
    series: dict[str, list[Decimal | int]] = {
        LABELS[status]: [cells.get((status, due_date), 0) for due_date in due_dates]
        for status in ("processed", "pending", "cancelled")
    }
    labels = [f"{due_date:%d/%m/%y}" for due_date in due_dates]
    return Chart("events", "Eventos por situação e vencimento", "count", labels, series)


def _clients(figures: Figures) -> Chart:
    packages = list(dict.fromkeys(row.package for row in figures.package_clients))[:14]
    cells = {(row.kind, row.package): row.client_plans for row in figures.package_clients}
    series: dict[str, list[Decimal | int]] = {
        LABELS[kind]: [cells.get((kind, package), 0) for package in packages] for kind in ("included", "extra")
    }
    return Chart("clients", "Clientes por pacote", "count", packages, series, horizontal=True)


def _operations(figures: Figures) -> Chart:
    days = sorted({row.day for row in figures.operations})
    cells = {(row.action, row.day): row.operations for row in figures.operations}
    series = _greatest(
        {
            LABELS.get(action, action): [cells.get((action, day), 0) for day in days]
            for action in sorted({row.action for row in figures.operations})
        }
    )
    labels = [f"{day:%d/%m}" for day in days]
    return Chart("operations", "Divergência por tipo: o que cada dia precisou corrigir", "count", labels, series)


def _greatest(series: dict[str, list[Decimal | int]] | dict[str, Any]) -> dict[str, list[Decimal | int]]:
    """Return the series with the greatest sums, and all others summed up in one."""
    ordered = sorted(series, key=lambda name: sum(series[name]), reverse=True)
    kept = {name: series[name] for name in ordered[:_SERIES]}
    if rest := ordered[_SERIES:]:
        kept["Outros"] = [sum(values) for values in zip(*(series[name] for name in rest), strict=True)]
    return kept
