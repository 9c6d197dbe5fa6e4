"""What people type into the forms is read as they mean it, or refused in words that say how to write it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitv.changes.errors import InvalidValue
from multitv.changes.typed import typed_day, typed_price
from multitv.web.core import forms
from multitv.web.core.rendering import money


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("29,90", "29.90"),
        ("29,9", "29.90"),
        ("29.90", "29.90"),
        ("29.9", "29.9"),
        ("29", "29.00"),
        ("0", "0.00"),
        ("0,00", "0.00"),
        ("1.234,56", "1234.56"),
        ("1234,56", "1234.56"),
        ("1234.56", "1234.56"),
        ("1.234", "1234.00"),
        ("1.234.567,89", "1234567.89"),
        ("R$ 29,90", "29.90"),
        ("R$29,90", "29.90"),
        ("R$ 1.234,56", "1234.56"),
        ("  29,90 ", "29.90"),
        ("", None),
        ("   ", None),
        ("R$", None),
    ],
)
def test_a_price_is_read_as_brazilians_and_keypads_write_it(typed: str, meant: str | None) -> None:
    assert typed_price(typed) == (None if meant is None else Decimal(meant))


@pytest.mark.parametrize(
    "typed",
    ["abc", "-1", "-0,01", "29,901", "29.901,5,5", "1,234", "1,234.56", "1.23,45", "1e3", "NaN", "inf", "29,90 reais",
     "US$ 5", "29 90", ",90", "29,", "0x10", "1_000", "29,90\n1", "\0", "½"],
)  # fmt: skip
def test_what_could_be_another_price_or_none_is_refused(typed: str) -> None:
    with pytest.raises(InvalidValue, match="escreva como 29,90") as refused:
        typed_price(typed)
    assert refused.value.field == "price"


@given(st.decimals(min_value=0, max_value=9_999_999_999, places=2))
def test_a_price_that_a_page_shows_may_be_typed_as_it_stands(price: Decimal) -> None:
    assert typed_price(money(price)) == price


@given(st.text(max_size=30))
def test_whatever_is_typed_is_a_price_in_cents_or_refused(typed: str) -> None:
    try:
        price = typed_price(typed)
    except InvalidValue:
        return
    assert price is None or (price >= 0 and price.as_tuple().exponent in (0, -1, -2))


def test_a_day_is_what_a_date_picker_sends() -> None:
    assert typed_day("2026-12-10", "added_on") == date(2026, 12, 10)
    assert typed_day(" ", "added_on") is None


@pytest.mark.parametrize(
    "typed",
    ["0000-00-00", "9999-99-99", "2026-02-30", "10/12/2026", "2026-1-1", "20261210", "2026-12-10T00:00", "amanhã",
     "0202-12-10", "9999-12-31", "1999-12-31", "1796256000", "2026-12-10\0"],
)  # fmt: skip
def test_what_is_no_day_of_this_business_is_refused(typed: str) -> None:
    with pytest.raises(InvalidValue, match="não é uma data") as refused:
        typed_day(typed, "added_on")
    assert refused.value.field == "added_on"


@pytest.mark.parametrize(("typed", "meant"), [("", None), (" ", None), ("0", 0), ("12", 12), (" 7 ", 7)])
def test_a_count_is_a_small_whole_number(typed: str, meant: int | None) -> None:
    assert forms.count(typed, "point_limit") == meant


@pytest.mark.parametrize("typed", ["-1", "1,5", "1.5", "abc", "1e2", "9" * 7, "1 0", "+1"])
def test_what_is_no_count_is_refused(typed: str) -> None:
    with pytest.raises(InvalidValue, match="não é um número inteiro") as refused:
        forms.count(typed, "point_limit")
    assert refused.value.field == "point_limit"


@pytest.mark.parametrize("typed", ["", "0", "-1", "01", "1.0", "abc", "9" * 19, " 1", "1 or 1=1"])
def test_what_no_list_offers_cannot_be_chosen(typed: str) -> None:
    with pytest.raises(InvalidValue, match="Escolha um item da lista"):
        forms.chosen(typed, "package_id")


@pytest.mark.parametrize(
    "read", [typed_price, lambda typed: typed_day(typed, "x"), lambda typed: forms.count(typed, "x")]
)
def test_a_refusal_repeats_no_more_than_a_glance(read: Callable[[str], Any]) -> None:
    with pytest.raises(InvalidValue) as refused:
        read("z" * 500)
    assert len(str(refused.value)) < 160
