"""Markdown that shows what people and other systems typed, and does nothing of what it says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from multitv.markdown import escape, table, with_data_docs

# As Airflow's pages show it: tables, bare addresses as links, HTML as HTML.
RENDERER = MarkdownIt("gfm-like", {"html": True})
# Of an inline text; whatever else there is would be markup.
SHOWN = {"text", "code_inline"}
IMAGE = "![x](http://evil.example/pixel.png)"
HOSTILE = [
    IMAGE,
    "[clique](http://evil.example)",
    "http://evil.example",
    "HTTPS://evil.example/a?b",
    "www.example.com",
    "mande@evil.example",
    "<img src=http://evil.example/x>",
    "<script>alert(1)</script>",
    "<http://evil.example>",
    "&lt;b&gt; &#x200b;",
    "**forte** _fraco_ ~~riscado~~ `codigo`",
    "`", "``", "` `", "a`b``c", "`![x](http://evil.example)", "\\", "\\`![x](http://evil.example)\\`",
    "a|b", "| --- |", "a\n\n# Aprovado", "a\r\n* b", "a\u2028b",
    "[x]: http://evil.example", "![x][y]", "\\![x](http://evil.example)", "# titulo", "> dito", "1. um", "- um",
    "$$x$$", ":smile:", "_x_", "a_b_c", "\u202egnp.exe", "", " ", "\x00", "\t",
]  # fmt: skip


def inline(markdown: str) -> Iterator[Token]:
    for token in RENDERER.parse(markdown):
        yield from token.children or []


def shown(markdown: str) -> str:
    tokens = list(inline(markdown))
    assert {token.type for token in tokens} <= SHOWN, [token.as_dict() for token in tokens]
    return "".join(token.content for token in tokens)


def on_one_line(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


@pytest.mark.parametrize("text", HOSTILE)
def test_a_value_is_shown_and_does_nothing(text: str) -> None:
    seen = shown(f"Cliente: {escape(text)}.")
    assert on_one_line(seen.replace("\ufffd", "\u202e")) == on_one_line(f"Cliente: {text.strip()}.")


@pytest.mark.parametrize("text", [IMAGE, "x www.example.com", "x <b>", "**forte**"])
def test_without_it_the_same_text_would_do_something(text: str) -> None:
    assert not {token.type for token in inline(text)} <= SHOWN


@given(st.text(st.characters(codec="utf-8")))
@example("`\x00`")
def test_no_text_at_all_becomes_markup(text: str) -> None:
    shown(f"x {escape(text)} x")
    cells: list[Token | None] = list(inline("\n".join(table(["nome"], [[text]]))))
    [cell] = cells[1:] or [None]
    assert cell is None or cell.type in SHOWN


@pytest.mark.parametrize(
    "text", ["Fibra 1 Giga", "R$ 1.234,56", "client_plan_suspended", "Sala (2º ponto)", "João D'Ávila", "aa:bb:cc"]
)
def test_plain_words_stay_as_they_are(text: str) -> None:
    assert escape(text) == text


def test_a_table_stands_in_columns() -> None:
    assert table(["plan", "amount"], [["Fibra 1 Giga", 1], ["TV", "R$ 10,00"]]) == [
        "| plan         | amount   |",
        "|--------------|----------|",
        "| Fibra 1 Giga | 1        |",
        "| TV           | R$ 10,00 |",
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_cell_holds_cannot_break_the_table(text: str) -> None:
    lines = table(["name", "amount"], [[text, 1], ["TV", 2]])
    cells = [token.content for token in RENDERER.parse("\n".join(lines)) if token.type == "inline"]
    assert len(cells) == 6
    assert cells[3:] == ["1", "TV", "2"]


def test_a_report_links_to_the_pages_of_its_gate_only_if_people_can_open_them() -> None:
    assert with_data_docs("# Relatório", None) == "# Relatório"
    assert with_data_docs("# R", "https://isp/docs/x").endswith("Conferência dos dados: <https://isp/docs/x>")
