"""What can go wrong between the contracts and the platform. Every message says what to do and what was written.

Those of RevealRefused are read by an attendant on a screen: they are in Portuguese, in the words of the manual.
"""

from __future__ import annotations

from typing import ClassVar

from multitv.errors import PermanentError, TransientError


class Repeated(PermanentError):
    """A client plan, or its subscriber, is there more than once."""


class StagingLost(PermanentError):
    """What a step needs in staging is not there (any more), or belongs to a newer snapshot."""


class NotApproved(PermanentError):
    """The plan may not be applied: it waits for a decision, was rejected, superseded, or is finished."""


class PlanTooOld(PermanentError):
    """The platform may have forgotten the plan's idempotency keys."""


class DifferenceLeft(PermanentError):
    """After a plan was applied the platform still differs, and nothing explains it."""


class MissingPinKey(PermanentError):
    """There is no key to encrypt PINs with, or a bad one."""


class RevealRefused(PermanentError):
    """A PIN is not shown to a person; `code` names the cause to a program."""

    code: ClassVar[str] = "reveal_refused"


class NoPin(RevealRefused):
    """The client plan has no PIN yet."""

    code = "no_pin"


class InvalidAuthor(RevealRefused):
    """Nobody whose name could be noted."""

    code = "invalid_author"


class TooManyReveals(RevealRefused):
    """The person was shown as many PINs within an hour as one may be; another one in `retry_after` seconds."""

    code = "too_many_reveals"

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class StillRunning(TransientError):
    """Another try of the same task is at work."""
