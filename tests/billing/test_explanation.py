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
    due_date=date(2026, 12, 10),
    reference_month=date(2026, 12, 1),
    segment=1,
    amount=Decimal("1229.90"),
    price=Decimal("1229.90"),
    price_source="package",
    days=None,
    value_before=None,
    denominator=None,
    policy_id=1,
    proration="full",
    timing="advance",
    adjusts=False,
)
OPEN = replace(WHOLE, due_date=date(2027, 1, 10))
DIFFERENCE = replace(
    OPEN, segment=0, amount=Decimal("15.00"), days=15, denominator=31, value_before=Decimal("16.00"), proration="daily"
)


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (
            WHOLE,
            "Cinema em 12/2026: R$ 1.229,90 (mês cheio, preço do pacote, política 1: valor cheio, mês do vencimento)",
        ),
        (
            replace(OPEN, amount=Decimal("674.46"), days=17, denominator=31, proration="daily", timing="arrears"),
            "Cinema em 12/2026: R$ 674,46 (17 de 31 dias de R$ 1.229,90, preço do pacote, política 1: por dia, "
            "mês vencido)",
        ),
        (
            replace(WHOLE, kind="reversal", amount=Decimal("-9.90"), price_source="client", policy_id=None),
            "Estorno de Cinema em 12/2026: R$ -9,90 (mês cheio, preço do cliente)",
        ),
        (
            OPEN,
            "Cinema em 12/2026: R$ 1.229,90 (mês cheio, preço do pacote, política 1: valor cheio, mês anterior que "
            "ainda não tinha sido cobrado)",
        ),
        (
            replace(OPEN, due_date=date(2027, 2, 10), timing="arrears"),
            "Cinema em 12/2026: R$ 1.229,90 (mês cheio, preço do pacote, política 1: valor cheio, mês anterior que "
            "ainda não tinha sido cobrado)",
        ),
        (replace(OPEN, policy_id=None, timing=None), "Cinema em 12/2026: R$ 1.229,90 (mês cheio, preço do pacote)"),
        (
            DIFFERENCE,
            "Diferença de Cinema em 12/2026: R$ 15,00 (o mês soma R$ 31,00, dos quais R$ 16,00 já "
            "tinham sido cobrados)",
        ),
        (
            replace(DIFFERENCE, value_before=Decimal(0)),
            "Cinema em 12/2026: R$ 15,00 (o que já tinha sido cobrado do mês foi devolvido)",
        ),
        (
            replace(DIFFERENCE, value_before=Decimal(0), kind="reversal", amount=Decimal("-15.00")),
            "Estorno de Cinema em 12/2026: R$ -15,00",
        ),
        (
            replace(DIFFERENCE, kind="reversal", amount=Decimal("-15.00")),
            "Estorno da diferença de Cinema em 12/2026: R$ -15,00 (o mês fica com os R$ 16,00 cobrados antes)",
        ),
        (
            replace(WHOLE, kind="reversal", amount=Decimal("-15.00"), adjusts=True),
            "Crédito de Cinema em 12/2026: R$ -15,00 (o mês custa menos do que foi cobrado)",
        ),
    ],
)
def test_the_line_says_where_the_amount_comes_from(event: Explanation, line: str) -> None:
    assert event.line() == line
