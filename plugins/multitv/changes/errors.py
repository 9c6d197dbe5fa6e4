"""What a person is told when a change of a contract is refused. A refusal always means that nothing was written.

An attendant reads these texts on a screen: they are in Portuguese, in the words of the manual.
"""

from __future__ import annotations

import re
from typing import ClassVar

from multitv.errors import PermanentError


class ContractRefused(PermanentError):
    """A change of a contract breaks a rule. Base of all errors of this room; `code` names it to a program."""

    code: ClassVar[str] = "contract_refused"

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.code = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def __init__(self, cause: str) -> None:
        super().__init__(f"{cause} Nada foi gravado.")


class NotThere(ContractRefused):
    """The client plan, service plan, package or point does not exist."""


class InvalidValue(ContractRefused):
    """A price, a MAC, a date or a text is not one. `field` is the parameter that holds it, for a form to mark."""

    def __init__(self, cause: str, *, field: str | None = None) -> None:
        super().__init__(cause)
        self.field = field


class PlanRefused(ContractRefused):
    """The client plan is cancelled, or its service plan has no TV."""


class PackageRefused(ContractRefused):
    """The package may not be sold, may not be a plan's default, or may not become an extra."""


class AlreadySold(ContractRefused):
    """The client plan has the package on one of those days already."""


class AlreadyEnded(ContractRefused):
    """The package was cancelled, or the point removed, before."""


class AlreadyBilled(ContractRefused):
    """The client package was billed, so it stays as history."""


class MacTaken(ContractRefused):
    """The MAC is on a live point."""


class PointLimitReached(ContractRefused):
    """The client plan has as many points as its packages allow."""
