"""The errors that refuse a change. Whenever one is raised, nothing was written.

Attendants read the messages on a screen, so they are in Portuguese and use the words of the manual.
"""

from __future__ import annotations

import re
from typing import ClassVar

from multitv.errors import PermanentError


class ContractRefused(PermanentError):
    """A change breaks a rule. Base of all errors of this room; `code` identifies the error in the JSON API."""

    code: ClassVar[str] = "contract_refused"

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.code = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def __init__(self, cause: str) -> None:
        super().__init__(f"{cause} Nada foi gravado.")


class NotThere(ContractRefused):
    """The client plan, service plan, package or point does not exist."""


class InvalidValue(ContractRefused):
    """A price, a MAC, a date or a text is not valid. `field` is its parameter, which a form marks."""

    def __init__(self, cause: str, *, field: str | None = None) -> None:
        super().__init__(cause)
        self.field = field


class PlanRefused(ContractRefused):
    """The client plan is cancelled, or its service plan has no TV."""


class PackageRefused(ContractRefused):
    """The package may not be sold, may not be a plan's default, or may not become an extra."""


class AlreadySold(ContractRefused):
    """The client plan already has the package on one of those days."""


class AlreadyEnded(ContractRefused):
    """The package was already cancelled, or the point already removed."""


class AlreadyBilled(ContractRefused):
    """The client package was billed, so it cannot be deleted."""


class MacTaken(ContractRefused):
    """The MAC is already on an active point."""


class PointLimitReached(ContractRefused):
    """The client plan already has as many points as its packages allow."""
