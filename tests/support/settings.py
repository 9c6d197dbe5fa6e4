"""The settings that tests hand to what they call: the defaults."""

from __future__ import annotations

from multitv.settings import Settings

SETTINGS = Settings()
