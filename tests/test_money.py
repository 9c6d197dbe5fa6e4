"""Amounts are written as Brazilians read them, whatever their size and sign."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitv.money import reais

# What a column of the type numeric(12, 2) can hold.
LIMIT = Decimal("9999999999.99")
CENT = Decimal("0.01")


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("0", "R$ 0,00"),
        ("0.05", "R$ 0,05"),
        ("29.9", "R$ 29,90"),
        ("999.99", "R$ 999,99"),
        ("1000", "R$ 1.000,00"),
        ("1234.56", "R$ 1.234,56"),
        ("-1234.56", "R$ -1.234,56"),
        ("-0.01", "R$ -0,01"),
        ("1E+3", "R$ 1.000,00"),
        ("9999999999.99", "R$ 9.999.999.999,99"),
    ],
)
def test_an_amount_is_written_as_brazilians_read_it(amount: str, written: str) -> None:
    assert reais(Decimal(amount)) == written


@given(st.decimals(-LIMIT, LIMIT, places=2))
def test_every_amount_can_be_read_back(amount: Decimal) -> None:
    written = reais(amount)
    assert re.fullmatch(r"R\$ -?(0|[1-9][0-9]{0,2}(\.[0-9]{3})*),[0-9]{2}", written)
    assert written.startswith("R$ -") == amount.is_signed()
    assert Decimal(written.removeprefix("R$ ").replace(".", "").replace(",", ".")) == amount


@given(st.decimals(-LIMIT, LIMIT, places=5))
def test_fractions_of_a_cent_are_rounded_half_to_even(amount: Decimal) -> None:
    assert reais(amount) == reais(amount.quantize(CENT, ROUND_HALF_EVEN))
