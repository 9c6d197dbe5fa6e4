"""Why a catalogue is refused. In each case channels and packages stay as they are."""

from __future__ import annotations

from multitv.errors import PermanentError


class CatalogRefused(PermanentError):
    """What the platform lists is implausible; a person has to look at it."""


class EmptyCatalog(CatalogRefused):
    """The platform lists no channels, no genres, or no services."""


class ShrunkenCatalog(CatalogRefused):
    """More of what is active here would be deactivated than MULTITV_CATALOG_MAX_SHRINK allows."""


class TooMuchQuarantine(CatalogRefused):
    """More rows are bad than MULTITV_CATALOG_MAX_QUARANTINE allows."""


class StagedCatalogMissing(PermanentError):
    """The staged rows of a sync are missing, wholly or in part: the catalogue has to be fetched again."""
