"""A page as a test reads it: its elements, its text, the rows of its tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = frozenset({"input", "br", "meta", "link", "hr", "img"})
# What runs into the words around it.
_INLINE = frozenset({"code", "em", "strong"})


@dataclass
class Element:
    """An element with all text within it."""

    tag: str
    attributes: dict[str, str]
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join("".join(self.pieces).split())


class Page(HTMLParser):
    """A page, or a part of one."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.source = source
        self.elements: list[Element] = []
        self._open: list[Element] = [Element("", {})]
        self._whole = self._open[0]
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        if tag not in _INLINE:
            self._add(" ")
        if tag not in _VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if any(element.tag == tag for element in self._open):
            while self._open.pop().tag != tag:
                pass
        if tag not in _INLINE:
            self._add(" ")

    def handle_data(self, data: str) -> None:
        self._add(data)

    def _add(self, text: str) -> None:
        for element in self._open:
            element.pieces.append(text)

    @property
    def text(self) -> str:
        return self._whole.text

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """Return the elements with these attributes; `class_` is one of an element's classes."""
        wanted = attributes.pop("class_", None)
        return [
            element
            for element in self.elements
            if element.tag == tag
            and all(element.attributes.get(name.replace("_", "-")) == value for name, value in attributes.items())
            and (wanted is None or wanted in element.attributes.get("class", "").split())
        ]

    @property
    def rows(self) -> list[list[str]]:
        """The cells of each row of its tables, heads included."""
        found: list[list[str]] = []
        for element in self.elements:
            if element.tag == "tr":
                found.append([])
            elif element.tag in ("td", "th") and found:
                found[-1].append(element.text)
        return found

    def row(self, words: str) -> list[str]:
        """Return the one row that holds these words."""
        [row] = [row for row in self.rows if any(words in cell for cell in row)]
        return row

    @property
    def buttons(self) -> list[str]:
        return [element.text for element in self.all("button")]

    @property
    def fields(self) -> dict[str, str]:
        """What a form's fields hold, by their names."""
        held = {element.attributes["name"]: element.attributes.get("value", "") for element in self.all("input")}
        name = ""
        for element in self.elements:
            if element.tag == "select":
                name = element.attributes["name"]
            elif element.tag == "option" and "selected" in element.attributes:
                held[name] = element.attributes["value"]
        return held
