"""The errors of the house.

    MultiTVError
    ├── PermanentError       a person has to change something: the task fails at once, without retries
    │   └── Refusal          a rule refuses what a person asked for: nothing was written
    └── TransientError       likely to pass by itself: the task is retried

The message of an error is for the log and whoever is on call: it names the thing, the cause and the next step. What a
person reads on a screen are the Portuguese words of its cause, from labels.py.
"""

from __future__ import annotations

import re
from typing import ClassVar

from multitv.labels import sentence


class MultiTVError(Exception):
    """Base of all our errors.

    `code` names the error to a program, and is the snake case of the class unless the class says otherwise; `status` is
    the HTTP status with which it is answered. `cause` is the key of its words in labels.SENTENCES, and `parameters` are
    what the words show.
    """

    code: ClassVar[str] = "internal_error"
    status: ClassVar[int] = 500
    cause: str
    parameters: dict[str, object]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "code" not in vars(cls):
            cls.code = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def __init__(self, message: str = "", /, **parameters: object) -> None:
        super().__init__(message)
        self.cause = self.code
        self.parameters = parameters


class PermanentError(MultiTVError):
    """Trying again without a person changing something cannot help: the task fails at once, without retries."""


class TransientError(MultiTVError):
    """Likely to pass by itself: the task is retried."""

    status = 503


class Refusal(PermanentError):
    """A rule refuses what a person asked for; nothing was written. `field` is the parameter that a form marks.

    One class has several causes, each with words of its own, which are its message as well.
    """

    status = 409

    def __init__(self, cause: str, /, *, field: str | None = None, **parameters: object) -> None:
        super().__init__(sentence(cause, parameters), **parameters)
        self.cause = cause
        self.field = field
