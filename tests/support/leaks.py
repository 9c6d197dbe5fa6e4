"""Looks for secrets and documents of clients where they must not be. What it reports names places, never values."""

from __future__ import annotations

import re
from base64 import b64encode
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote_plus

import psutil
from sqlalchemy import Engine, text

from multitv.documents import characters

PIN, DOCUMENT, PASSWORD, KEY, TOKEN, SEALED = "PIN", "CPF/CNPJ", "password", "key", "token", "encrypted PIN"
# Any login that is written out, whichever it is: a JSON Web Token, a bearer's header.
_TOKENS = re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}|\b[Bb]earer [A-Za-z0-9._~+/-]{20,}")
# What Fernet encrypted: not to be read without a key, and not to be shown, either.
_SEALED = re.compile(r"\bgAAAAA[A-Za-z0-9_-]{60,}=*")
_DOCUMENTS = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9]{3}[. ]?[0-9]{3}[. ]?[0-9]{3}[- ]?[0-9]{2}"
    r"|[0-9A-Za-z]{2}[. ]?[0-9A-Za-z]{3}[. ]?[0-9A-Za-z]{3}[/ ]?[0-9A-Za-z]{4}[- ]?[0-9]{2})(?![0-9A-Za-z])"
)
# A day or a number of ours that begins like one, which a PIN may look like by chance.
_NO_PIN = re.compile(r"20[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])|0{4}[0-9]+")
_ESCAPED = re.compile(r"%[0-9A-Fa-f]{2}")
_COLUMNS = """
select format('%I.%I', relation.relnamespace::regnamespace, relation.relname) as name,
    relation.relnamespace::regnamespace || '.' || relation.relname || '.' || attribute.attname as place,
    quote_ident(attribute.attname) as column, format_type(attribute.atttypid, null) = 'bytea' as binary
from pg_class as relation
inner join pg_attribute as attribute on relation.oid = attribute.attrelid
where relation.relkind in ('r', 'p') and not relation.relispartition and attribute.attnum > 0
and not attribute.attisdropped and relation.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
and format_type(attribute.atttypid, null) ~ '^(text|character|json|bytea|xml|uuid)'
order by 1, 2
"""


@dataclass(frozen=True, order=True)
class Finding:
    """Where something is that must not be there, of which kind, and how often."""

    place: str
    kind: str
    times: int

    def __str__(self) -> str:
        return f"{self.place}: {self.kind} ({self.times} ×)"


@dataclass(frozen=True)
class Secrets:
    """The real values of a run by their kinds. They show in no message of a test."""

    pins: frozenset[str] = field(default=frozenset(), repr=False)
    documents: frozenset[str] = field(default=frozenset(), repr=False)
    passwords: frozenset[str] = field(default=frozenset(), repr=False)
    keys: frozenset[str] = field(default=frozenset(), repr=False)

    @classmethod
    def of(
        cls,
        *,
        pins: Iterable[str] = (),
        documents: Iterable[str] = (),
        passwords: Iterable[str] = (),
        keys: Iterable[str] = (),
    ) -> Secrets:
        """Take what can be searched for: documents as their characters, nothing that is too short to mean anything."""
        told = {characters(document) for document in documents}
        return cls(
            frozenset(pin for pin in pins if len(pin) >= 4),
            frozenset(document for document in told if len(document) in (11, 14)),
            frozenset(password for password in passwords if len(password) >= 8),
            frozenset(key for key in keys if len(key) >= 8),
        )

    def count(self, content: str) -> Counter[str]:
        """Return how often a text holds something of each kind, as it stands, in an address, or as base64."""
        found: Counter[str] = Counter()
        for kind, values in ((PASSWORD, self.passwords), (KEY, self.keys)):
            for value in values:
                for written in (value, b64encode(value.encode()).decode().rstrip("=")):
                    found[kind] += content.count(written)
        found[TOKEN] += sum(1 for _ in _TOKENS.finditer(content))
        found[SEALED] += sum(1 for _ in _SEALED.finditer(content))
        # To look for documents takes longest: once in all, and once more where an address may hide one.
        for readable in (
            content,
            "\n".join(unquote_plus(line) for line in content.splitlines() if _ESCAPED.search(line)),
        ):
            found[DOCUMENT] += sum(characters(match[0]) in self.documents for match in _DOCUMENTS.finditer(readable))
        for length in {len(pin) for pin in self.pins}:
            alone = re.finditer(rf"(?<![0-9A-Za-z.])[0-9]{{{length}}}(?![0-9A-Za-z])", content)
            found[PIN] += sum(match[0] in self.pins and not _NO_PIN.fullmatch(match[0]) for match in alone)
        return +found


def in_files(secrets: Secrets, folder: Path, leave_out: Collection[Path] = ()) -> Iterator[Finding]:
    """Look through all files below a folder: logs, Data Docs, whatever a stack writes."""
    for path in sorted(folder.rglob("*")):
        if any(path == left or left in path.parents for left in leave_out) or path.is_symlink() or not path.is_file():
            continue
        try:
            content = path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            # It is gone by now.
            continue
        # Line by line only where there is something, because most files have nothing.
        for number, line in enumerate(content.splitlines() if secrets.count(content) else (), 1):
            for kind, times in secrets.count(line).items():
                yield Finding(f"{path.relative_to(folder)}:{number}", kind, times)
        for kind, times in secrets.count(str(path.relative_to(folder))).items():
            yield Finding(f"the name of a file in {path.parent.relative_to(folder)}", kind, times)


def in_database(secrets: Secrets, engine: Engine, belongs: Collection[tuple[str, str]] = ()) -> Iterator[Finding]:
    """Look through every column of text, JSON or bytes: XComs, rendered fields, change sets, figures.

    `belongs`: the columns, as schema.table.column, that are to hold something of a kind.
    """
    with engine.connect() as connection:
        for column in connection.execute(text(_COLUMNS)).all():
            shown = f"encode({column.column}, 'escape')" if column.binary else f"{column.column}::text"
            statement = f"select {shown} from {column.name} where {column.column} is not null"  # noqa: S608
            found: Counter[str] = Counter()
            for (content,) in connection.execute(text(statement)):
                found += secrets.count(content)
            for kind, times in found.items():
                if (column.place, kind) not in belongs:
                    yield Finding(column.place, kind, times)


def in_arguments(secrets: Secrets, processes: Iterable[psutil.Process]) -> Iterator[Finding]:
    """Look at the arguments of processes, which every user of the machine may read."""
    for process in processes:
        try:
            arguments = process.cmdline()
        except psutil.Error:
            continue
        for kind, times in secrets.count("\n".join(arguments)).items():
            yield Finding(f"/proc/{process.pid}/cmdline ({Path(arguments[0]).name})", kind, times)


def in_text(secrets: Secrets, place: str, content: str) -> Iterator[Finding]:
    """Look at something that a server answers, such as figures for a monitoring system."""
    for kind, times in secrets.count(content).items():
        yield Finding(place, kind, times)
