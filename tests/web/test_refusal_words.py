"""Every refusal that the code raises has its words in labels.SENTENCES, and no words are left over."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

from multitv.errors import MultiTVError, Refusal
from multitv.installation import REPOSITORY
from multitv.labels import SENTENCES

PLUGINS = REPOSITORY / "plugins"
LABELS = PLUGINS / "multitv" / "labels.py"
# Arguments of every refusal, which its words do not show.
NOT_SHOWN = {"field", "retry_after"}


@cache
def trees() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PLUGINS.rglob("*.py"))}


def name_of(expression: ast.expr) -> str:
    return expression.attr if isinstance(expression, ast.Attribute) else getattr(expression, "id", "")


@cache
def errors() -> dict[str, type[MultiTVError]]:
    """All classes of errors by their names, which are unique."""
    found: dict[str, type[MultiTVError]] = {"MultiTVError": MultiTVError}
    classes = [(path, node) for path, tree in trees().items() for node in tree.body if isinstance(node, ast.ClassDef)]
    before = 0
    while len(found) > before:
        before = len(found)
        for path, node in classes:
            if any(name_of(base) in found for base in node.bases) and node.name not in found:
                found[node.name] = getattr(importlib.import_module(module_of(path)), node.name)
    return found


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(PLUGINS).with_suffix("").parts)


def calls() -> Iterator[tuple[str, type[MultiTVError], ast.Call]]:
    """Where an error is made: the place, its class and the call."""
    for path, tree in trees().items():
        for node in ast.walk(tree):
            name = name_of(node.func) if isinstance(node, ast.Call) else ""
            if isinstance(node, ast.Call) and name in errors():
                yield f"{path.relative_to(PLUGINS)}:{node.lineno}", errors()[name], node


def texts(tree: ast.Module) -> list[str]:
    return [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def shown_by(cause: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(SENTENCES[cause]) if name}


def test_every_refusal_gives_its_words_exactly_what_they_show() -> None:
    seen = set()
    for place, kind, call in calls():
        if not issubclass(kind, Refusal):
            continue
        [argument] = call.args
        assert isinstance(argument, ast.Constant), f"{place}: the cause is not written out"
        cause = str(argument.value)
        assert cause in SENTENCES, f"{place}: '{cause}' has no words"
        given = {keyword.arg for keyword in call.keywords} - NOT_SHOWN
        assert given == shown_by(cause), f"{place}: '{cause}' shows other parameters"
        seen.add(cause)
    assert len(seen) > 50


@pytest.mark.parametrize("kind", errors().values(), ids=errors())
def test_what_is_for_whoever_is_on_call_has_words_that_show_nothing(kind: type[MultiTVError]) -> None:
    if kind.cause is not None:
        assert shown_by(kind.cause) == set()


def test_whatever_the_web_and_the_database_raise_has_words() -> None:
    for kind in errors().values():
        if kind.__module__.startswith("multitv.web.") or kind.__module__ == "multitv.database.engine":
            assert issubclass(kind, Refusal) or kind.cause in SENTENCES, kind.__name__


def test_codes_are_of_one_class_but_for_what_does_not_exist_and_what_was_waited_for_in_vain() -> None:
    codes = [kind.code for kind in errors().values()]
    # Whether a database was waited for makes no other cause of it, and no second alert.
    assert {code for code in codes if codes.count(code) > 1} == {"not_there", "database_unavailable"}


def test_no_words_are_left_over() -> None:
    named = {kind.code for kind in errors().values()}
    for path, tree in trees().items():
        if path != LABELS:
            # The platform writes its codes in capitals.
            named |= {text.lower() for text in texts(tree)}
    for path in (REPOSITORY / "include" / "sql").rglob("*.sql"):
        named |= set(re.findall(r"'(\w+)'", path.read_text(encoding="utf-8")))
    assert not SENTENCES.keys() - named


def test_that_nothing_was_written_is_said_in_one_place() -> None:
    assert [cause for cause, words in SENTENCES.items() if "Nada foi gravado" in words] == ["nothing_written"]
    for path, tree in trees().items():
        if path != LABELS:
            assert not [text for text in texts(tree) if "Nada foi gravado" in text], path
