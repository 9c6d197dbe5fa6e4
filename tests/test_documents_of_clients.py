"""CPFs and CNPJs, with letters or without, are recognised and shown in their notation; all else as it stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitv.documents import beginning_of_cnpj, document_key, for_spreadsheet, formatted, is_valid

# The example of the Receita Federal and Serpro.
CNPJ = "12ABC34501DE35"


@pytest.mark.parametrize("key", ["12345678909", "11144477735", "00000000191", "11222333000181", "00000000000191", CNPJ])
def test_the_right_check_digits_are_recognised(key: str) -> None:
    assert is_valid(key)


@pytest.mark.parametrize(
    "key",
    ["", "0", "12345678900", "1234567890", "123456789091", "11111111111", "00000000000000", "11222333000182",
     "12ABC34501DE53", "12ABC34501DE3", "12ABC34501DE355", "12abc34501de35", "12ABC34501DEA5", "1234567890A",
     "12ÁBC34501DE35", "ABCDEFGHIJKLMN", "١٢٣٤٥٦٧٨٩٠٩"],
)  # fmt: skip
def test_what_is_neither_a_cpf_nor_a_cnpj_is_not_valid(key: str) -> None:
    assert not is_valid(key)


@given(st.from_regex("[0-9A-Z]{12}", fullmatch=True).filter(lambda stem: len(set(stem)) > 1))
def test_a_cnpj_has_one_pair_of_check_digits(stem: str) -> None:
    assert sum(is_valid(f"{stem}{check:02}") for check in range(100)) == 1


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("12345678909", "123.456.789-09"),
        ("00000000191", "000.000.001-91"),
        (" 123 456 789 09 ", "123.456.789-09"),
        ("12345678000195", "12.345.678/0001-95"),
        ("00000000000191", "00.000.000/0001-91"),
        ("12abc34501de35", "12.ABC.345/01DE-35"),
        ("12.ABC.345/01DE-35", "12.ABC.345/01DE-35"),
        ("12 ABC 345 01DE 35", "12.ABC.345/01DE-35"),
    ],
)
def test_a_valid_document_has_its_dots_and_dashes(written: str, shown: str) -> None:
    assert formatted(written) == for_spreadsheet(written) == shown


@pytest.mark.parametrize(
    "written",
    ["12345678900", "1234567890", "12.ABC.345/01DE-36", "12ABC34501DE3", "RG 12345678909 SSP", "CPF 123.456.789-09",
     "0", "isento", "", "11111111111", "123.456.789-00"],
)  # fmt: skip
def test_an_invalid_or_odd_document_is_shown_as_it_is(written: str) -> None:
    assert formatted(written) == written


@pytest.mark.parametrize(
    ("written", "cell"),
    [
        ("12345678900", "'12345678900"),
        ("1234567890123", "'1234567890123"),
        (" 0012", "' 0012"),
        ("(123)", "'(123)"),
        ("12E3", "'12E3"),
        ("12/05", "'12/05"),
        ("'-123", "'-123"),
        ("123.456.789-00", "123.456.789-00"),
        ("12.ABC.345/01DE-36", "12.ABC.345/01DE-36"),
        ("RG 123", "RG 123"),
        ("", ""),
    ],
)
def test_a_spreadsheet_makes_no_number_of_a_document(written: str, cell: str) -> None:
    assert for_spreadsheet(written) == cell


@pytest.mark.parametrize(
    "written", ["123.456.789-09", "12345678909", " 123 456 789 09 ", "CPF 123456789-09", "123–456–789–09"]
)
def test_a_cpf_is_its_digits_however_it_is_written(written: str) -> None:
    assert document_key(written) == "12345678909"


@pytest.mark.parametrize(
    "written", [CNPJ, CNPJ.lower(), "12.ABC.345/01DE-35", "12.abc.345/01de–35", "12 ABC 345 01DE 35"]
)
def test_a_cnpj_is_its_characters_however_it_is_written(written: str) -> None:
    assert document_key(written) == beginning_of_cnpj(written) == CNPJ


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("12.abc", "12ABC"),
        ("12.ABC.345/", "12ABC345"),
        ("a1", "A1"),
        ("12ABC34501DE3", "12ABC34501DE3"),
        ("maria", None),
        ("d'avila 2", None),
        ("são 3", None),
        ("12ABC34501DEA5", None),
        ("12ABC34501DE355", None),
        ("", None),
        ("./-", None),
    ],
)
def test_what_may_be_the_beginning_of_a_cnpj_is_searched_for(typed: str, key: str | None) -> None:
    assert beginning_of_cnpj(typed) == key
