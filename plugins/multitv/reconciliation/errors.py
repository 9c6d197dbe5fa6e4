"""Errors of the reconciliation. Every message says what was written and what to do next."""

from __future__ import annotations

from multitv.errors import PermanentError, Refusal, TransientError


class StagingMissing(PermanentError):
    """Staging lacks what a step needs, or holds a newer snapshot."""


class SourceShrunken(PermanentError):
    """The ERP or the platform lost so much, or is so new, that it is more likely to be half loaded or another one."""


class QuestionUnanswered(PermanentError):
    """Nobody approved or rejected what waits for a person."""


class RemovalsRejected(PermanentError):
    """A person rejected what waited: the platform still serves what the contracts say is over."""


class NotApproved(PermanentError):
    """The change set may not be applied: it waits for a decision, was rejected or superseded, or is finished."""


class ChangeSetTooOld(PermanentError):
    """The platform may have forgotten the change set's idempotency keys."""


class DifferenceLeft(PermanentError):
    """The platform still differs after a change set was applied, and nothing explains it."""


class MissingPinKey(PermanentError):
    """A key to encrypt or decrypt PINs is missing or malformed."""

    code = "no_pin_key"
    status = 503
    cause = "pin_key_missing"
    wrote_nothing = True


class RevealRefused(Refusal):
    """A person may not see a PIN."""


class NoPin(RevealRefused):
    """The client plan has no PIN yet."""

    status = 404


class InvalidAuthor(RevealRefused):
    """The author has no name that could be recorded."""


class TooManyReveals(RevealRefused):
    """The person has seen the hourly limit of PINs; the next one is allowed in `retry_after` seconds."""

    status = 429


class StillRunning(TransientError):
    """Another try of the same task is still running."""
