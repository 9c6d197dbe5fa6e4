"""What a person is told when a change of a contract is refused. A refusal always means that nothing was written."""

from __future__ import annotations

from multitv.errors import PermanentError


class ContractRefused(PermanentError):
    """A change of a contract breaks a rule. Base of all errors of this room."""

    def __init__(self, cause: str) -> None:
        super().__init__(f"{cause} Nothing was written.")


class NotThere(ContractRefused):
    """The client plan, service plan, package or point does not exist."""


class InvalidValue(ContractRefused):
    """A price, a MAC, a date or a text is not one."""


class PlanRefused(ContractRefused):
    """The client plan is cancelled, or its service plan has no TV."""


class PackageRefused(ContractRefused):
    """The package may not be sold, or may not be a plan's default."""


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
