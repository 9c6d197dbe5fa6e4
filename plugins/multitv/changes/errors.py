"""The errors that refuse a change. Whenever one is raised, nothing was written."""

from __future__ import annotations

from multitv.errors import Refusal


class ContractRefused(Refusal):
    """A change breaks a rule. Base of all errors of this room."""


class NotThere(ContractRefused):
    """The client plan, service plan, package or point does not exist."""

    status = 404


class InvalidValue(ContractRefused):
    """A price, a MAC, a date or a text is not valid."""

    status = 422


class PlanRefused(ContractRefused):
    """The client plan is cancelled, its service plan has no TV, or may not have it without a default package."""


class PackageRefused(ContractRefused):
    """The package may not be sold, may not be a plan's default, or may not become an extra."""


class AlreadySold(ContractRefused):
    """The client plan already has the package on one of those days."""


class AlreadyEnded(ContractRefused):
    """The package was already cancelled, or the point already removed."""


class AlreadyBilled(ContractRefused):
    """The client package was billed, so it cannot be deleted."""


class PromotionRefused(ContractRefused):
    """The client package has ended, has another promotion on one of those days, or none to end."""


class MacTaken(ContractRefused):
    """The MAC is already on an active point."""


class PointLimitReached(ContractRefused):
    """The client plan already has as many points as its packages allow."""
