"""Other implementations of the contract: stricter in what they take, looser in what they answer.

What is stored stays as the contract has it. Requests are read, and answers written, in the variant's form.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode

from pydantic import Field
from starlette.types import Scope

from include.sandbox.answers import Answer
from include.sandbox.errors import Refusal, compact
from include.sandbox.models import Strict

FOREVER = "2099-12-31T23:59:59Z"
TIDY = re.compile(r"[^\s\u0000-\u001f\u007f-\u009f]+( [^\s\u0000-\u001f\u007f-\u009f]+)*")
TEXTS = ("first_name", "last_name", "label", "serial")
SUBSCRIBER = re.compile(r"/subscribers(/[^/]*)?$")
MAC_FORMS: dict[str, Callable[[str], str]] = {
    "upper": str.upper,
    "dots": lambda digits: ".".join(digits.replace(":", "")[at : at + 4] for at in (0, 4, 8)).upper(),
    "dashes": lambda digits: digits.upper().replace(":", "-"),
    "digits": lambda digits: digits.replace(":", "").upper(),
}


class Traits(Strict):
    """
    How a variant differs. Without any, the sandbox answers as the contract says.

    - `tidy_texts`: refuses names, labels and serials with other white space than single spaces inside
    - `other_answers`: writes answer in turn the subscriber, something else, or nothing, with 200, 201, 202 or 204
    - `upper_case`: names, labels, serials and uids come in upper case
    - `text_length`: names, labels and serials come cut to so many characters
    - `mac_form`: how MACs are written; `mixed` takes each form in turn
    - `numbers`: external ids and serials of digits come as numbers
    - `nulls`: empty texts and lists come as null
    - `ends_ahead`: a live service has its end far ahead
    - `first_version`: added to every version
    - `page_cap`: rows in a page at most; with `silent_cap` the page says that it has as many as were asked for
    - `gzip`: bodies come compressed
    - `closes`: each connection is closed after an answer that does not announce it
    - `token_seconds`: the life of an access token
    """

    tidy_texts: bool = False
    other_answers: bool = False
    upper_case: bool = False
    text_length: int | None = Field(None, ge=1)
    mac_form: Literal["upper", "dots", "dashes", "digits", "mixed"] | None = None
    numbers: bool = False
    nulls: bool = False
    ends_ahead: bool = False
    first_version: int = Field(0, ge=0)
    page_cap: int | None = Field(None, ge=1)
    silent_cap: bool = False
    gzip: bool = False
    closes: bool = False
    token_seconds: int | None = Field(None, ge=1)


OTHER = Traits(
    tidy_texts=True,
    other_answers=True,
    upper_case=True,
    mac_form="mixed",
    numbers=True,
    nulls=True,
    ends_ahead=True,
    first_version=2**40,
    page_cap=37,
    gzip=True,
    closes=True,
    token_seconds=5,
)
# What a sandbox can be started as.
VARIANTS = {"contract": Traits(), "other": OTHER}


class Variant:
    """The traits that are played now, and whose turn it is."""

    def __init__(self, traits: Traits) -> None:
        self.traits = traits
        self._turn = count()

    def hear(self, scope: Scope) -> None:
        """Rewrite a request into the contract's form."""
        traits = self.traits
        if traits.upper_case:
            base, found, rest = scope["path"].partition("/subscribers/")
            scope["path"] = base + found + rest.lower()
        if traits.page_cap:
            query = dict(parse_qsl(scope["query_string"].decode("latin-1")))
            asked = query.get("page_size", "200")
            if asked.isdecimal():
                scope["asked_size"] = int(asked)
                query["page_size"] = str(min(int(asked), traits.page_cap))
                scope["query_string"] = urlencode(query).encode()
        if traits.first_version:
            scope["headers"] = [
                (name, self._version(value) if name == b"if-match" else value) for name, value in scope["headers"]
            ]

    def check(self, body: Any) -> None:
        """Raise Refusal 422 for a text that is not tidy."""
        for name in TEXTS if self.traits.tidy_texts and isinstance(body, dict) else ():
            text = body.get(name)
            if isinstance(text, str) and text and not TIDY.fullmatch(text):
                raise Refusal(422, "VALIDATION_ERROR", f"{text!r} is not tidy", name)

    def speak(self, answer: Answer, scope: Scope) -> Answer:
        """Rewrite the platform's answer into the variant's form."""
        if answer.status < 300 and scope["path"].startswith("/provisioning/"):
            if answer.body:
                answer = self._other_content(answer, scope)
            if self.traits.other_answers:
                answer = self._other_answer(answer, scope)
        if self.traits.gzip and answer.body:
            packed = [*answer.headers, (b"content-encoding", b"gzip")]
            return replace(answer, body=gzip.compress(answer.body, 1), headers=packed)
        return answer

    def _other_content(self, answer: Answer, scope: Scope) -> Answer:
        body = json.loads(answer.body)
        if self.traits.silent_cap and "asked_size" in scope and "pageSize" in body:
            body["pageSize"] = scope["asked_size"]
        for subscriber in body.get("list", [body]) if SUBSCRIBER.search(scope["path"]) else ():
            self._rewrite(subscriber)
        return replace(answer, body=compact(body).encode())

    def _other_answer(self, answer: Answer, scope: Scope) -> Answer:
        method, path = scope["method"], scope["path"]
        nothing, other = replace(answer, body=b""), replace(answer, body=b'{"result":"ok"}')
        if method == "POST" and path.endswith("/subscribers"):
            choices = [replace(answer, status=200), replace(nothing, status=202)]
        elif method == "DELETE":
            choices = [nothing, replace(other, status=200), replace(nothing, status=200), replace(nothing, status=202)]
        elif method in ("PUT", "PATCH"):
            choices = [
                replace(answer, status=201),
                replace(other, status=202),
                replace(nothing, status=204),
                replace(nothing, status=200),
                replace(answer, body=b"[]"),
                replace(answer, body=b"OK"),
            ]
        else:
            return answer
        return choices[next(self._turn) % len(choices)]

    def _rewrite(self, subscriber: dict[str, Any]) -> None:
        traits = self.traits
        lists = [subscriber[name] for name in ("services", "devices") if isinstance(subscriber[name], list)]
        entries = [entry for listed in lists for entry in listed if isinstance(entry, dict)]
        for entry in entries:
            if traits.ends_ahead and "service_uid" in entry and entry.get("active_to") is None:
                entry["active_to"] = FOREVER
            if traits.mac_form and isinstance(entry.get("mac"), str):
                entry["mac"] = self._mac(entry["mac"])
        for owner in (subscriber, *entries):
            self._rewrite_texts(owner)
        if isinstance(subscriber["version"], int):
            subscriber["version"] += traits.first_version
        for name in ("services", "devices"):
            subscriber[name] = None if traits.nulls and subscriber[name] == [] else subscriber[name]

    def _rewrite_texts(self, owner: dict[str, Any]) -> None:
        traits = self.traits
        for name in (*TEXTS, "uid", "service_uid", "device_type_uid", "external_id"):
            text = owner.get(name)
            if not isinstance(text, str):
                continue
            if traits.upper_case:
                text = text.upper()
            if traits.text_length and name in TEXTS:
                text = text[: traits.text_length]
            if traits.nulls and text == "":
                owner[name] = None
            elif traits.numbers and name in ("external_id", "serial") and re.fullmatch("0|[1-9][0-9]{0,17}", text):
                owner[name] = int(text)
            else:
                owner[name] = text

    def _mac(self, mac: str) -> str:
        forms = list(MAC_FORMS)
        form = forms[int(mac[-1:], 16) % len(forms)] if self.traits.mac_form == "mixed" else self.traits.mac_form
        return MAC_FORMS[form or "upper"](mac)

    def _version(self, value: bytes) -> bytes:
        text = value.decode("latin-1").strip().strip('"')
        return str(max(0, int(text) - self.traits.first_version)).encode() if text.isdecimal() else value
