"""Errors of the platform. A permanent error needs a person; Airflow retries a transient one."""

from __future__ import annotations

from multitv.errors import PermanentError, TransientError


class Unanswered(TransientError):
    """No try of a call had an answer that could be used. `happened` is the message without the next step."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.happened = message


class PlatformUnavailable(Unanswered):
    """The platform did not answer, answered with errors, or asked us to wait longer than the retry policy allows."""


class RateLimited(PlatformUnavailable):
    """The platform asked us to wait longer than the retry policy allows, which concerns every call."""


class NotJson(Unanswered):
    """An answer was not JSON: often the error page of a proxy in front of a platform that is down."""


class IncompleteSnapshot(TransientError):
    """No try could prove a list complete; nothing of it may be used."""


class TokenRefused(Unanswered):
    """The platform refused an access token that it had just issued."""


class PlatformDown(PermanentError):
    """The platform did not answer for as long as a task may wait for it."""


class BadConnection(PermanentError):
    """The Airflow connection is missing or incomplete."""


class WrongCredentials(PermanentError):
    """The platform does not accept client id and secret."""


class OperatorMismatch(PermanentError):
    """The credentials are valid, but not for this operator uid."""


class BadAnswer(PermanentError):
    """An answer is JSON but breaks the contract: the platform speaks another version than we do."""


class UnreadableAnswer(PermanentError):
    """A subscriber holds something that has to be known before it is changed, and is not: leave it to a person."""


# The platform's codes whose refusals have words of their own: those of its contract.
_WITH_WORDS = frozenset(
    {
        "VALIDATION_ERROR",
        "INVALID_MAC",
        "SUBSCRIBER_NOT_FOUND",
        "SERVICE_NOT_FOUND",
        "DEVICE_NOT_FOUND",
        "SUBSCRIBER_EXISTS",
        "DEVICE_ASSIGNED_ELSEWHERE",
        "DEVICE_LIMIT_EXCEEDED",
        "BASIC_SERVICE_REQUIRED",
        "IDEMPOTENCY_MISMATCH",
        "VERSION_CONFLICT",
    }
)


class Refused(PermanentError):
    """The platform understood a request and refused it.

    `http_status` is that of the answer, `platform_code` and `field` are the platform's own (`field` None: the request
    as a whole).
    """

    def __init__(self, message: str, *, http_status: int, platform_code: str, field: str | None = None) -> None:
        super().__init__(message)
        self.http_status = http_status
        self.platform_code = platform_code
        self.field = field

    @property
    def reason(self) -> str:
        """The code of the refusal in labels.SENTENCES, a general one if the contract has no such refusal."""
        return self.platform_code.lower() if self.platform_code in _WITH_WORDS else "refused_by_platform"


class RowRejected(Refused):
    """A write was refused for its content. Record it with its reason, and go on with the other rows."""


class NotFound(RowRejected):
    """The subscriber, service or device that a request names does not exist."""


class NotListedYet(RowRejected):
    """A subscriber was accepted, and neither the answer nor the list names its uid: the next run finds it."""

    @property
    def reason(self) -> str:
        """Return the code of the refusal in labels.SENTENCES."""
        return "not_listed_yet"


class VersionConflict(RowRejected):
    """The subscriber changed since it was read: read it again and recompute, once."""


class SubscriberExists(RowRejected):
    """The external_id already belongs to the subscriber `uid`, which is to be adopted."""

    def __init__(self, message: str, *, http_status: int, platform_code: str, field: str | None, uid: str) -> None:
        super().__init__(message, http_status=http_status, platform_code=platform_code, field=field)
        self.uid = uid
