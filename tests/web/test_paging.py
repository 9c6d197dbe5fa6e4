"""Where the next page begins is passed on as it was given; what was made up is refused before the database sees it."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitv.web.core.paging import MAX_ID, BadCursor, page_of, read_cursor

NUMBER = st.integers(0, MAX_ID)
NAME = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200)
AMOUNT = st.decimals(0, 9_999_999_999, places=2)
KEYS: dict[Any, Any] = {
    tuple[int]: st.tuples(NUMBER),
    tuple[int, int]: st.tuples(NUMBER, NUMBER),
    tuple[str, int]: st.tuples(NAME, NUMBER),
    tuple[int, int, date]: st.tuples(NUMBER, NUMBER, st.dates()),
    tuple[Decimal, int, int]: st.tuples(AMOUNT, NUMBER, NUMBER),
}


def cursor(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


@given(st.data())
def test_a_key_comes_back_as_it_was(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(list(KEYS)))
    key = data.draw(KEYS[kind])
    page = page_of([key, key], lambda row: row, 1)
    assert page.next is not None
    assert page.next.replace("-", "").replace("_", "").isalnum()
    assert read_cursor(page.next, kind) == key


@given(st.lists(st.integers(), max_size=8), st.integers(1, 8))
def test_a_page_says_that_there_is_more_only_if_there_is(rows: list[int], size: int) -> None:
    page = page_of(rows, lambda row: (row,), size)
    assert page.rows == rows[:size]
    assert (page.next is not None) == (len(rows) > size)


def test_no_cursor_is_the_first_page() -> None:
    assert read_cursor(None, tuple[int]) is None
    assert read_cursor("", tuple[int]) is None


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (tuple[int], [-1]),
        (tuple[int], [2**63]),
        (tuple[int], [10**400]),
        (tuple[int], [1.0]),
        (tuple[int], [True]),
        (tuple[int], [None]),
        (tuple[int], ["1"]),
        (tuple[int], [1, 2]),
        (tuple[int], []),
        (tuple[int], {}),
        (tuple[int], None),
        (tuple[int], 1),
        (tuple[str, int], ["a\0b", 1]),
        (tuple[str, int], ["\ud800", 1]),
        (tuple[int, int, date], [1, 1, "2026-02-30"]),
        (tuple[int, int, date], [1, 1, "0000-00-00"]),
        (tuple[int, int, date], [1, 1, 20261210]),
        (tuple[Decimal, int, int], ["NaN", 1, 1]),
        (tuple[Decimal, int, int], ["sNaN", 1, 1]),
        (tuple[Decimal, int, int], ["Infinity", 1, 1]),
        (tuple[Decimal, int, int], ["-1", 1, 1]),
        (tuple[Decimal, int, int], ["1e999999", 1, 1]),
        (tuple[Decimal, int, int], [1e300, 1, 1]),
    ],
)
def test_a_forged_key_is_refused(kind: type[Any], content: Any) -> None:
    with pytest.raises(BadCursor):
        read_cursor(cursor(json.dumps(content).encode()), kind)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[" * 400, b'["\xff",1]', b"1;drop table", b"[1"])
def test_what_is_no_key_at_all_is_refused(content: bytes) -> None:
    with pytest.raises(BadCursor):
        read_cursor(cursor(content) or "_", tuple[int])


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-", max_size=60))
def test_whatever_is_passed_as_a_cursor_is_a_key_or_refused(passed: str) -> None:
    for kind in KEYS:
        try:
            key = read_cursor(passed, kind)
        except BadCursor:
            continue
        assert key is None or isinstance(key, tuple)
