"""The settings that tests hand to what they call, the defaults, and the day that it is for them."""

from __future__ import annotations

from datetime import date

from multitv.settings import Settings

SETTINGS = Settings()
TODAY = date(2026, 11, 23)
