"""What a person types: any way of writing a MAC or a price, and anything else."""

from __future__ import annotations

import string
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitv.changes.errors import InvalidValue
from multitv.changes.values import checked_point_limit, checked_price, checked_text, mac_address

MULTICAST = 1 << 40
DEVICES = st.integers(1, 2**48 - 1).map(lambda number: f"{number & ~MULTICAST or 2:012x}")


def split(digits: str, size: int, sign: str) -> str:
    return sign.join(digits[at : at + size] for at in range(0, 12, size))


@given(DEVICES, st.sampled_from([(2, ":"), (2, "-"), (2, "."), (4, "."), (12, "")]), st.booleans(), st.booleans())
def test_a_mac_is_stored_in_one_form_however_it_is_typed(
    digits: str, way: tuple[int, str], upper: bool, blanks: bool
) -> None:
    typed = split(digits, *way)
    typed = typed.upper() if upper else typed
    assert mac_address(f" {typed}\n" if blanks else typed) == split(digits, 2, ":")


@given(DEVICES)
def test_a_stored_mac_is_read_as_itself(digits: str) -> None:
    assert mac_address(mac_address(digits)) == split(digits, 2, ":")


@given(st.integers(0, 2**48 - 1).map(lambda number: number | MULTICAST))
def test_a_mac_of_many_devices_is_refused(number: int) -> None:
    with pytest.raises(InvalidValue, match="não é o MAC de um único aparelho") as refused:
        mac_address(f"{number:012x}")
    assert refused.value.field == "mac"


@pytest.mark.parametrize("typed", ["00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01"])
def test_zero_broadcast_and_multicast_are_refused(typed: str) -> None:
    with pytest.raises(InvalidValue, match="zero, broadcast ou multicast"):
        mac_address(typed)


@given(st.text(string.hexdigits + ":-. g\x00٣", max_size=20))
def test_text_is_a_mac_in_stored_form_or_refused(typed: str) -> None:
    try:
        mac = mac_address(typed)
    except InvalidValue:
        return
    assert mac.replace(":", "") == "".join(sign for sign in typed.lower() if sign in "0123456789abcdef")
    assert [len(pair) for pair in mac.split(":")] == [2] * 6


@pytest.mark.parametrize("typed", ["", "a4:5e:60:01:02", "a4:5e-60:01:02:03", "a45e.6001:0203", "a4:5e:60:01:02:0g"])
def test_what_is_no_mac_is_named(typed: str) -> None:
    with pytest.raises(InvalidValue, match="não é um MAC"):
        mac_address(typed)


@given(st.decimals(Decimal(0), Decimal("9999999999.99"), places=2))
def test_a_price_in_cents_is_kept_exactly(price: Decimal) -> None:
    assert checked_price(price) == price


@given(st.decimals(allow_nan=True, allow_infinity=True) | st.floats() | st.integers())
def test_a_price_is_stored_as_it_is_or_refused(price: Any) -> None:
    try:
        kept = checked_price(price)
    except InvalidValue:
        return
    assert isinstance(price, Decimal)
    assert kept == price == price.quantize(Decimal("0.01"))
    assert 0 <= price < 10**10


def test_no_price_inherits() -> None:
    assert checked_price(None) is None


@pytest.mark.parametrize("limit", [None, 0, 1, 1000])
def test_a_package_allows_any_number_of_points_up_to_a_thousand_or_has_no_limit(limit: int | None) -> None:
    assert checked_point_limit(limit) == limit


@pytest.mark.parametrize("limit", [-1, 1001, 10**50, 2.5])
def test_a_point_limit_that_is_none_is_refused(limit: int) -> None:
    with pytest.raises(InvalidValue, match="não é um número inteiro de 0 a 1000") as refused:
        checked_point_limit(limit)
    assert refused.value.field == "point_limit"


@pytest.mark.parametrize("typed", ["", "  ", "a\x00b", "a\nb", "\ud800", "x" * 201])
def test_text_that_is_no_label_is_refused(typed: str) -> None:
    with pytest.raises(InvalidValue, match="rótulo") as refused:
        checked_text("label", typed)
    assert refused.value.field == "label"


def test_text_keeps_its_accents_and_loses_its_margins() -> None:
    assert checked_text("label", "  Televisão da avó ") == "Televisão da avó"
