"""Tells whether keys are the same without keeping them: a keyed hash of each, with the backup's own salt."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

_USE = b"multitv backup fingerprint 1"


@dataclass(frozen=True)
class Fingerprints:
    """The fingerprints of some keys, in their order. Nothing of a key can be found from them: keys are random."""

    salt: str
    of_keys: tuple[str, ...]

    def missing(self, keys: Sequence[str]) -> list[int]:
        """Return the positions, from 1 on, of the keys that are not among these `keys`."""
        there = {_fingerprint(key, self.salt) for key in keys}
        return [position for position, known in enumerate(self.of_keys, 1) if known not in there]


def fingerprints_of(keys: Sequence[str]) -> Fingerprints:
    """Return the fingerprints of keys, under a new salt."""
    salt = secrets.token_hex(16)
    return Fingerprints(salt, tuple(_fingerprint(key, salt) for key in keys))


def _fingerprint(key: str, salt: str) -> str:
    return hmac.new(key.strip().encode(), _USE + bytes.fromhex(salt), hashlib.sha256).hexdigest()[:32]
