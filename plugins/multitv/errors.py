"""The errors of the house.

    MultiTVError
    ├── PermanentError       a person has to change something: the task fails at once, without retries
    │   ├── Refusal          a rule refuses what a person asked for on a screen
    │   │   ├── ContractRefused      changes/errors.py: a change of a contract or of the offer, a waiver, a payout
    │   │   ├── RevealRefused        reconciliation/errors.py: a PIN is not shown
    │   │   ├── EventCodeRefused         event_codes.py: what was typed is not the code of a billing event
    │   │   ├── CorrectionRefused        billing/correction.py: a billing event cannot be corrected this way
    │   │   ├── PreviewOutdated      billing/preview.py: a list was replaced by a newer one
    │   │   └── NoSuchRow, BadCursor, RightMissing, ListTooLong, AirflowRefused      web/: what only the screens refuse
    │   └── (others)         for whoever is on call: SettingsError, SchemaMissing, MissingPinKey, StagingMissing, ...
    └── TransientError       likely to pass by itself: the task is retried
        └── (others)         DatabaseUnavailable, DatabaseBusy, PlatformUnavailable, ServerBusy, NoAnswerInTime, ...

The message of an error is for the log and whoever is on call: it names the thing, the cause and the next step. What a
person reads on a screen are the Portuguese words of its cause in labels.SENTENCES, as web/core/errors.py shows them. A
Refusal has no message but these words. An error without a cause is shown as an unexpected one.
"""

from __future__ import annotations

import re
from typing import ClassVar

from multitv.labels import sentence


class MultiTVError(Exception):
    """Base of all our errors.

    `code` names the error to a program, and is the snake case of the class unless the class says otherwise; `status` is
    the HTTP status with which it is answered. `cause` is the key of its words in labels.SENTENCES, None if no screen is
    expected to show it; `parameters` are what the words show. `wrote_nothing`: True if the class promises that nothing
    was written or all of it rolled back, False if it cannot, None if people need not be told. `field` is the parameter
    that is wrong, which a form marks; `retry_after`: the seconds after which to try again, if that helps.
    """

    code: ClassVar[str] = "internal_error"
    status: ClassVar[int] = 500
    wrote_nothing: ClassVar[bool | None] = False
    cause: str | None = None
    field: str | None = None
    retry_after: int | None = None
    parameters: dict[str, object]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "code" not in vars(cls):
            cls.code = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def __init__(self, message: str = "", /, **parameters: object) -> None:
        super().__init__(message)
        self.parameters = parameters


class PermanentError(MultiTVError):
    """Trying again without a person changing something cannot help: the task fails at once, without retries."""


class TransientError(MultiTVError):
    """Likely to pass by itself: the task is retried."""

    status = 503
    retry_after = 5


class WaitLost(PermanentError):
    """A task waited past its deadline, and the triggerer, which is to watch it, did not tell."""


class Refusal(PermanentError):
    """A rule refuses what a person asked for. Nothing was written, unless the class says otherwise (`wrote_nothing`).

    One class has several causes, each with words of its own, which are its message as well.
    """

    status = 409
    wrote_nothing: ClassVar[bool | None] = True

    def __init__(
        self, cause: str, /, *, field: str | None = None, retry_after: int | None = None, **parameters: object
    ) -> None:
        super().__init__(sentence(cause, parameters), **parameters)
        self.cause = cause
        self.field = field
        self.retry_after = retry_after
