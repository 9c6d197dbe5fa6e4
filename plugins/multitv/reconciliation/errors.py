"""Errors of the reconciliation. Every message says what was written and what to do next.

An attendant reads the messages of RevealRefused on a screen: they are in Portuguese, in the words of the manual.
"""

from __future__ import annotations

from typing import ClassVar

from multitv.errors import PermanentError, TransientError


class Repeated(PermanentError):
    """A client plan, or its subscriber, occurs more than once."""


class StagingMissing(PermanentError):
    """Staging lacks what a step needs, or holds a newer snapshot."""


class NotApproved(PermanentError):
    """The change set may not be applied: it waits for a decision, was rejected or superseded, or is finished."""


class ChangeSetTooOld(PermanentError):
    """The platform may have forgotten the change set's idempotency keys."""


class DifferenceLeft(PermanentError):
    """The platform still differs after a change set was applied, and nothing explains it."""


class MissingPinKey(PermanentError):
    """A key to encrypt or decrypt PINs is missing or malformed."""


class RevealRefused(PermanentError):
    """A person may not see a PIN; `code` names the cause to a program."""

    code: ClassVar[str] = "reveal_refused"


class NoPin(RevealRefused):
    """The client plan has no PIN yet."""

    code = "no_pin"


class InvalidAuthor(RevealRefused):
    """The author has no name that could be recorded."""

    code = "invalid_author"


class TooManyReveals(RevealRefused):
    """The person has seen the hourly limit of PINs; the next one is allowed in `retry_after` seconds."""

    code = "too_many_reveals"

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class StillRunning(TransientError):
    """Another try of the same task is still running."""
