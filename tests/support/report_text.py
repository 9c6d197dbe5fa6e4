"""What a report says, whatever its columns are padded with."""

from __future__ import annotations


def unpadded(report: str) -> str:
    """Return the report's words with single spaces between them."""
    return " ".join(report.split())
