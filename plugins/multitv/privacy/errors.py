"""What is refused about a client's personal data."""

from __future__ import annotations

from multitv.errors import Refusal


class PrivacyRefused(Refusal):
    """The personal data of this client cannot be exported, or not be erased yet."""
