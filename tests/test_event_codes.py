"""An event's code survives spreadsheets and pasting, and a mistyped one is refused and never another event."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitv.event_codes import EventCodeRefused, event_code, event_number, with_event_codes

NUMBER = 2026121000000024
CODE = "EV-20261210-00000024-4"
NUMBERS = st.builds(lambda day, number: int(f"{day:%Y%m%d}{number:08}"), st.dates(), st.integers(0, 10**8 - 1))


def refusal(typed: str) -> str:
    with pytest.raises(EventCodeRefused) as refused:
        event_number(typed)
    assert "copie-o" in str(refused.value) or "informe o código" in str(refused.value)
    return str(refused.value.cause)


def test_a_code_names_the_due_date_and_the_number_within_it() -> None:
    assert event_code(NUMBER) == CODE
    assert event_number(CODE) == NUMBER


@pytest.mark.parametrize(("number", "check"), [("572", "4"), ("43881234567", "9"), ("0", "0")])
def test_the_check_digit_is_the_one_of_damms_algorithm(number: str, check: str) -> None:
    """The first is the example of Damm's that every description of the algorithm has."""
    assert event_code(int(number))[-1] == check


@given(NUMBERS)
def test_every_code_is_read_as_the_number_that_it_is_of(number: int) -> None:
    assert event_number(event_code(number)) == number


@given(NUMBERS)
def test_no_code_is_a_number_to_a_spreadsheet(number: int) -> None:
    with pytest.raises(ValueError, match="could not convert"):
        float(event_code(number))


@given(NUMBERS)
def test_every_wrong_digit_is_found(number: int) -> None:
    code = event_code(number)
    for place, sign in enumerate(code):
        for other in set("0123456789") - {sign}:
            if sign.isdigit():
                assert refusal(code[:place] + other + code[place + 1 :]) == "event_code_mistyped"


@given(NUMBERS)
def test_every_swap_of_two_neighbours_is_found_across_hyphens_too(number: int) -> None:
    digits = event_code(number)[3:].replace("-", "")
    for place in range(16):
        swapped = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
        if swapped != digits:
            assert refusal(f"EV-{swapped[:8]}-{swapped[8:16]}-{swapped[16]}") == "event_code_mistyped"


@pytest.mark.parametrize(
    "typed",
    [
        f"  {CODE}\n",
        f"\u00a0{CODE}\u00a0",
        f"\ufeff{CODE}\u200b",
        CODE.lower(),
        CODE.replace("-", ""),
        CODE.replace("-", " "),
        CODE.replace("-", "\u2013"),
        CODE.replace("-", "\u2014"),
        CODE.replace("-", "\u2011"),
        CODE.replace("-", "\u2212"),
        CODE.replace("-", "\u00ad"),
        CODE.replace("-", " - "),
        "ev20261210-00000024 4",
        "ＥＶ－２０２６１２１０－００００００２４－４",
    ],
)
def test_blanks_capitals_and_hyphens_of_any_kind_do_not_matter(typed: str) -> None:
    assert event_number(typed) == NUMBER


@pytest.mark.parametrize(
    "typed",
    ["2026121000000024", "2026121000000020", "20261210000000244", " 2026121000000024 ", "2,02612E+15",
     "2026121000000024.0", "2.02612E15", "20261210-00000024", "24", "2026121000000024,00"],
)  # fmt: skip
def test_a_number_is_refused_and_the_way_out_is_told(typed: str) -> None:
    assert refusal(typed) == "event_code_is_number"
    with pytest.raises(EventCodeRefused, match="página do cliente, em Evento de Faturamento"):
        event_number(typed)


@pytest.mark.parametrize(
    "typed",
    ["", " ", "EV", "EV-20261210-00000024", "EV-20261210-24-4", "EV-20261210-00000024-44", "XX-20261210-00000024-4",
     "EV-2O261210-00000024-4", "EV-٢٠٢٦1210-00000024-4", f"{CODE} {CODE}", "EV-20261210-00000024-4; drop", "-" * 90],
)  # fmt: skip
def test_what_is_no_code_is_refused(typed: str) -> None:
    assert refusal(typed) == "event_code_malformed"


def test_the_code_of_another_year_is_another_code() -> None:
    assert refusal(CODE.replace("2026", "2025")) == "event_code_mistyped"
    assert event_code(2025121000000024) != CODE


def test_leading_zeros_are_kept() -> None:
    assert event_code(10101_00000001).startswith("EV-00010101-00000001-")
    assert event_number(event_code(10101_00000001)) == 10101_00000001


def test_a_log_has_the_code_beside_the_number() -> None:
    assert with_event_codes(f"event {NUMBER} of 1.00; credit {NUMBER}") == (
        f"event {NUMBER} ({CODE}) of 1.00; credit {NUMBER} ({CODE})"
    )
    assert with_event_codes("client plan 2026121000000024, event 7") == "client plan 2026121000000024, event 7"
