"""An event's amount is explained in Portuguese whatever it comes from."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from multitv.billing.explanation import Explanation

WHOLE = Explanation(
    kind="charge",
    package="Cinema",
    reference_month=date(2026, 12, 1),
    amount=Decimal("1229.90"),
    price=Decimal("1229.90"),
    price_source="package",
    days=None,
    denominator=None,
    policy_id=1,
    proration="full",
    timing="advance",
)


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (
            WHOLE,
            "Cinema em 12/2026: R$ 1.229,90 (mês cheio, preço do pacote, política 1: valor cheio, mês do vencimento)",
        ),
        (
            replace(WHOLE, amount=Decimal("674.46"), days=17, denominator=31, proration="daily", timing="arrears"),
            "Cinema em 12/2026: R$ 674,46 (17 de 31 dias de R$ 1.229,90, preço do pacote, política 1: por dia, "
            "mês vencido)",
        ),
        (
            replace(WHOLE, kind="reversal", amount=Decimal("-9.90"), price_source="client", policy_id=None),
            "Estorno de Cinema em 12/2026: R$ -9,90 (mês cheio, preço do cliente)",
        ),
    ],
)
def test_the_line_says_where_the_amount_comes_from(event: Explanation, line: str) -> None:
    assert event.line() == line
