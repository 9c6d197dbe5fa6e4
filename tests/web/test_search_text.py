"""What is typed into a search box and what the database compares it with are made plain in the same way."""

from __future__ import annotations

from collections.abc import Iterator
from unicodedata import category

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, text

from multitv.documents import document_key
from multitv.web.core.search_text import plain

# PostgreSQL keeps no NUL, and knows characters that came into Unicode after this Python.
LETTERS = st.characters(exclude_categories=("Cs", "Cn", "Co"), exclude_characters="\0")
NAMES = st.text(st.sampled_from("aZçÇãÉ ´~'-.0193ßİıſﬁ㎏Åé̃ＡＺ１²ªº\t\n") | LETTERS, max_size=40)
SAME_DATABASE = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as opened:
        yield opened


def of_database(connection: Connection, function: str, written: str) -> str:
    return str(connection.scalar(text(f"select tv.{function}(:written)"), {"written": written}))


@SAME_DATABASE
@given(NAMES)
def test_a_name_is_plain_alike_in_the_search_box_and_in_the_database(connection: Connection, written: str) -> None:
    assert plain(written) == of_database(connection, "plain", written).strip()


def test_every_character_there_is_is_plain_alike(connection: Connection) -> None:
    every = [f"a{chr(point)}b" for point in range(1, 0x110000) if category(chr(point)) not in ("Cs", "Cn", "Co")]
    written = text("select one, tv.plain(one) from unnest(cast(:every as text[])) as one")
    assert not [one for one, made in connection.execute(written, {"every": every}) if made.strip() != plain(one)]


@SAME_DATABASE
@given(
    st.text(st.sampled_from("0123456789./- aç") | LETTERS, max_size=30)
    | st.from_regex(
        r"[ ./-]{0,2}[0-9A-Za-zé]{2}[ .]?[0-9A-Za-z]{3}[.–]?[0-9A-Za-z]{3}[ /]{0,2}[0-9A-Za-z]{4}-?[0-9a]{2}\n?"
    )
)
def test_a_document_has_the_same_key_in_both(connection: Connection, written: str) -> None:
    assume("\0" not in written)
    assert document_key(written) == of_database(connection, "document_key", written)


def test_the_key_of_no_document_is_nothing(connection: Connection) -> None:
    assert connection.scalar(text("select tv.document_key(null)")) is None


@pytest.mark.parametrize(
    ("written", "made_plain"),
    [
        ("José da Conceição", "jose da conceicao"),
        ("D'Ávila-Müller", "d avila muller"),
        ("  Ana   Maria ", "ana maria"),
        ("ÁÉÍÓÚ ãõ ç Ñ", "aeiou ao c n"),
        ("João 🎬", "joao"),
        ("ﬁbra №1 ²", "fibra no1 2"),
        ("', 日本 <>", ""),
    ],
)
def test_names_lose_accents_capitals_and_signs(written: str, made_plain: str) -> None:
    assert plain(written) == made_plain
