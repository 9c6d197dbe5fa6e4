"""What can go wrong with the platform. A permanent error needs a person, a transient one is tried again by Airflow."""

from __future__ import annotations

from multitv.errors import PermanentError, TransientError


class PlatformUnavailable(TransientError):
    """The platform did not answer, answered with errors, or asked for more patience than we have."""


class NotJson(TransientError):
    """An answer was not JSON: often the page of a proxy that stands before a platform at rest."""


class IncompleteSnapshot(TransientError):
    """A list could not be proven complete, in any of the tries; nothing of it may be used."""


class TokenRefused(TransientError):
    """The platform refused an access token that it had just issued."""


class BadConnection(PermanentError):
    """The Airflow connection is missing, or lacks a part that we need."""


class WrongCredentials(PermanentError):
    """The platform does not accept client id and secret."""


class OperatorMismatch(PermanentError):
    """The credentials are good, but not for this operator uid."""


class BadAnswer(PermanentError):
    """An answer is JSON, but not what the contract says: the platform speaks another version than we do."""


class Refused(PermanentError):
    """The platform understood a request and refused it.

    `status` is the HTTP status, `code` and `field` are the platform's own (`field` None: the request as a whole).
    """

    def __init__(self, message: str, *, status: int, code: str, field: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.field = field


class RowRejected(Refused):
    """A write was refused for what it says. Record it with its reason; the other rows go on."""


class NotFound(RowRejected):
    """The subscriber, the service or the device that a request names is not there."""


class VersionConflict(RowRejected):
    """The subscriber changed since it was read: read it again and plan anew, once."""


class SubscriberExists(RowRejected):
    """The external_id belongs to a subscriber already: the one called `uid`, to be adopted."""

    def __init__(self, message: str, *, status: int, code: str, field: str | None, uid: str) -> None:
        super().__init__(message, status=status, code=code, field=field)
        self.uid = uid
