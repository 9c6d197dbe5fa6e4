"""CPF and CNPJ as people and ERPs write them. Documents are text: a CNPJ may have letters. Knows no database."""

from __future__ import annotations

import re
import unicodedata

_CPF = re.compile(r"([0-9]{3})([0-9]{3})([0-9]{3})([0-9]{2})")
_CNPJ = re.compile(r"([0-9A-Z]{2})([0-9A-Z]{3})([0-9A-Z]{3})([0-9A-Z]{4})([0-9]{2})")
# A CNPJ with whatever people put between its five parts.
_WRITTEN_CNPJ = re.compile(
    "[^0-9A-Za-z]*[0-9A-Za-z]{2}[^0-9A-Za-z]*[0-9A-Za-z]{3}[^0-9A-Za-z]*[0-9A-Za-z]{3}[^0-9A-Za-z]*[0-9A-Za-z]{4}"
    "[^0-9A-Za-z]*[0-9]{2}[^0-9A-Za-z]*"
)
_BEGINNING = re.compile(r"[0-9A-Z]{1,12}|[0-9A-Z]{12}[0-9]{1,2}")
# Typographic dashes and the minus sign are often pasted.
_NOTATION = re.compile(r"[0-9A-Za-z\s./\u2010-\u2015\u2212-]+")
_FORMATTED = re.compile(r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}|[0-9A-Z]{2}(\.[0-9A-Z]{3}){2}/[0-9A-Z]{4}-[0-9]{2}")
_APART = r"[^0-9A-Za-z]"
_WITHIN_A_DOCUMENT = re.compile(
    # Eight digits, whatever stands between them: the first nine of a CPF give away the others.
    f"(?:[0-9]{_APART}*){{8}}"
    # A CNPJ with letters: in its notation, in one word, or in its five parts.
    r"|[0-9A-Za-z]{2}\.[0-9A-Za-z]{3}\.[0-9A-Za-z]{3}"
    # It looks no further than this, because what is typed may be long.
    r"|(?=[A-Za-z]{1,7}[0-9]|[0-9]{1,7}[A-Za-z])[0-9A-Za-z]{8}"
    f"|(?<![0-9A-Za-z])[0-9A-Za-z]{{2}}{_APART}+[0-9A-Za-z]{{3}}{_APART}+[0-9A-Za-z]{{3}}{_APART}+[0-9A-Za-z]{{4}}"
    f"{_APART}+[0-9]{{2}}(?![0-9A-Za-z])"
)
# What begins with an apostrophe is taken for text already.
_LIKE_A_NUMBER = re.compile(r"(?!')[^0-9A-Za-z]*[0-9]")


def document_key(written: str) -> str:
    """Return what documents are compared by: a CNPJ's 14 characters, else the digits. Must match `tv.document_key`."""
    return characters(written) if _WRITTEN_CNPJ.fullmatch(written) else re.sub("[^0-9]", "", written)


def characters(written: str) -> str:
    """Return the letters, as capitals, and digits of a text."""
    return "".join(re.findall("[0-9A-Za-z]", written)).upper()


def beginning_of_cnpj(typed: str) -> str | None:
    """Return the first characters of a CNPJ with letters as its key has them; None if the text is no such beginning."""
    key = characters(typed)
    return key if _NOTATION.fullmatch(typed) and _BEGINNING.fullmatch(key) and not key.isalpha() else None


def holds_document(text: str) -> bool:
    """Return whether a text has a CPF or CNPJ in it, right or mistyped, or enough of one to tell whose it is.

    Such a text must not become part of an address, which browsers, proxies and servers keep. Rather too much counts
    than too little: a phone number does, and a word such as “telecom24h”.
    """
    return bool(_WITHIN_A_DOCUMENT.search(unicodedata.normalize("NFKC", text)))


def is_valid(key: str) -> bool:
    """Return whether these are the characters of a CPF or CNPJ with the right check digits.

    Both are modulo 11, with weights that rise from 2 at the right, those of a CNPJ up to 9 and then from 2 again. A
    character counts as its ASCII code minus 48 (Receita Federal, Instrução Normativa RFB 2.229/2024).
    """
    if len(set(key)) == 1:
        return False
    if _CPF.fullmatch(key):
        return key[9:] == _check_digits(key[:9], greatest=11)
    return bool(_CNPJ.fullmatch(key)) and key[12:] == _check_digits(key[:12], greatest=9)


def formatted(written: str) -> str:
    """Return a valid CPF or CNPJ with its dots and dashes; any other text is returned unchanged."""
    key = document_key(written)
    if not is_valid(key) or key != characters(written):
        return written
    if _CPF.fullmatch(key):
        return _CPF.sub(r"\1.\2.\3-\4", key)
    return _CNPJ.sub(r"\1.\2.\3/\4-\5", key)


def for_spreadsheet(written: str) -> str:
    """Return a document for a cell of a spreadsheet, which must make neither a number nor a date of it."""
    shown = formatted(written)
    is_text = bool(_FORMATTED.fullmatch(shown)) or not _LIKE_A_NUMBER.match(shown)
    return shown if is_text else f"'{shown}"


def _check_digits(stem: str, *, greatest: int) -> str:
    for _ in range(2):
        weighted = sum((ord(sign) - 48) * (2 + place % (greatest - 1)) for place, sign in enumerate(reversed(stem)))
        remainder = weighted % 11
        stem += str(11 - remainder if remainder > 1 else 0)
    return stem[-2:]
