"""What is pending as the dashboard shows it: a card a kind, open months by month, excess by due date and reason."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from multitv.labels import counted
from multitv.web.dashboard.queries import Figures
from multitv.web.open_items.queries import Kind, Total

_NOUNS: dict[Kind, tuple[str, str]] = {
    "overdue_charges": ("cobrança", "cobranças"),
    "carried_charges": ("cobrança", "cobranças"),
    "waiting_credits": ("crédito", "créditos"),
    "payouts": ("crédito", "créditos"),
    "open_months": ("pacote", "pacotes"),
    "excess_charges": ("pacote", "pacotes"),
}


@dataclass(frozen=True)
class Card:
    """All that is pending of a kind, in reais. `extra` says how many in Portuguese."""

    kind: Kind
    amount: Decimal
    extra: str


@dataclass(frozen=True)
class OpenItems:
    """What is pending. No cards: nothing is."""

    cards: list[Card]
    open_months: list[Total]
    excess: list[Total]


def open_items(figures: Figures) -> OpenItems:
    """Return what is pending, kind by kind, without those of which there is nothing."""
    by_kind: dict[Kind, list[Total]] = {}
    for total in figures.open_items:
        by_kind.setdefault(total.kind, []).append(total)
    return OpenItems(
        cards=[_card(kind, by_kind[kind]) for kind in _NOUNS if kind in by_kind],
        open_months=by_kind.get("open_months", []),
        excess=by_kind.get("excess_charges", []),
    )


def _card(kind: Kind, totals: list[Total]) -> Card:
    fees = sum(total.fees for total in totals)
    counts = [
        (sum(total.items for total in totals) - fees, *_NOUNS[kind]),
        (fees, "mensalidade", "mensalidades"),
        (len({total.due_date for total in totals if total.due_date}), "vencimento", "vencimentos"),
        (len({total.reference_month for total in totals if total.reference_month}), "mês", "meses"),
    ]
    extra = ", ".join(counted(*one) for one in counts if one[0])
    return Card(kind, sum((total.amount for total in totals), Decimal()), extra)
