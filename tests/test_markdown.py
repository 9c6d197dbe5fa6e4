"""Tables in a task's log."""

from __future__ import annotations

from multitv.markdown import table


def test_a_table_stands_in_columns() -> None:
    assert table(["plan", "amount"], [["Fibra 1 Giga", 1], ["TV", "R$ 10,00"]]) == [
        "| plan         | amount   |",
        "|--------------|----------|",
        "| Fibra 1 Giga | 1        |",
        "| TV           | R$ 10,00 |",
    ]


def test_what_a_cell_holds_cannot_break_the_table() -> None:
    assert table(["name"], [["a|b\nc"]])[2] == "| a\\|b c |"
