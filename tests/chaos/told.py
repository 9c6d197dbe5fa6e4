"""What the mailbox and the webhook receiver were told: which kinds of alerts began, and which are over."""

from __future__ import annotations

import re
from dataclasses import dataclass

from multitv.alerts.messages import WORDS
from tests.support.receivers import Received

_BLANKS = re.compile(r"\s+")


@dataclass
class Told:
    """The two receivers, each of which has to be told everything."""

    mails: Received
    posts: Received

    def is_open(self, kind: str) -> bool:
        """Whether both were told that it is open, and not since that it is over."""
        return all(began and not ended for began, ended in self._last(kind))

    def is_over(self, kind: str) -> bool:
        """Whether both were told that it began, and since that it is over."""
        return all(ended for _, ended in self._last(kind))

    def times(self, kind: str) -> list[tuple[int, int]]:
        """How often each was told that it began, and that it is over: by e-mail, by webhook."""
        return [
            (len(re.findall(begins(kind), text)), len(re.findall(ends(kind), text)))
            for text in map("\n".join, self.texts())
        ]

    def texts(self) -> tuple[list[str], list[str]]:
        """The messages of each receiver as one line each."""
        bodies = (mail.get_body(("plain",)) for mail in self.mails.mails)
        mails = [body.get_content() for body in bodies if body is not None]
        return [_line(text) for text in mails], [_line(post["message"]) for post in self.posts.posts]

    def _last(self, kind: str) -> list[tuple[bool, bool]]:
        """Of each receiver: whether the kind ever began, and whether the last that was told of it is its end."""
        found = []
        for text in map("\n".join, self.texts()):
            began = [match.start() for match in re.finditer(begins(kind), text)]
            ended = [match.start() for match in re.finditer(ends(kind), text)]
            found.append((bool(began), bool(began) and bool(ended) and ended[-1] > began[-1]))
        return found


def begins(kind: str) -> str:
    """A pattern of the words with which an alert begins."""
    return f"⚠ {_pattern(WORDS[kind].what)}"


def ends(kind: str) -> str:
    return f"✔ {_pattern(WORDS[kind].over)}"


def _pattern(words: str) -> str:
    parts = re.split(r"\{[^}]*\}", words)
    return "[^⚠✔⏳]{0,300}?".join(re.escape(_line(part)) if part.strip() else re.escape(part) for part in parts)


def _line(text: str) -> str:
    return _BLANKS.sub(" ", text)
