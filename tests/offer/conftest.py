"""A shop to sell from, as the tests of the contracts have it."""

from __future__ import annotations

from tests.contracts.conftest import shop  # noqa: F401, a fixture
